"""What a rebuild of the facts needs of the store: empty tables, pages of events, lists of what to derive."""

from collections.abc import Iterable, Sequence

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from app.facts.claims import View
from app.store import fact_tables as tables
from app.store.ask import ask
from app.store.fact_records import number, param
from app.store.tables import events, metadata

_KEPT = {"fact_restatements"}
ALL: tuple[Table, ...] = tuple(
    each for each in metadata.sorted_tables if each.name.startswith("fact_") and each.name not in _KEPT
)
"""Every table of facts but the log of restatements, which tells what happened and not what is."""

_PAGE = (
    sa.select(events.c.seq, events.c.data)
    .where(events.c.seq > number("after_"))
    .order_by(events.c.seq)
    .limit(sa.bindparam("limit_", type_=sa.Integer))
)
_CHAIN_TABLES = ("fact_deployments", "fact_attempts", "fact_arrivals", "fact_waits", "fact_ticket_places",
                 "fact_environments", "fact_chains", "fact_incidents")  # fmt: skip
_c = tables.fact_claims.c
_AFTER = sa.select(sa.func.min(_c.service)).where(_c.service > param("after_"))
_ENVIRONMENTS = sa.select(_c.environment, _c.family).where(_c.service == param("service_")).distinct()
_SUBJECTS = sa.select(_c.subject).where(_c.service == param("service_"), _c.family == param("family_")).distinct()


_GONE = sa.select(_c.event_id).where(~sa.exists().where(events.c.id == _c.event_id)).order_by(_c.seq).limit(1)


def take_time(connection: Connection) -> None:
    """What a rebuild does in one transaction may take longer than what the service does (PostgreSQL)."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL statement_timeout = '600s'"))


def outlived(connection: Connection) -> bool:
    """Whether claims are kept whose events are not any more: retention deletes events, never what they claimed."""
    take_time(connection)
    return bool(ask(connection, _GONE, {}))


def empty(connection: Connection, service: str | None = None, *, derived: bool = False) -> None:
    """Empty the tables: all, or only those that are `derived` from claims, or of those the rows of one service."""
    take_time(connection)
    for table in ALL:
        if service is None and (not derived or table.name in _CHAIN_TABLES):
            connection.execute(sa.delete(table))
        elif service is not None and table.name in _CHAIN_TABLES:
            connection.execute(sa.delete(table).where(table.c.service == service))


def page(connection: Connection, after: int, limit: int) -> tuple[int | None, list[View]]:
    """The next events after a sequence number: (the last number, their flat views); None when there are no more."""
    found = ask(connection, _PAGE, {"after_": after, "limit_": limit})
    return (found[-1][0] if found else None), [orjson.loads(row[1]) for row in found]


def services(connection: Connection) -> Iterable[str]:
    """All services that anything was claimed about, by name; one step in the index for each."""
    after = ""
    while (found := connection.scalar(_AFTER, {"after_": after})) is not None:
        yield found
        after = found


def chains(connection: Connection, service: str) -> list[tuple[str, frozenset[str]]]:
    """The environments of a service with the families of what was claimed about them."""
    found: dict[str, set[str]] = {}
    for environment, family in ask(connection, _ENVIRONMENTS, {"service_": service}):
        found.setdefault(environment, set()).add(family)
    return [(name, frozenset(found[name])) for name in sorted(found)]


def subjects(connection: Connection, service: str, family: str) -> Sequence[str]:
    """What a family of claims of a service is about."""
    return sorted(row[0] for row in ask(connection, _SUBJECTS, {"service_": service, "family_": family}))
