"""What measures look at, read by the indexes that were made for it: the values of a scope between two times.

Each kind of fact (`app.measures.points`) is one statement. Its first columns are the point's, by their names; with
`full` the row's own follow. Statements of one shape are made once: whose, and from when to when, are parameters.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, FromClause, Select

from app.facts.windows import week_of
from app.kernel.clock import DAY
from app.measures.points import (
    IN_WINDOW,
    AttemptPoint,
    CommitPoint,
    DeploymentPoint,
    IncidentPoint,
    Leads,
    PullPoint,
    RunningPoint,
    Seen,
    StayPoint,
)
from app.measures.scope import WIDER, Scope
from app.store.ask import Row, ask
from app.store.fact_tables import (
    fact_arrivals,
    fact_attempts,
    fact_deployments,
    fact_environments,
    fact_incidents,
    fact_pull_requests,
)
from app.store.kept_leads import kept_leads
from app.store.measure_stays import stays

_d, _r, _a, _i, _e = (t.c for t in (fact_deployments, fact_arrivals, fact_attempts, fact_incidents, fact_environments))
Span = tuple[int, int]
EVER: Span = (0, 2**62)

POINTS: dict[str, Callable[..., Any]] = {
    "deployments": DeploymentPoint._make,
    "commits": CommitPoint._make,
    "pulls": PullPoint._make,
    "stays": StayPoint._make,
    "incidents": IncidentPoint._make,
    "attempts": AttemptPoint._make,
    "open_failures": DeploymentPoint._make,
    "open_incidents": IncidentPoint._make,
    "running": RunningPoint._make,
}
WIDTHS: dict[str, int] = {
    "deployments": len(DeploymentPoint._fields),
    "commits": len(CommitPoint._fields),
    "pulls": len(PullPoint._fields),
    "stays": len(StayPoint._fields),
    "incidents": len(IncidentPoint._fields),
    "attempts": len(AttemptPoint._fields),
    "open_failures": len(DeploymentPoint._fields),
    "open_incidents": len(IncidentPoint._fields),
    "running": len(RunningPoint._fields),
}


_SHAPES = 300
"""Statements that are kept."""


def read(
    connection: Connection,
    scope: Scope,
    kinds: Collection[str],
    start: int,
    end: int,
    as_of: int,
    *,
    split: bool = True,
) -> Seen:
    """The facts of these kinds in a scope from `start` up to `end` (µs); without `split` nobody makes buckets of it."""
    shape, values, ever = _shape(scope), _values(scope, (start, end)), _values(scope, EVER)
    found: dict[str, Any] = {
        kind: [*map(POINTS[kind], ask(connection, _statement(kind, shape), values if kind in IN_WINDOW else ever))]
        for kind in kinds
    }
    known = bool(ask(connection, _statement("known", shape), values)[0][0])
    if "commits" in kinds:
        found["leads"] = (None if split else _kept(connection, scope, start, end)) or _columns(
            ask(connection, _statement("leads", shape), values)
        )
    return Seen(start, end, as_of, known, **found)


def _columns(rows: Sequence[Row]) -> Leads:
    return Leads([row[0] for row in rows], [row[1] for row in rows])


def _kept(connection: Connection, scope: Scope, start: int, end: int) -> Leads | None:
    """What is kept is kept of teams, in production."""
    if scope.team is None or scope != Scope(scope.stages, team=scope.team):
        return None
    seconds = kept_leads(connection, scope.team, start, end)
    return Leads((), seconds) if seconds is not None else None


def _shape(scope: Scope) -> Scope:
    """What a statement is made for: the same for all services, and for all teams."""
    names: dict[str, Any] = {name: "" for name in _WHOSE if getattr(scope, name) is not None}
    return replace(scope, stages=tuple(scope.stages), **names)


_WHOSE = ("service", "team", *WIDER)


def _values(scope: Scope, span: Span) -> dict[str, Any]:
    """The parameters of a statement; the weeks are those of whatever zone."""
    whose = {f"{name}_": getattr(scope, name) for name in _WHOSE}
    weeks = {"first_week_": week_of(span[0] // DAY) - 1, "last_week_": week_of(span[1] // DAY) + 1}
    return {"start_": span[0], "end_": span[1], **whose, **weeks}


@lru_cache(_SHAPES)
def _statement(kind: str, shape: Scope) -> Select[Any]:
    return _STATEMENTS[kind](shape, (0, 0), False)


def statement(kind: str, scope: Scope, span: Span, *, full: bool = False) -> Select[Any]:
    """The statement of a kind of facts; `span` counts where the kind has a window."""
    return _STATEMENTS[kind](scope, span if kind in IN_WINDOW else EVER, full)


def _known(scope: Scope, span: Span, full: bool) -> Select[Any]:
    return sa.select(sa.exists().where(*in_scope(fact_deployments, scope), _d.live_at < _number("end", span[1])))


def _text(name: str, value: str) -> ColumnElement[str]:
    return sa.bindparam(f"{name}_", value, type_=sa.String)


def _number(name: str, value: int) -> ColumnElement[int]:
    return sa.bindparam(f"{name}_", value, type_=sa.BigInteger)


def within(moment: ColumnElement[int], span: Span) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """From the span's start up to its end."""
    return moment >= _number("start", span[0]), moment < _number("end", span[1])


