"""The rule book once it is read: nothing in it is wrong, and everything in it is quick to use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.kernel.yaml import Document, Path
from app.routing.known import Known
from app.routing.match import Match, Predicate, View
from app.routing.messages import Message
from app.routing.patterns import Pattern
from app.routing.people import Mention, People
from app.routing.schedule import Schedule
from app.routing.times import Times


@dataclass(frozen=True, slots=True)
class Connection:
    """A budget that channels share: `posts` messages in `per_seconds`.

    `when_full`: the rest waits its turn (`wait`), or becomes one message for each channel (`digest`).
    """

    name: str
    posts: int
    per_seconds: int
    when_full: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A named place. `settings` are as written, at `path` in `document`: the room of its kind reads them."""

    name: str
    kind: str
    connection: str | None
    settings: Mapping[str, Any]
    alerts_to: str | None
    document: Document = field(repr=False)
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Override:
    """A team's wish for one purpose: `channels` instead of, or as well as, the purpose's own."""

    channels: tuple[str, ...]
    instead: bool


@dataclass(frozen=True, slots=True)
class Team:
    """A team, the globs of its services' names, and its wishes by purpose."""

    name: str
    globs: tuple[str, ...]
    fits: Callable[[str], bool] = field(compare=False, repr=False)
    wishes: Mapping[str, Override]
    on_failure_mention: tuple[str, ...]
    timezone: str | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Dedupe:
    """News that is the same at `by` goes to a channel once in `window_us` microseconds."""

    by: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    window_us: int


@dataclass(frozen=True, slots=True)
class Group:
    """Cards that are the same at `keys` wait for each other and go out as one. Times in µs."""

    keys: tuple[tuple[str, ...], ...]
    wait: int
    max_wait: int
    card: str
    first_now: bool


@dataclass(frozen=True, slots=True)
class Coalesce:
    """Of the cards that are the same at `keys` only the last of `window` µs goes out."""

    keys: tuple[tuple[str, ...], ...]
    window: int


@dataclass(frozen=True, slots=True)
class Mute:
    """At these times the rule does not send: its cards are held until they end, or dropped."""

    during: Times
    hold: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the rule book: it sends a card to purposes, or it drops."""

    name: str
    match: Match
    to: tuple[str, ...]
    card: str
    drop: bool
    dedupe: Dedupe | None
    file: str
    line: int
    pattern: Pattern | None = None
    group: Group | None = None
    coalesce: Coalesce | None = None
    mute: Mute | None = None
    mention: Mention | None = None
    schedule: Schedule | None = None
    """Comes by the clock, not by events: no event matches it."""

    def compile(self, known: Mapping[str, str | None]) -> Predicate | None:
        """One closure for the events that have these values at `type` and other paths, or None when none can fit."""
        holds = self.match.compile(known)
        pattern = self.pattern
        if holds is None or pattern is None:
            return holds
        types = pattern.types()
        if types is not None and known["type"] not in types:
            return None
        return lambda view: holds(view) and pattern.matches(view)


Candidate = tuple[Predicate, Rule]
"""A rule that an event can meet, and what is asked of it."""
Candidates = Callable[[View], tuple[Candidate, ...]]
"""The rules that an event of one type can meet, in order."""


@dataclass(frozen=True, slots=True)
class Trial:
    """An entry of `tests`: a flat view, and what must come of it."""

    name: str
    view: View
    expect: Mapping[str, Any]
    """What is looked at, as in `ExpectEntry`."""
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All of it. `rev` is 12 hex digits of the content: another layout or comment is the same rule book."""

    rev: str
    known: Known
    channels: Mapping[str, Channel]
    connections: Mapping[str, Connection]
    purposes: Mapping[str, tuple[str, ...]]
    teams: tuple[Team, ...]
    rules: tuple[Rule, ...]
    """Without those that have a schedule."""
    scheduled: tuple[Rule, ...]
    times: Mapping[str, Times]
    people: People
    messages: tuple[Message, ...]
    trials: tuple[Trial, ...]
    fallback: tuple[str, ...]
    dedupe: Dedupe | None
    timezone: str
    index: Mapping[str, Candidates] = field(repr=False)
    """By event type."""
    reach: Mapping[tuple[str, str], tuple[str, ...]] = field(repr=False)
    """By purpose and service, for every service of the estate: the channels."""

    def channels_for(self, purpose: str, service: str) -> tuple[str, ...]:
        """Who gets a purpose for a service."""
        found = self.reach.get((purpose, service))
        return reached(self.purposes[purpose], self.teams, purpose, service) if found is None else found

    def team_mentions(self, service: str) -> tuple[str, ...]:
        """Whom the teams of a service want mentioned."""
        teams = (team.on_failure_mention for team in self.teams if team.on_failure_mention and team.fits(service))
        return tuple(address for addresses in teams for address in addresses)


def reached(own: tuple[str, ...], teams: tuple[Team, ...], purpose: str, service: str) -> tuple[str, ...]:
    """The purpose's own channels, changed by each team that the service belongs to, in the order of the teams."""
    channels = own
    for team in teams:
        wish = team.wishes.get(purpose)
        if wish is not None and team.fits(service):
            channels = wish.channels if wish.instead else channels + wish.channels
    return tuple(dict.fromkeys(channels))
