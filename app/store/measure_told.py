"""The facts as other products would see them, for the views and the reconciliation: asked seldom, read whole."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select

from app.kernel.clock import DAY
from app.measures.scope import WIDER, Scope
from app.measures.told import Change, Merged, Pushed, Rollout, Told, Trouble
from app.store.fact_tables import fact_arrivals, fact_commits, fact_deployments, fact_incidents, fact_pull_requests
from app.store.measure_points import in_scope, of

BACK = 90 * DAY
"""How far before the window rollouts are read: what a rollback comes back to, and whom others would blame."""
_SOME = 500

_d, _r, _c, _p, _i = (t.c for t in (fact_deployments, fact_arrivals, fact_commits, fact_pull_requests, fact_incidents))


def told(connection: Connection, scope: Scope, start: int, end: int) -> Told:
    """The facts of a scope from `start` up to `end` (µs); incidents that nobody is known to own are everybody's."""
    rollouts = [
        Rollout._make(row)._replace(succeeded=row.outcome == "succeeded")
        for row in connection.execute(_rollouts(scope).where(_d.live_at >= start - BACK, _d.live_at < end))
    ]
    rollouts = _with_repositories(connection, rollouts)
    changes = [Change._make(row) for row in connection.execute(_changes(scope, start - BACK, end))]
    numbers = sorted({(each.repository, each.pull_request) for each in changes if each.pull_request is not None})
    pulls = [
        Merged._make(row)
        for some in _pieces(numbers)
        for row in connection.execute(_pulls().where(sa.tuple_(_p.repository, _p.id).in_(some)))
    ]
    troubles = [Trouble._make(row) for row in connection.execute(_troubles(scope, start, end))]
    return Told(start, end, rollouts, changes, pulls, _pushes(connection, rollouts, start), troubles)


def _rollouts(scope: Scope) -> Select[Any]:
    columns = (_d.id, _d.service, _d.live_at, _d.kind, _d.outcome, _d.artifact, _d.sha, _d.repository, _d.re_arrivals)
    return sa.select(*columns).where(*in_scope(fact_deployments, scope)).order_by(_d.live_at, _d.id)


def _with_repositories(connection: Connection, rollouts: list[Rollout]) -> list[Rollout]:
    """Argo CD names no repository: it is that of the push which told the commit."""
    shas = sorted({each.sha for each in rollouts if each.sha and each.repository is None})
    known: dict[str, str] = {}
    for some in _pieces(shas):
        query = sa.select(_c.sha, sa.func.min(_c.repository)).where(_c.sha.in_(some)).group_by(_c.sha)
        known |= {row[0]: row[1] for row in connection.execute(query)}
    return [each._replace(repository=each.repository or known.get(each.sha or "")) for each in rollouts]


def _changes(scope: Scope, start: int, end: int) -> Select[Any]:
    columns = _r.service, _r.repository, _r.sha, _r.deployment_id, _r.authored_at, _r.pull_request
    within = _r.clock == "commit", _r.live_at >= start, _r.live_at < end
    return sa.select(*columns).where(*in_scope(fact_arrivals, scope), *within).order_by(_r.live_at, _r.sha)


def _pulls() -> Select[Any]:
    return sa.select(_p.repository, _p.id, _p.opened_at, _p.first_commit_at, _p.merged_at)


def _troubles(scope: Scope, start: int, end: int) -> Select[Any]:
    nobody = _i.service == "unmapped"
    columns = _i.id, sa.case((~nobody, _i.service)), _i.opened_at, _i.resolved_at, _i.deployment_id, _i.link
    whose: sa.ColumnElement[bool] = sa.true()
    for name in ("service", "team", *WIDER):
        if getattr(scope, name) is not None:
            whose = whose & of(fact_incidents, name, getattr(scope, name))
    within = _i.opened_at >= start, _i.opened_at < end, _i.state != "cancelled"
    return sa.select(*columns).where(sa.or_(nobody, whose), *within).order_by(_i.opened_at, _i.id)


def _pushes(connection: Connection, rollouts: list[Rollout], start: int) -> list[Pushed]:
    """The commits of every push whose head was deployed in the window: those that came at the same moment."""
    heads = sorted({(each.repository, each.sha) for each in rollouts if each.live_at >= start and each.sha})
    times: set[tuple[str, int]] = set()
    for some in _pieces(heads):
        when = sa.select(_c.repository, _c.pushed_at).where(sa.tuple_(_c.repository, _c.sha).in_(some))
        times |= {(row[0], row[1]) for row in connection.execute(when) if row[1] is not None}
    found = []
    for some in _pieces(sorted(times)):
        query = sa.select(_c.repository, _c.sha, _c.pushed_at, _c.authored_at)
        query = query.where(sa.tuple_(_c.repository, _c.pushed_at).in_(some))
        found += [Pushed._make(row) for row in connection.execute(query)]
    return found


def _pieces(keys: list[Any]) -> list[list[Any]]:
    return [keys[first : first + _SOME] for first in range(0, len(keys), _SOME)]
