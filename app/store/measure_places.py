"""What is where: environments, what waits between two of them, and tickets."""

from collections.abc import Mapping
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Select

from app.store.fact_tables import (
    fact_arrivals,
    fact_commits,
    fact_deployments,
    fact_environments,
    fact_ticket_places,
    fact_tickets,
)

_e, _p, _t, _d, _r = (
    t.c for t in (fact_environments, fact_ticket_places, fact_tickets, fact_deployments, fact_arrivals)
)
_c = fact_commits.c
LISTS = frozenset({"tickets", "flags", "evidence", "others", "reasons", "commits", "fix_versions"})
_HIDDEN = frozenset({"day", "week"})
Cursor = tuple[int, int]
"""The time of the last row (µs), and how many rows of that time were answered."""


def environments(
    connection: Connection, equal: Mapping[str, str], *, drift: bool | None, limit: int, offset: int
) -> list[dict[str, Any]]:
    """States by service and environment. `drift` are those that are known to run what is not wanted."""
    drifts = sa.or_(_e.in_sync.is_(sa.false()), _e.desired_version != _e.actual_version)
    known = sa.func.coalesce(drifts, sa.false())
    query = sa.select(fact_environments, known.label("drift")).order_by(_e.service, _e.environment)
    for name, value in equal.items():
        query = query.where(_e[name] == value)
    if drift is not None:
        query = query.where(known.is_(sa.true()) if drift else known.is_(sa.false()))
    return [{**row, "drift": bool(row["drift"])} for row in decoded(connection, query.limit(limit).offset(offset))]


def waiting_commits(
    connection: Connection, service: str | None, source: str, target: str, *, limit: int, after: Cursor | None
) -> list[dict[str, Any]]:
    """Commits that arrived in `source` and not yet in `target`, the newest first.

    What was in `source` before anything was seen in `target` is not told: it may have been in what was there first.
    """
    there = fact_arrivals.alias()
    arrived = sa.exists().where(
        there.c.service == _r.service, there.c.environment == target, there.c.sha.in_((_r.sha, _r.original))
    )
    first = sa.select(sa.func.min(_d.live_at)).where(_d.service == _r.service, _d.environment == target)
    joined = fact_arrivals.outerjoin(fact_commits, (_c.repository == _r.repository) & (_c.sha == _r.sha))
    query: Select[Any] = (
        sa.select(_r.service, _r.sha, _r.repository, _r.live_at.label("since"), _r.deployment_id, _r.author,
                  _r.pull_request, _c.message, _c.tickets)
        .select_from(joined)
        .where(_r.environment == source, _r.clock == "commit", ~arrived)
        .where(_r.live_at >= sa.func.coalesce(first.scalar_subquery(), 0))
    )  # fmt: skip
    if service is not None:
        query = query.where(_r.service == service)
    query = _behind(query, _r.live_at, after).order_by(_r.live_at.desc(), _r.service, _r.sha)
    return [first_line(row) for row in decoded(connection, query.limit(limit))]


def waiting_tickets(
    connection: Connection, service: str | None, source: str, target: str, limit: int
) -> list[dict[str, Any]]:
    """Tickets that are in `source` and not yet in `target`, those that came last first."""
    there = fact_ticket_places.alias()
    arrived = sa.exists().where(there.c.key == _p.key, there.c.service == _p.service, there.c.environment == target)
    query = _tickets().where(_p.environment == source, ~arrived)
    if service is not None:
        query = query.where(_p.service == service)
    return [*map(_kept, decoded(connection, query.order_by(_p.since.desc(), _p.key, _p.service).limit(limit)))]


def tickets(
    connection: Connection, equal: Mapping[str, str], *, limit: int, after: Cursor | None
) -> list[dict[str, Any]]:
    """Tickets in environments, those that came last first."""
    query = _tickets()
    for name, value in equal.items():
        query = query.where(_p[name] == value)
    query = _behind(query, _p.since, after).order_by(_p.since.desc(), _p.key, _p.service, _p.environment)
    return [*map(_kept, decoded(connection, query.limit(limit)))]


def _tickets() -> Select[Any]:
    told = _t.summary, _t.status, _t.status_category, _t.fix_versions, _t.restricted
    joined = fact_ticket_places.outerjoin(fact_tickets, _t.key == _p.key)
    return sa.select(_p.key, _p.service, _p.environment, _p.deployment_id, _p.since, *told).select_from(joined)


def _behind(query: Select[Any], moment: sa.Column[int], after: Cursor | None) -> Select[Any]:
    return query if after is None else query.where(moment <= after[0]).offset(after[1])


def decoded(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    """Rows by name: lists are lists, and what is there for the indexes alone is left out."""
    return [
        {name: _value(name, value) for name, value in row.items() if name not in _HIDDEN}
        for row in connection.execute(query).mappings()
    ]


def _value(name: str, value: Any) -> Any:
    return orjson.loads(value) if name in LISTS and isinstance(value, str) else value


def first_line(row: Mapping[str, Any]) -> dict[str, Any]:
    """A commit with the first line of its message."""
    message = row["message"]
    return {**row, "message": message.splitlines()[0] if message else None, "tickets": row["tickets"] or []}


def _kept(row: Mapping[str, Any]) -> dict[str, Any]:
    """A ticket; of a restricted one no text is told."""
    restricted = bool(row["restricted"])
    return {
        **row,
        "summary": None if restricted else row["summary"],
        "fix_versions": row["fix_versions"] or [],
        "restricted": restricted,
    }
