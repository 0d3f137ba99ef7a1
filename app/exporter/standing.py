"""What runs where, what waits in tickets and what scanners found, as samples."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import orjson

from app.exporter import shown
from app.exporter.shown import Sample
from app.kernel.clock import DAY, SECOND
from app.store import owned
from app.store.exported import LastScan, Place, State, Success

LONGEST_VERSION = 64
"""Characters of a version that a label shows."""
LONGEST_NAME = 100
"""Characters of an owner's name that a label shows."""
MOST_TICKETS = 1000
"""Tickets with series of their own."""
RECENT = 14 * DAY
PLACES_BACK = 90 * DAY
CATEGORIES = {"to do": "to_do", "new": "to_do", "in progress": "in_progress", "indeterminate": "in_progress",
              "done": "done"}  # fmt: skip
"""What ticket tools call how far a ticket is; everything else is `unknown`."""
_SEVERITIES = ("critical", "high", "medium", "low")


def of_service(service: str, owner: Mapping[str, str], last: Success | None) -> Sample:
    """Whose a service is, one series whatever is said: by the estate of now, and where that says nothing by the labels
    of what was deployed last. `platform` is one of a few words of ours. What is not known is empty."""
    parts = owned.owner(owner, last)
    names = ("team", "pod", "business_area", "component", "platform")
    return shown.SERVICE, (service, *(parts[name][:LONGEST_NAME] for name in names)), 1


def of_states(service: str, states: Iterable[State], known: Sequence[str], now: int) -> Iterator[Sample]:
    """How a service's environments stand at a time (µs); only those that the estate knows."""
    for state in states:
        if state.environment not in known:
            continue
        chain = service, state.environment
        if state.desired_version:
            yield shown.DESIRED, (*chain, state.desired_version[:LONGEST_VERSION]), 1
        if state.actual_version:
            yield shown.ACTUAL, (*chain, state.actual_version[:LONGEST_VERSION]), _well(state)
        if state.in_sync is not None:
            yield shown.IN_SYNC, chain, state.in_sync
        if state.since is not None:
            yield shown.AGE, chain, max(now - state.since, 0) / SECOND


def _well(state: State) -> bool:
    """Whoever tells of neither sync nor health has deployed it, and nothing speaks against it."""
    return state.in_sync is not False and (state.health or "healthy").lower() == "healthy"


def of_tickets(service: str, places: Iterable[Place], known: Sequence[str]) -> Iterator[Sample]:
    """How many tickets of each category are in a service's environments."""
    count = Counter((place.environment, _category(place)) for place in places)
    for environment in {environment for environment, _ in count}:
        for category in (*dict.fromkeys(CATEGORIES.values()), "unknown"):
            if environment in known:
                yield shown.TICKETS, (service, environment, category), count[environment, category]


def _category(place: Place) -> str:
    return CATEGORIES.get((place.status_category or "").lower(), "unknown")


def of_scans(service: str, scans: Iterable[LastScan]) -> Iterator[Sample]:
    """What the newest scans of a service found."""
    for scan in scans:
        labels = service, scan.kind
        yield from ((shown.FINDINGS, (*labels, name), getattr(scan, name)) for name in _SEVERITIES)
        yield shown.SCANNED, labels, scan.at / SECOND
        if scan.verdict in ("passed", "passed_with_conditions", "failed"):
            yield shown.SCAN_PASSED, labels, scan.verdict != "failed"


@dataclass(frozen=True, slots=True)
class Moving:
    """A ticket that may have series: it is new in an environment, or has not reached the next one. `since` in µs;
    without `fix_versions` the ticket tool has not told of it."""

    key: str
    environment: str
    since: int
    fix_versions: tuple[str, ...] | None


def moving(places: Sequence[Place], ladder: Sequence[str], now: int) -> list[Moving]:
    """The tickets of one service that are on their way, or arrived in the last 14 days; `ladder` are environments in
    the order of promotion."""
    there: defaultdict[str, set[str]] = defaultdict(set)
    for place in places:
        there[place.environment].add(place.key)
    after = dict(pairwise(ladder))
    return [
        Moving(place.key, place.environment, place.since, _versions(place))
        for place in places
        if place.environment in ladder
        and (
            place.since >= now - RECENT
            or (after.get(place.environment) and place.key not in there[after[place.environment]])
        )
    ]


def _versions(place: Place) -> tuple[str, ...] | None:
    told = orjson.loads(place.fix_versions) if place.fix_versions else None
    return None if told is None else tuple(told)


def of_moving(tickets: Iterable[Moving], environments: Sequence[str]) -> Iterator[Sample]:
    """The series of tickets, the newest 1000, and how many more there are in each environment."""
    newest: dict[str, int] = {}
    for ticket in tickets:
        newest[ticket.key] = max(ticket.since, newest.get(ticket.key, 0))
    kept = set(sorted(newest, key=lambda key: (-newest[key], key))[:MOST_TICKETS])
    places: Mapping[tuple[str, str], Moving] = {(each.key, each.environment): each for each in tickets}
    dropped = Counter(environment for key, environment in places if key not in kept)
    versions = {key: each.fix_versions for (key, _), each in places.items() if key in kept}
    yield from ((shown.TICKET_IN, place, 1) for place in sorted(places) if place[0] in kept)
    for key in sorted(versions):
        yield from ((shown.TICKET_FIX, (key, name[:LONGEST_VERSION]), 1) for name in versions[key] or ())
        if versions[key] == ():
            yield shown.TICKET_FIX, (key, ""), 0
    yield from ((shown.TICKETS_DROPPED, (environment,), dropped[environment]) for environment in environments)
