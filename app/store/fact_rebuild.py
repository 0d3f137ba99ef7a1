"""What a rebuild of the facts needs of the store: empty tables, pages of events, lists of what to derive."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from app.facts.claims import Claim, from_row
from app.facts.pages import TELLING, read_page
from app.store import fact_claims
from app.store import fact_tables as tables
from app.store.ask import ask
from app.store.fact_pages import PageRows, rows_of
from app.store.fact_records import number, param
from app.store.tables import events, metadata

_KEPT = {"fact_restatements"}
ALL: tuple[Table, ...] = tuple(
    each for each in metadata.sorted_tables if each.name.startswith("fact_") and each.name not in _KEPT
)
"""Every table of facts but the log of restatements, which tells what happened and not what is."""

_PAGE = (
    sa.select(sa.case((events.c.type.in_(sorted(TELLING)), events.c.data)))
    .where(events.c.seq >= number("from_"), events.c.seq < number("to_"))
    .order_by(events.c.seq)
)
_ENDS = sa.select(*(sa.select(each(events.c.seq)).scalar_subquery() for each in (sa.func.min, sa.func.max)))
_CHAIN_TABLES = ("fact_deployments", "fact_attempts", "fact_arrivals", "fact_waits", "fact_ticket_places",
                 "fact_environments", "fact_chains", "fact_incidents")  # fmt: skip
_c = tables.fact_claims.c
_AFTER = sa.select(sa.func.min(_c.service)).where(_c.service > param("after_"))
_ENVIRONMENTS = sa.select(_c.environment, _c.family).where(_c.service == param("service_")).distinct()
_TOLD = (
    fact_claims.SELECT.where(
        _c.subject.in_(sa.select(_c.subject).where(_c.service == param("service_"), _c.family == param("family_")))
    )
    .order_by(_c.subject)
)  # fmt: skip


_GONE = sa.select(_c.event_id).where(~sa.exists().where(events.c.id == _c.event_id)).order_by(_c.seq).limit(1)


def take_time(connection: Connection) -> None:
    """What a rebuild does in one transaction may take longer than what the service does (PostgreSQL)."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL statement_timeout = '600s'"))


def outlived(connection: Connection) -> bool:
    """Whether claims are kept whose events are not any more: retention deletes events, never what they claimed."""
    take_time(connection)
    return bool(ask(connection, _GONE, {}))


def empty(connection: Connection) -> None:
    """Empty all tables."""
    empty_sources(connection)
    empty_chains(connection)


def empty_sources(connection: Connection) -> None:
    """Empty the tables that facts are derived from, and those of facts that are one event's word."""
    take_time(connection)
    for table in ALL:
        if table.name not in (*_CHAIN_TABLES, "fact_weeks"):
            connection.execute(sa.delete(table))


def empty_chains(connection: Connection, service: str | None = None) -> None:
    """Empty the tables that are derived from others, or only of a service's rows; weeks are counted again after it."""
    take_time(connection)
    if service is None:
        connection.execute(sa.delete(tables.fact_weeks))
    for table in (metadata.tables[name] for name in _CHAIN_TABLES):
        connection.execute(sa.delete(table) if service is None else sa.delete(table).where(table.c.service == service))


def numbers(connection: Connection, size: int) -> list[range]:
    """The numbers of all events, in ranges of a size."""
    first, last = connection.execute(_ENDS).one()
    return [range(start, start + size) for start in range(first, last + 1, size)] if first is not None else []


def page(connection: Connection, events: range) -> PageRows:
    """What the events of these numbers tell."""
    found = ask(connection, _PAGE, {"from_": events.start, "to_": events.stop})
    views = [orjson.loads(data) for (data,) in found if data is not None]
    return rows_of(read_page(views), len(found), [view["id"] for view in views])


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


def told(connection: Connection, service: str, family: str) -> Iterator[list[Claim]]:
    """What a family of claims of a service is about, one thing after the other, with all that is claimed about it."""
    found = [from_row(*row) for row in ask(connection, _TOLD, {"service_": service, "family_": family})]
    return (list(claims) for _, claims in groupby(found, key=lambda claim: claim.subject))


SOURCES, DERIVED = ("claims", "commits"), ("deployments", "attempts", "arrivals")


@contextmanager
def bare(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Fill tables without the indexes that nobody asks meanwhile, which are made in one go at the end.

    SQLite alone: it does this in its transaction, and has room for pages that are written to in no order.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    indexes = [each for name in tables for each in metadata.tables[f"fact_{name}"].indexes if each.name not in _ASKED]
    connection.exec_driver_sql(f"PRAGMA cache_size=-{_ROOM_KB}")
    try:
        for each in indexes:
            each.drop(connection)
        yield
        for each in sorted(indexes, key=lambda index: str(index.name)):
            each.create(connection)
    finally:
        connection.exec_driver_sql("PRAGMA cache_size=-2000")


_ROOM_KB = 64_000
_ASKED = {"fact_deployments_chain", "fact_attempts_chain", "fact_arrivals_chain"}
