"""What waits between two environments, and tickets."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Select

from app.store.collected import MISSING, collected
from app.store.fact_tables import (
    fact_arrivals,
    fact_commits,
    fact_deployments,
    fact_environments,
    fact_pull_requests,
    fact_ticket_places,
    fact_tickets,
)
from app.store.owned import among

_p, _t, _d, _r = (t.c for t in (fact_ticket_places, fact_tickets, fact_deployments, fact_arrivals))
_c, _q, _s, _e = (t.c for t in (fact_commits, fact_pull_requests, collected, fact_environments))
LISTS = frozenset({"tickets", "flags", "evidence", "others", "reasons", "commits", "fix_versions"})
_HIDDEN = frozenset({"day", "week"})
Cursor = tuple[int, int]
"""The time of the last row (µs), and how many rows of that time were answered."""


def waiting_commits(
    connection: Connection,
    services: Sequence[str] | None,
    source: str,
    target: str,
    *,
    limit: int,
    after: Cursor | None,
) -> list[dict[str, Any]]:
    """Commits that are in `source` and not in `target`, the newest first, with their whole messages.

    What was in `source` before anything was seen in `target` is not told: it may have been in what was there first.
    What a rollback took out of one of them is not in it.
    """
    there = fact_arrivals.alias()
    arrived = sa.exists().where(
        there.c.service == _r.service,
        there.c.environment == target,
        there.c.sha.in_((_r.sha, _r.original)),
        there.c.live_at <= now_since(target),
    )
    joined = fact_arrivals.outerjoin(fact_commits, (_c.repository == _r.repository) & (_c.sha == _r.sha)).outerjoin(
        fact_pull_requests, (_q.repository == _r.repository) & (_q.id == _r.pull_request)
    )
    query: Select[Any] = (
        sa.select(_r.service, _r.sha, _r.repository, _r.live_at.label("since"), _r.deployment_id, _r.author,
                  _r.pull_request, _q.title.label("pull_request_title"), _c.message, _c.tickets)
        .select_from(joined)
        .where(_r.environment == source, _r.clock == "commit", _r.live_at <= now_since(source), ~arrived)
        .where(_r.live_at >= _first_seen(_r.service, target))
    )  # fmt: skip
    if services is not None:
        query = query.where(_r.service.in_(services))
    query = _behind(query, _r.live_at, after).order_by(_r.live_at.desc(), _r.service, _r.sha)
    return decoded(connection, query.limit(limit))


def _first_seen(service: sa.ColumnElement[str], environment: str) -> sa.ColumnElement[int]:
    """When anything was seen live in an environment first, µs; 0 if nothing was."""
    seen = fact_deployments.alias()
    first = sa.select(sa.func.min(seen.c.live_at)).where(seen.c.service == service, seen.c.environment == environment)
    return sa.func.coalesce(first.scalar_subquery(), 0)


_EVER = 2**62


def now_since(environment: str | sa.ColumnElement[str]) -> sa.ColumnElement[int]:
    """Of an arrival's service: when what runs in an environment now was live there first, µs. What came later is not in
    it; where nobody knows, nothing came later. See `first_lives` of `app.store.where`."""
    then, last = fact_deployments.alias(), fact_deployments.alias()
    runs = sa.select(_e.actual_version).where(_e.service == _r.service, _e.environment == environment)
    newest = (
        sa.select(last.c.artifact)
        .where(last.c.service == _r.service, last.c.environment == environment, last.c.outcome == "succeeded")
        .order_by(last.c.live_at.desc(), last.c.id.desc())
        .limit(1)
    )
    known = newest.where(last.c.version == runs.correlate(fact_arrivals).scalar_subquery())
    artifact = sa.func.coalesce(
        known.correlate(fact_arrivals).scalar_subquery(), newest.correlate(fact_arrivals).scalar_subquery()
    )
    here = then.c.service == _r.service, then.c.environment == environment, then.c.outcome == "succeeded"
    since = sa.select(sa.func.min(then.c.live_at)).where(*here, then.c.artifact == artifact).correlate(fact_arrivals)
    return sa.func.coalesce(since.scalar_subquery(), _EVER)


def waiting_tickets(
    connection: Connection, services: Sequence[str] | None, source: str, target: str, limit: int, fresh_after: int
) -> list[dict[str, Any]]:
    """Tickets that are in `source` and not in `target`, those that came last first; of what came before anything was
    seen in `target` see `waiting_commits`."""
    there = fact_ticket_places.alias()
    arrived = sa.exists().where(there.c.key == _p.key, there.c.service == _p.service, there.c.environment == target)
    query = _TICKETS.where(_p.environment == source, ~arrived, _p.since >= _first_seen(_p.service, target))
    if services is not None:
        query = query.where(_p.service.in_(services))
    rows = decoded(connection, query.order_by(_p.since.desc(), _p.key, _p.service).limit(limit))
    return [kept(row, fresh_after) for row in rows]


def tickets(
    connection: Connection, equal: Mapping[str, Any], *, limit: int, after: Cursor | None, fresh_after: int = 0
) -> list[dict[str, Any]]:
    """Tickets in environments, those that came last first. Stale: nobody asked for them since `fresh_after` (µs)."""
    query = _TICKETS
    for name, value in equal.items():
        query = query.where(among(_p[name], value))
    query = _behind(query, _p.since, after).order_by(_p.since.desc(), _p.key, _p.service, _p.environment)
    return [kept(row, fresh_after) for row in decoded(connection, query.limit(limit))]


VERSION = sa.func.coalesce(_d.version, _d.sha).label("version")
"""What was deployed, by its version, else by the commit; of one that is known by a report alone, nothing."""
_ASKED = sa.and_(_s.kind == "ticket", _s.digest != MISSING)
_SAID = (_t.summary, _t.status, _t.status_category, _t.fix_versions, _t.restricted, _s.at.label("looked_at"))
"""What the ticket tool says, and when it was asked last."""
_TICKETS: Select[Any] = sa.select(
    _p.key, _p.service, _p.environment, _p.deployment_id, VERSION, _p.since, *_SAID
).select_from(
    fact_ticket_places.outerjoin(fact_tickets, _t.key == _p.key)
    .outerjoin(collected, sa.and_(_ASKED, _s.key == _p.key))
    .outerjoin(fact_deployments, _d.id == _p.deployment_id)
)  # fmt: skip


def ticket(connection: Connection, key: str, fresh_after: int) -> dict[str, Any]:
    """What the ticket tool says of a ticket. `missing`: it was asked, and there is none, or it is hidden."""
    told = fact_tickets.outerjoin(collected, sa.and_(_ASKED, _s.key == _t.key))
    found = decoded(connection, sa.select(_t.key, *_SAID).select_from(told).where(_t.key == key))
    if found:
        return kept(found[0], fresh_after)
    sought = sa.select(_s.at).where(_s.kind == "ticket", _s.key == key, _s.digest == MISSING)
    at = connection.scalar(sought)
    return {"key": key, "missing": at is not None, "looked_at": at}


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


def kept(row: Mapping[str, Any], fresh_after: int) -> dict[str, Any]:
    """A ticket; of a restricted one nothing is told but its key."""
    hidden, looked = bool(row["restricted"]), row["looked_at"]
    said = {name: None if hidden else row[name] for name in ("summary", "status", "status_category", "fix_versions")}
    stale = looked is not None and looked < fresh_after
    return {**row, **said, "restricted": hidden, "stale": stale}
