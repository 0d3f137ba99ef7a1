"""What a summary tells: how many events of each kind there were between two moments."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.tables import DEAD, deliveries, events

Kind = tuple[str, str | None, str, str | None]
"""(type, status, service, environment)."""
_READ = 20_000
"""Gates' answers that are looked into at most."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Events by kind; runs that failed and requests that were merged, each once, however many sources told of it; gates
    that said no, and cards that were given up.
    """

    events: Mapping[Kind, int]
    failed_pipelines: int
    merged_pull_requests: int
    blocked_gates: int
    dead_letters: int


def happened(connection: Connection, since: int, until: int) -> Happened:
    """What happened in [since, until), µs, by the events' own times."""
    within = (events.c.occurred_at >= since, events.c.occurred_at < until)
    kind = (events.c.type, events.c.status, events.c.service, events.c.environment)
    rows: Sequence[Any] = connection.execute(sa.select(*kind, sa.func.count()).where(*within).group_by(*kind)).all()
    gates = sa.select(events.c.data).where(*within, events.c.type == "gate.decided").limit(_READ)
    verdicts = Counter(orjson.loads(data).get("verdict") for data in connection.execute(gates).scalars())
    dead = sa.select(sa.func.count()).where(
        deliveries.c.state == DEAD, deliveries.c.finished_at >= since, deliveries.c.finished_at < until
    )
    counted = {(row[0], row[1], row[2], row[3]): row[4] for row in rows}
    things = sa.select(sa.func.count(events.c.subject.distinct())).where(*within)
    failed = things.where(events.c.type == "pipeline.finished", events.c.status.in_(("failed", "error")))
    merged = things.where(events.c.type == "pull_request.merged")
    return Happened(
        counted,
        connection.scalar(failed) or 0,
        connection.scalar(merged) or 0,
        verdicts["block"],
        connection.scalar(dead) or 0,
    )