def in_scope(table: FromClause, scope: Scope) -> list[ColumnElement[bool]]:
    """Whose rows of a table that has service, environment, tier and team."""
    column = table.c
    wanted: list[ColumnElement[bool]] = []
    if scope.service is not None:
        wanted += [column.service == _text("service", scope.service), column.environment.in_(scope.environments)]
    else:
        if scope.tier is not None:
            wanted.append(column.tier == scope.tier)
        if scope.environment is not None:
            wanted.append(column.environment == scope.environment)
    if scope.team is not None:
        wanted.append(column.team == _text("team", scope.team))
    return wanted + [of(table, name, getattr(scope, name)) for name in WIDER if getattr(scope, name) is not None]


def of(table: FromClause, name: str, value: str) -> ColumnElement[bool]:
    """Only deployments and incidents say their pod and the like: a commit's is its deployment's, else by service."""
    named = _text(name, value)
    if name in table.c:
        return table.c[name] == named
    if table is fact_arrivals:
        return _r.deployment_id.in_(sa.select(_d.id).where(_d[name] == named))
    return table.c.service.in_(sa.select(_d.service).where(_d[name] == named).distinct())


def _rest(table: FromClause, full: bool, *skip: str) -> list[ColumnElement[Any]]:
    return [column for column in table.c if column.name not in skip] if full else []


def plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """What is yes or no is 1 or 0 on SQLite: to make a flag of it costs as much as to read it."""
    return sa.type_coerce(column, sa.Integer) if isinstance(column.type, sa.Boolean) else column


