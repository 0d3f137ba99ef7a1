"""How much differs between two versions of a service: asked once by the collector, and true for ever.

It is no fact: no event tells of it, and a rebuild leaves it as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, String, Table, Text

from app.store.fact_tables import fact_environments
from app.store.tables import metadata
from app.store.upsert import insert_for

differences = Table(
    "differences",
    metadata,
    Column("service", String(100), primary_key=True),
    Column("old", String(300), primary_key=True),
    Column("new", String(300), primary_key=True),
    Column("files", Integer, nullable=False),
    Column("lines_added", BigInteger, nullable=False),
    Column("lines_removed", BigInteger, nullable=False),
    Column("migrations", Text, nullable=False),
    Column("complete", Boolean, nullable=False),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """What `new` changes against `old`. `migrations` are paths; without `complete` there is more of everything."""

    service: str
    old: str
    new: str
    files: int
    lines_added: int
    lines_removed: int
    migrations: tuple[str, ...]
    complete: bool


def note(connection: Connection, told: Iterable[Difference]) -> None:
    """Keep what was told. Run again it changes nothing."""
    rows = [
        {name: getattr(each, name) for name in Difference.__dataclass_fields__}
        | {"migrations": orjson.dumps(each.migrations).decode()}
        for each in told
    ]
    if rows:
        connection.execute(insert_for(connection, differences).on_conflict_do_nothing(), rows)


def between(
    connection: Connection, services: Sequence[str] | None, source: str, target: str
) -> list[tuple[Mapping[str, Any], Difference | None]]:
    """The services of which two environments run different versions, with what differs if that is known."""
    here, there, d = fact_environments.alias(), fact_environments.alias(), differences.c
    told = sa.and_(d.service == here.c.service, d.new == here.c.actual_version, d.old == there.c.actual_version)
    query = (
        sa.select(here.c.service, here.c.actual_version.label("new"), there.c.actual_version.label("old"),
                  d.files, d.lines_added, d.lines_removed, d.migrations, d.complete)
        .select_from(here.join(there, here.c.service == there.c.service).outerjoin(differences, told))
        .where(here.c.environment == source, there.c.environment == target)
        .where(here.c.actual_version != there.c.actual_version)
        .order_by(here.c.service)
    )  # fmt: skip
    if services is not None:
        query = query.where(here.c.service.in_(services))
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [(row, None if row["files"] is None else _difference(row)) for row in rows]


def _difference(row: Mapping[str, Any]) -> Difference:
    values = {name: row[name] for name in Difference.__dataclass_fields__}
    return Difference(**values | {"migrations": tuple(orjson.loads(row["migrations"]))})
