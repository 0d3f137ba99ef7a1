"""Which repository at Bitbucket is a service's, under the name that it has now."""

from collections.abc import Collection
from dataclasses import dataclass, field

from app.clients.bitbucket import Bitbucket
from app.clients.bitbucket_answers import Repository
from app.clients.faults import ApiFault
from app.estate import Estate
from app.kernel.clock import DAY

MANY = 5
"""Repositories from which on one question for the whole workspace is cheaper than one for each."""


@dataclass(slots=True)
class Repositories:
    """What was found, by the name that was asked for, with the time (µs). Asked anew once a day."""

    kept: dict[str, tuple[int, Repository | None]] = field(default_factory=dict)

    async def prepare(self, bitbucket: Bitbucket, names: Collection[str], now: int) -> None:
        """Ask for many at once. A token that may not list the workspace asks for each, later.

        Raises ApiFault where it is not even good for a single one: Bitbucket says 401 of endpoints that a good token
        does not reach, too.
        """
        due = [name for name in names if self._due(name, now)]
        if len(due) < MANY:
            return
        try:
            listed = await bitbucket.repositories()
        except ApiFault as fault:
            if fault.kind == "auth_error":
                await bitbucket.repository(due[0])
            return
        found = {each.full_name.lower(): each for each in listed.items}
        self.kept |= {name: (now, found[name.lower()]) for name in due if name.lower() in found}

    async def of(self, bitbucket: Bitbucket, name: str, now: int, *, guessed: bool) -> Repository | None:
        """The repository; None where there is none of a name that is only a guess. Raises ApiFault."""
        if self._due(name, now):
            self.kept[name] = (now, await _asked(bitbucket, name, guessed=guessed))
        return self.kept[name][1]

    def _due(self, name: str, now: int) -> bool:
        kept = self.kept.get(name)
        return kept is None or kept[0] < now - DAY


def name_of(estate: Estate, service: str, workspace: str) -> tuple[str, bool] | None:
    """The full name of a service's repository, and whether it is a guess: where the estate names none."""
    named = estate.repositories.get(service)
    if named is None and not workspace:
        return None
    name = named or service
    return (name if "/" in name else f"{workspace}/{name}"), named is None


async def _asked(bitbucket: Bitbucket, name: str, *, guessed: bool) -> Repository | None:
    try:
        return await bitbucket.repository(name)
    except ApiFault as fault:
        if not guessed or fault.kind != "not_found":
            raise
        return None