def _deployments(scope: Scope, span: Span, full: bool) -> Select[Any]:
    columns = [_d.live_at.label("at")]
    columns += [plain(_d[name]).label(f"point_{name}") for name in DeploymentPoint._fields[1:]]
    wanted = [*in_scope(fact_deployments, scope), *within(_d.live_at, span)]
    if scope.team is not None:  # the index of teams goes by weeks, of whatever zone
        first, last = week_of(span[0] // DAY) - 1, week_of(span[1] // DAY) + 1
        wanted.append(_d.week.between(_number("first_week", first), _number("last_week", last)))
    return sa.select(*columns, *_rest(fact_deployments, full)).where(*wanted)


def _open_failures(scope: Scope, span: Span, full: bool) -> Select[Any]:
    still = _d.failed_by.is_not(None), _d.recovered_at.is_(None), sa.or_(_d.counts, _d.outcome == "failed")
    return _deployments(scope, span, full).where(*still)


def _commits(scope: Scope, span: Span, full: bool) -> Select[Any]:
    """With `full` all of them, else those that have to be judged: the others are read as `_leads`."""
    columns = (
        _r.live_at.label("at"),
        _r.clock.label("point_clock"),
        _r.lead_seconds.label("lead"),
        _r.flags.label("why"),
    )
    clocks = _r.clock.in_(("commit", "config"))
    wanted = [*in_scope(fact_arrivals, scope), clocks, *within(_r.live_at, span)]
    if not full:
        wanted.append(sa.or_(_r.clock != "commit", _r.lead_seconds.is_(None)))
    return sa.select(*columns, *_rest(fact_arrivals, full)).where(*wanted)


def _leads(scope: Scope, span: Span, full: bool) -> Select[Any]:
    wanted = in_scope(fact_arrivals, scope), within(_r.live_at, span)
    query = sa.select(_r.live_at, _r.lead_seconds).where(*wanted[0], *wanted[1])
    return query.where(_r.clock == "commit", _r.lead_seconds.is_not(None))


def _pulls(scope: Scope, span: Span, full: bool) -> Select[Any]:
    """Pull requests by their commits that arrived; a commit of none is a row of its own."""
    p = fact_pull_requests.c
    alone = sa.case((_r.pull_request.is_(None), _r.sha))
    columns = (
        sa.func.max(_r.live_at).label("at"),
        _r.pull_request.label("number"),
        sa.func.min(sa.func.coalesce(p.first_commit_at, _r.authored_at)).label("first_commit_at"),
        sa.func.max(sa.func.coalesce(p.merged_at, _r.merged_at)).label("merged_at"),
    )
    more = (_r.service, _r.environment, _r.repository, alone.label("sha"), sa.func.max(p.title).label("title"),
            sa.func.max(_r.deployment_id).label("deployment_id"), sa.func.count().label("commits"))  # fmt: skip
    joined = fact_arrivals.outerjoin(fact_pull_requests, (p.repository == _r.repository) & (p.id == _r.pull_request))
    return (
        sa.select(*columns, *(more if full else ()))
        .select_from(joined)
        .where(*in_scope(fact_arrivals, scope), _r.clock == "commit", *within(_r.live_at, span))
        .group_by(_r.service, _r.environment, _r.repository, _r.pull_request, alone)
    )


def _incidents(scope: Scope, span: Span, full: bool) -> Select[Any]:
    """An incident that names no environment is one of production."""
    columns = (_i.opened_at.label("at"), _i.resolved_at.label("until"), _i.state.label("point_state"),
               _i.service.label("point_service"), _i.deployment_id.label("point_deployment"))  # fmt: skip
    there = _i.environment == scope.environment if scope.environment else _i.tier == scope.tier
    wanted = [there if scope.environment and scope.tier != "production" else sa.or_(there, _i.tier.is_(None))]
    for name in _WHOSE:
        if getattr(scope, name) is not None:
            wanted.append(of(fact_incidents, name, getattr(scope, name)))
    return sa.select(*columns, *_rest(fact_incidents, full)).where(*wanted, *within(_i.opened_at, span))


def _open_incidents(scope: Scope, span: Span, full: bool) -> Select[Any]:
    return _incidents(scope, span, full).where(_i.resolved_at.is_(None), _i.state.in_(("open", "acknowledged")))


def _attempts(scope: Scope, span: Span, full: bool) -> Select[Any]:
    became = fact_deployments.alias("became")
    columns = (_a.at.label("at"), _a.outcome.label("point_outcome"), plain(_a.changed).label("point_changed"),
               sa.case((_a.outcome == "succeeded", became.c.kind)).label("point_kind"))  # fmt: skip
    joined = fact_attempts.outerjoin(became, became.c.id == _a.deployment_id)
    rest = _rest(fact_attempts, full, "at")
    wanted = in_scope(fact_attempts, scope), within(_a.at, span)
    return sa.select(*columns, *rest).select_from(joined).where(*wanted[0], *wanted[1])


def _running(scope: Scope, _: Span, full: bool) -> Select[Any]:
    columns = _e.since.label("at"), _e.service.label("point_service"), _e.environment.label("point_environment")
    return sa.select(*columns, *_rest(fact_environments, full)).where(*in_scope(fact_environments, scope))


_STATEMENTS: dict[str, Callable[[Scope, Span, bool], Select[Any]]] = {
    "deployments": _deployments,
    "known": _known,
    "leads": _leads,
    "commits": _commits,
    "pulls": _pulls,
    "stays": stays,
    "incidents": _incidents,
    "attempts": _attempts,
    "open_failures": _open_failures,
    "open_incidents": _open_incidents,
    "running": _running,
}
