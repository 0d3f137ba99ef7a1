"""Claims as they are kept: what the facts of a chain, an incident or a pull request are derived from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.claims import Claim, from_row, to_bytes
from app.store.ask import Row, ask
from app.store.bulk import BulkInsert
from app.store.fact_records import number, param, several
from app.store.fact_tables import fact_claims

_COLUMNS = ("event_id", "family", "service", "environment", "subject", "at", "data")
_INSERT = BulkInsert(fact_claims, *_COLUMNS, or_ignore=True)
_c = fact_claims.c
SELECT = sa.select(_c.event_id, _c.family, _c.service, _c.environment, _c.subject, _c.at, _c.data)
_CHAIN = _c.service == param("service_"), _c.environment == param("environment_")
_SINCE = SELECT.where(*_CHAIN, _c.family.in_(several("families_")), _c.at >= number("since_"))
_BY_ID = SELECT.where(_c.event_id.in_(several("ids_")))
_BY_SUBJECT = SELECT.where(_c.subject.in_(several("subjects_")))
_HEALTH = (
    sa.select(_c.event_id, _c.family, _c.service, _c.environment, _c.subject, _c.at, _c.data)
    .where(*_CHAIN, _c.family == "health", _c.at < number("before_"))
    .order_by(_c.at.desc(), _c.event_id.desc())
    .limit(100)
)
_LATEST = SELECT.where(*_CHAIN, _c.family == param("family_")).order_by(_c.at.desc(), _c.event_id.desc()).limit(1)
_DELETE = sa.delete(fact_claims).where(_c.event_id.in_(several("ids_")))


def row(claim: Claim) -> Row:
    """A claim as it is kept."""
    return (
        claim.event_id, claim.family, claim.service, claim.environment, claim.subject, claim.at, to_bytes(claim)
    )  # fmt: skip


def add(connection: Connection, claims: Iterable[Claim]) -> None:
    """Keep claims; one that is there already stays as it is."""
    add_rows(connection, [row(each) for each in claims])


def add_rows(connection: Connection, rows: Sequence[Row]) -> None:
    """Keep claims as rows."""
    _INSERT.run(connection, rows)


def remove(connection: Connection, event_ids: Collection[str]) -> None:
    """Forget what these events claimed."""
    if event_ids:
        connection.execute(_DELETE, {"ids_": list(event_ids)})


def by_ids(connection: Connection, event_ids: Collection[str]) -> list[Claim]:
    """The claims of these events."""
    return _read(connection, _BY_ID, {"ids_": list(event_ids)}) if event_ids else []


def by_subjects(connection: Connection, subjects: Collection[str]) -> list[Claim]:
    """All claims about these things."""
    return _read(connection, _BY_SUBJECT, {"subjects_": list(subjects)}) if subjects else []


def since(connection: Connection, service: str, environment: str, families: Sequence[str], at: int) -> list[Claim]:
    """The claims of a chain from a time (µs) on."""
    values = {"service_": service, "environment_": environment, "families_": list(families), "since_": at}
    return _read(connection, _SINCE, values)


def health_before(connection: Connection, service: str, environment: str, at: int) -> list[Claim]:
    """The last words on a chain's health before a time (µs), the newest first; a hundred at most."""
    return _read(connection, _HEALTH, {"service_": service, "environment_": environment, "before_": at})


def latest(connection: Connection, service: str, environment: str, family: str) -> Claim | None:
    """The newest claim of a family in a chain."""
    values = {"service_": service, "environment_": environment, "family_": family}
    return next(iter(_read(connection, _LATEST, values)), None)


def _read(connection: Connection, statement: sa.Select[Any], values: Mapping[str, object]) -> list[Claim]:
    return [from_row(*row) for row in ask(connection, statement, values)]
