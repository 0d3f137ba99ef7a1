"""Jira's issues for all services of a round: what several ask for at about the same time is one question."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.clients.jira import Jira
from app.clients.jira_answers import Issue

LINGER_SECONDS = 0.15
"""How long the first who asks waits for others."""


@dataclass(slots=True)
class Issues:
    """Asks in hundreds, whoever it is for; what is not told so is asked for alone, by whom it concerns."""

    jira: Jira
    _waiting: dict[str, None] = field(default_factory=dict, init=False)
    _asked: "asyncio.Task[dict[str, Issue]] | None" = field(default=None, init=False)
    _sprint: "asyncio.Task[str | None] | None" = field(default=None, init=False)

    async def of(self, keys: Sequence[str]) -> dict[str, Issue]:
        """The issues of these keys (capitals) that there are, and that the token may see. Raises ApiFault."""
        together = await self._together(keys)
        found = {key: together[key] for key in keys if key in together}
        missing = [key for key in keys if key not in found]
        return found | await self.jira.alone(missing, sprint=await self._sprint_field()) if missing else found

    async def _together(self, keys: Sequence[str]) -> dict[str, Issue]:
        self._waiting |= dict.fromkeys(keys)
        if self._asked is None:
            self._asked = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asked)

    async def _ask(self) -> dict[str, Issue]:
        try:
            await asyncio.sleep(LINGER_SECONDS)
            sprint = await self._sprint_field()
        finally:
            keys, self._waiting, self._asked = list(self._waiting), {}, None
        return await self.jira.together(keys, sprint=sprint)

    async def _sprint_field(self) -> str | None:
        """Asked for once, by whoever comes first."""
        if self._sprint is None:
            self._sprint = asyncio.create_task(self.jira.sprint_field())
        return await asyncio.shield(self._sprint)
