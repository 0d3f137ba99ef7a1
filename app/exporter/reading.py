"""One service or team, read from the store in one transaction: everything that its series are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.exporter import dora, shown, standing
from app.exporter.shown import Sample
from app.exporter.standing import Moving
from app.exporter.text import Lines, written
from app.kernel.clock import DAY, SECOND
from app.measures.scope import Scope
from app.store import Connection, exported, lead_times, owned
from app.store.exported import Success
from app.store.lead_times import Example
from app.store.measure_points import read

Stages = Sequence[tuple[str, str]]
"""The estate's environments with their tiers, in the order of promotion."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one reading came to, as of `at` (µs). `settled` are deployments whose lead times are not counted yet;
    `last` is the newest that went live: in production, if the service is there."""

    at: int
    lines: Lines
    states: Sequence[exported.State] = ()
    moving: Sequence[Moving] = ()
    examples: Mapping[str, Mapping[str, Example]] = field(default_factory=dict)
    settled: Mapping[str, int] = field(default_factory=dict)
    last: Success | None = None


def of_service(connection: Connection, service: str, stages: Stages, now: int) -> Found:
    """A service: its DORA figures in production, and how it stands everywhere."""
    names = [name for name, _ in stages]
    states = exported.states(connection, service)
    successes = owned.successes(connection, service, names)
    places = exported.places(connection, service, names, now - standing.PLACES_BACK)
    ladder = [name for name, _ in Scope(stages).ladder]
    return Found(
        now,
        written(
            [
                *_dora(connection, service, stages, now),
                *((shown.LAST_SUCCESS, (service, name), last.live_at / SECOND) for name, last in successes.items()),
                *standing.of_tickets(service, places, names),
                *standing.of_scans(service, exported.last_scans(connection, service)),
            ]
        ),
        states,
        standing.moving(places, ladder, now),
        {name: lead_times.examples(connection, service, name, now) for name in names},
        lead_times.unobserved(connection, service, names, now),
        owned.newest(successes, Scope(stages).environments),
    )


def of_team(connection: Connection, team: str, stages: Stages, now: int) -> Found:
    """A team: the twins of the figures of its services."""
    seen = read(connection, Scope(stages, team=team), dora.FACTS, now - dora.LONGEST * DAY, now, now)
    return Found(now, written(dora.of_team(team, seen)))


def _dora(connection: Connection, service: str, stages: Stages, now: int) -> list[Sample]:
    samples: list[Sample] = []
    start = now - dora.LONGEST * DAY
    everywhere = Scope(stages, service=service)
    for environment in everywhere.environments:
        scope = Scope(stages, service=service, environment=environment)
        seen = read(connection, scope, dora.FACTS, start, now, now)
        if seen.known or seen.incidents or seen.open_incidents:
            samples += dora.of_environment(service, environment, seen)
    if len(everywhere.environments) > 1:
        seen = read(connection, everywhere, dora.FACTS, start, now, now)
    if everywhere.environments:
        samples += dora.of_quality(service, seen)
    samples += dora.of_stays(service, read(connection, everywhere, ("stays",), start, now, now))
    return samples
