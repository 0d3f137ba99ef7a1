"""Watches the service's own health: channels that break, mend or fall silent, rules that change or are refused."""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app import telemetry
from app.events import Draft
from app.ingest.own_news import Teller
from app.kernel import logs
from app.kernel.clock import DAY, MINUTE, SECOND, Clock, iso
from app.kernel.errors import StoreUnavailable
from app.store import Database
from app.store.channel_states import ChannelState, states

EVERY_SECONDS = 10.0
SILENT = 60 * DAY
"""Power Automate switches off a flow that nothing has triggered for 90 days:
https://learn.microsoft.com/en-us/power-automate/limits-and-config#expiration-limits"""
HICCUP = MINUTE
"""A breaker that rests for no longer than this (µs), for the first time, is no news."""

log = logs.get("watch")


@dataclass(frozen=True, slots=True)
class RulesNews:
    """How the rules stand: `problems` are those of a change that was refused."""

    rev: str
    loaded_at: int
    problems: Sequence[str]


class Watch:
    """Looks at channels and rules every few seconds, and tells what is news. What was told is told once."""

    def __init__(
        self,
        database: Database,
        teller: Teller,
        channels: Callable[[], Collection[str]],
        rules: Callable[[], RulesNews],
        clock: Clock,
    ) -> None:
        self._database, self._teller, self._channels, self._rules, self._clock = (
            database, teller, channels, rules, clock,
        )  # fmt: skip
        self._known = rules()
        self._broken: dict[str, str] = {}
        self._told: set[tuple[str, str]] = set()

    async def run(self) -> None:
        """Watch until cancelled; a database that is away is waited for."""
        while True:
            try:
                await self.once()
            except StoreUnavailable as error:
                log.warning("store unavailable", action="watch", reason=str(error))
            except Exception:  # news that cannot be told must not end what webhooks need
                log.exception("news of our own could not be told", action="watch")
            await asyncio.sleep(EVERY_SECONDS)

    async def once(self) -> None:
        """Look once."""
        known, now = await self._database.read(states), self._clock()
        ours = {name: known[name] for name in self._channels() if name in known}
        for name, state in ours.items():
            telemetry.SINCE_ACCEPTED.labels(name).set((now - (state.last_accepted_at or now)) / SECOND)
        broken, rules = dict(self._broken), self._rules()
        drafts = [*_of_channels(ours, now, broken), *_of_rules(self._known, rules)]
        fresh = [draft for draft in drafts if (draft.type, draft.identity) not in self._told]
        await self._teller.tell(fresh)
        # Only what was told is known: when the store is away, the next round tells it.
        self._broken, self._known = broken, rules
        self._told |= {(draft.type, draft.identity) for draft in fresh}


def _of_channels(ours: Mapping[str, ChannelState], now: int, broken: dict[str, str]) -> Iterator[Draft]:
    """News of channels; `broken` are the outages that last, by channel, and is brought up to date."""
    for name, state in ours.items():
        outage = f"{name}:{state.last_accepted_at or 0}"
        if _is_broken(state, now):
            broken[name] = outage
            yield _channel("shipbell.channel_broken", name, outage, _broken_text(state))
        elif state.breaker == "closed" and name in broken:
            yield _channel("shipbell.channel_mended", name, broken.pop(name), "Messages arrive again.")
        if state.last_accepted_at and now - state.last_accepted_at > SILENT:
            yield _channel("shipbell.channel_silent", name, outage, _silent_text(state.last_accepted_at))


def _of_rules(before: RulesNews, now: RulesNews) -> Iterator[Draft]:
    if now.rev != before.rev:
        yield _rules("shipbell.rules_reloaded", f"{now.rev}:{now.loaded_at // MINUTE}", f"Revision {now.rev}.")
    if now.problems and list(now.problems) != list(before.problems):
        text = "\n".join(now.problems[:10])
        yield _rules("shipbell.rules_rejected", f"{now.rev}:{text}", text)


def _is_broken(state: ChannelState, now: int) -> bool:
    return state.breaker != "closed" and (state.opened > 1 or state.not_before - now > HICCUP)


def _broken_text(state: ChannelState) -> str:
    last = f"the last message was taken at {iso(state.last_accepted_at)}" if state.last_accepted_at else "none ever was"
    return f"Messages do not arrive ({state.last_reason}); {last}. They are kept, and sent when it is mended."


def _silent_text(since: int) -> str:
    return (
        f"Nothing was sent there since {iso(since)}. Power Automate switches off a flow after 90 days without a "
        "message: send one, or take the channel out of the rules."
    )


def _channel(event_type: str, name: str, identity: str, message: str) -> Draft:
    return Draft(
        type=event_type, subject=f"channel:{name}", identity=identity, fields={"channel": name, "message": message}
    )


def _rules(event_type: str, identity: str, message: str) -> Draft:
    return Draft(type=event_type, subject="rules", identity=identity, fields={"message": message})
