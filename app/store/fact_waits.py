"""Which deployments' lineage hangs on what is not known yet, so that late news find them."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.ask import Row, ask
from app.store.bulk import Bulk, BulkInsert
from app.store.fact_records import param, several
from app.store.fact_tables import fact_arrivals, fact_waits

SHORT = 7
_w, _r = fact_waits.c, fact_arrivals.c
_INSERT = BulkInsert(fact_waits, "key", "deployment_id", "service", "environment", "live_at")
_DELETE = Bulk(
    sa.delete(fact_waits).where(_w.key == param("key_"), _w.deployment_id == param("deployment_id_")),
    "key_", "deployment_id_",
)  # fmt: skip
_FIRST = sa.func.min(_w.live_at)
_WAITING = (
    sa.select(_w.service, _w.environment, _FIRST)
    .where(_w.key.in_(several("keys_")))
    .group_by(_w.service, _w.environment)
)
_WAITED_FOR = sa.select(_w.key).where(_w.key.in_(several("keys_"))).distinct()
_ARRIVED = (
    sa.select(_r.environment, sa.func.min(_r.live_at))
    .where(_r.service == param("service_"), _r.environment.in_(several("environments_")), _r.sha.in_(several("shas_")))
    .group_by(_r.environment)
)


def wait_key(word: str) -> str:
    """The key for the beginning of a commit, or for a version (`=1.4.2`)."""
    return word if word.startswith("=") else word[:SHORT]


def replace_waits(connection: Connection, old: Collection[Row], new: Collection[Row]) -> None:
    """Make rows (key, deployment, service, environment, live_at) into others."""
    there, wanted = set(old), set(new)
    _DELETE.run(connection, [(row[0], row[1]) for row in there - wanted])
    _INSERT.run(connection, sorted(wanted - there))


def add_waits(connection: Connection, rows: Sequence[Row]) -> None:
    """Add rows that are not there."""
    _INSERT.run(connection, rows)


def waiting(connection: Connection, keys: Collection[str]) -> list[tuple[str, str, int]]:
    """The chains with deployments that hang on these keys, with the first one's `live_at` (µs)."""
    if not keys:
        return []
    return [(row[0], row[1], row[2]) for row in ask(connection, _WAITING, {"keys_": list(keys)})]


def waited_for(connection: Connection, keys: Collection[str]) -> set[str]:
    """Those of some keys on which a deployment hangs."""
    return {row[0] for row in ask(connection, _WAITED_FOR, {"keys_": list(keys)})} if keys else set()


def arrived(
    connection: Connection, service: str, environments: Sequence[str], shas: Collection[str]
) -> Mapping[str, int]:
    """By environment, when the first of these commits arrived there; µs."""
    if not shas or not environments:
        return {}
    values = {"service_": service, "environments_": list(environments), "shas_": list(shas)}
    return {row[0]: row[1] for row in ask(connection, _ARRIVED, values)}
