"""Counters that outlive the process: added to in the transaction of what they count, never taken back.

On PostgreSQL each connection has a share of its own, so that replicas do not wait for each other's commits; a
counter's value is the sum of its shares, and every replica tells the same.
"""

from collections.abc import Mapping

import orjson
import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Connection, Integer, String, Table

from app.kernel.json import dumps
from app.store.tables import metadata
from app.telemetry import Lasting

Series = tuple[Lasting, tuple[str, ...]]
"""A counter and the values of its labels."""

SHARES = 16

metric_counters = Table(
    "metric_counters",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("labels", String(700), primary_key=True),
    Column("share", Integer, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
)

_ADD = (
    "INSERT INTO metric_counters (name, labels, share, value) VALUES ({}) "
    "ON CONFLICT (name, labels, share) DO UPDATE SET value = metric_counters.value + excluded.value"
)
_STATEMENTS = {
    "sqlite": _ADD.format("?, ?, 0, ?"),
    "postgresql": _ADD.format(f"$1, $2, pg_backend_pid() % {SHARES}, $3"),
}
_READ = sa.select(metric_counters.c.name, metric_counters.c.labels, sa.func.sum(metric_counters.c.value)).group_by(
    metric_counters.c.name, metric_counters.c.labels
)


def add(connection: Connection, tally: Mapping[Series, int]) -> None:
    """Add to counters. The last thing of a transaction: what is counted here is locked until its end."""
    rows = [(metric.name, dumps(labels).decode(), number) for (metric, labels), number in tally.items() if number]
    if rows:
        # Sorted, so that two transactions take their locks in one order.
        connection.exec_driver_sql(_STATEMENTS[connection.dialect.name], sorted(rows))


def values(connection: Connection) -> dict[tuple[str, tuple[str, ...]], int]:
    """Every counter that was ever added to, by name and label values; as many rows as there are series."""
    return {(name, tuple(orjson.loads(labels))): int(value) for name, labels, value in connection.execute(_READ)}
