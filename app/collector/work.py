"""What all steps of a round share: the time, what was told before, and the way to tell."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.collector.incident_tool import Told
from app.collector.news import News, Tell
from app.collector.summary import Summary
from app.kernel.clock import to_us
from app.store.collected import Seen
from app.store.differences import Difference

Known = Callable[[str, Collection[str]], Awaitable[Mapping[str, str]]]
"""The whole commits of versions and beginnings of commits of a service, as far as facts know them."""
Subjects = Callable[[str, Collection[str], int], Awaitable[Mapping[str, set[str]]]]
"""What events of a service were told since a time (µs), by subject: the states as `type status`."""
Keys = Callable[[str], Awaitable[Sequence[str]]]
"""The tickets that facts know in a service's environments."""

Incidents = Callable[[Collection[str]], Awaitable[Mapping[str, Sequence[Told]]]]
"""What was told of incidents, by subject."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What the collector asks the store."""

    known: Known
    subjects: Subjects
    tickets: Keys
    incidents: Incidents


@dataclass(slots=True)
class Work:
    """One round. Times in µs: `since` is how far back it reads, `quiet_after` how late news may still be loud.

    `seen` is what was told before, by kind and key; a service without a past is filled in silence. `again`: somebody
    asked for that span, so lists that were read are read once more.
    """

    now: int
    since: int
    quiet_after: int
    ask: Ask
    seen: dict[tuple[str, str], Seen]
    send: Tell
    keep: Callable[[Sequence[Seen]], Awaitable[None]]
    compared: Callable[[Sequence[Difference]], Awaitable[None]]
    """Keeps what differs between versions."""
    again: bool = False
    summary: Summary = field(default_factory=Summary)
    noted: list[Seen] = field(default_factory=list)

    def before(self, kind: str, key: str) -> Seen | None:
        """How a thing was told last."""
        return self.seen.get((kind, key))

    async def tell(self, news: News) -> None:
        """Make it durable and remember it."""
        await self.send(news)
        for each in news.seen:
            self.note(each)
        self.summary.told.update(news.kinds)

    def note(self, seen: Seen) -> None:
        """Remember something; `flush` keeps it. What is lost on the way is told again, and is no news then."""
        self.seen[seen.kind, seen.key] = seen
        self.noted.append(seen)

    async def flush(self) -> None:
        """Keep what was noted."""
        noted, self.noted = self.noted, []
        if noted:
            await self.keep(noted)

    def is_quiet(self, moment: datetime | int | None, *, first: bool = False) -> bool:
        """Whether news of that time is told to nobody: what is found so late is a correction, not an alarm."""
        at = to_us(moment) if isinstance(moment, datetime) else moment
        return first or (at is not None and at < self.now - self.quiet_after)

    def voiced(self, event: Mapping[str, Any], moment: datetime | int | None, *, first: bool = False) -> dict[str, Any]:
        """The event without what nobody said, and quiet if it must be."""
        said = {name: value for name, value in event.items() if value is not None}
        return said | ({"quiet": True} if self.is_quiet(moment, first=first) else {})
