"""Deployments, and the whole story of one: from its commits to what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection, Table

from app.kernel.clock import DAY
from app.store.fact_tables import (
    fact_arrivals,
    fact_attempts,
    fact_commits,
    fact_deployments,
    fact_gates,
    fact_incidents,
    fact_pull_requests,
    fact_restatements,
    fact_scans,
    fact_test_runs,
)
from app.store.measure_places import Cursor, decoded, first_line
from app.store.tables import events

_d, _r, _c, _p = (t.c for t in (fact_deployments, fact_arrivals, fact_commits, fact_pull_requests))
LOOK_BACK = 30 * DAY
"""How long before a deployment its builds, scans and gates are looked for."""
MOST = 500
"""How many rows of a kind a story holds."""


def list_deployments(
    connection: Connection, equal: Mapping[str, Any], *, failed: bool | None, since: int | None, until: int | None,
    limit: int, after: Cursor | None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Deployments, the newest first."""
    query = sa.select(fact_deployments).order_by(_d.live_at.desc(), _d.id)
    for name, value in equal.items():
        query = query.where(_d[name] == value)
    if failed is not None:
        query = query.where(_d.failed_by.is_not(None) if failed else _d.failed_by.is_(None))
    if since is not None:
        query = query.where(_d.live_at >= since)
    if until is not None:
        query = query.where(_d.live_at < until)
    if after is not None:
        query = query.where(_d.live_at <= after[0]).offset(after[1])
    return decoded(connection, query.limit(limit))


def story(connection: Connection, deployment_id: str) -> dict[str, Any] | None:
    """All that is known of a deployment, by kind; None if there is none of this id."""
    found = decoded(connection, sa.select(fact_deployments).where(_d.id == deployment_id))
    if not found:
        return None
    one = found[0]
    commits = _commits(connection, deployment_id)
    numbers = sorted({(each["repository"], each["pull_request"]) for each in commits if each["pull_request"]})
    return {
        "deployment": one,
        "previous": _one(connection, one["previous_id"]),
        "failed_because": _one(connection, one["failed_because"]),
        "recovered_by": _one(connection, one["recovered_by"]),
        "attempts": _attempts(connection, one),
        "commits": commits,
        "pull_requests": decoded(
            connection, sa.select(fact_pull_requests).where(sa.tuple_(_p.repository, _p.id).in_(numbers[:MOST]))
        ) if numbers else [],
        "pipelines": _pipelines(connection, one),
        "scans": _of_artifact(connection, fact_scans, one),
        "tests": _of_artifact(connection, fact_test_runs, one),
        "gates": _of_artifact(connection, fact_gates, one),
        "incidents": decoded(
            connection, sa.select(fact_incidents).where(fact_incidents.c.deployment_id == deployment_id).limit(MOST)
        ),
        "restatements": _restatements(connection, one),
        "evidence": _events(connection, one["evidence"]),
    }  # fmt: skip


def _one(connection: Connection, name: str | None) -> dict[str, Any] | None:
    """The deployment or incident of this id, in short."""
    if name is None:
        return None
    columns = (_d.id, _d.kind, _d.version, _d.sha, _d.live_at)
    found = decoded(connection, sa.select(*columns).where(_d.id == name))
    if found:
        return {"what": "deployment", **found[0]}
    i = fact_incidents.c
    told = decoded(connection, sa.select(i.id, i.title, i.opened_at, i.resolved_at, i.url).where(i.id == name))
    return {"what": "incident", **told[0]} if told else {"what": "event", "id": name}


def _attempts(connection: Connection, one: Mapping[str, Any]) -> list[dict[str, Any]]:
    a = fact_attempts.c
    query = sa.select(fact_attempts).where(a.service == one["service"], a.environment == one["environment"])
    within = a.at >= one["live_at"] - LOOK_BACK, a.at <= one["live_at"] + DAY
    return decoded(connection, query.where(*within, a.deployment_id == one["id"]).order_by(a.at).limit(MOST))


def _commits(connection: Connection, deployment_id: str) -> list[dict[str, Any]]:
    joined = fact_arrivals.outerjoin(fact_commits, (_c.repository == _r.repository) & (_c.sha == _r.sha))
    columns = (_r.repository, _r.sha, _c.message, _r.author, _r.author_kind, _r.authored_at, _r.committed_at,
               _r.pushed_at, _r.merged_at, _r.lead_seconds, _r.clock, _r.pull_request, _c.tickets,
               _r.flags)  # fmt: skip
    query = sa.select(*columns).select_from(joined).where(_r.deployment_id == deployment_id)
    return [first_line(row) for row in decoded(connection, query.order_by(_r.authored_at, _r.sha).limit(MOST))]


def _pipelines(connection: Connection, one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Runs of pipelines that built or deployed its commit or version, each once, with all that its sources say."""
    e = events.c
    query = sa.select(e.data).where(e.service == one["service"], e.type == "pipeline.finished")
    within = e.occurred_at >= one["live_at"] - LOOK_BACK, e.occurred_at <= one["live_at"] + DAY
    read = connection.execute(query.where(*within).order_by(e.occurred_at.desc()).limit(MOST)).scalars()
    runs: dict[str, dict[str, Any]] = {}
    for view in map(orjson.loads, read):
        if _same(one, (view.get("commit") or {}).get("sha"), view.get("version")):
            runs[view["subject"]] = {**view, **runs.get(view["subject"], {})}  # the newest word stands
    return list(runs.values())


def _of_artifact(connection: Connection, table: Table, one: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the same service that speak of its commit or version."""
    c = table.c
    within = c.at >= one["live_at"] - LOOK_BACK, c.at <= one["live_at"] + DAY
    query = sa.select(table).where(c.service == one["service"], *within).order_by(c.at).limit(MOST)
    return [row for row in decoded(connection, query) if _same(one, row["sha"], row["version"])]


def _same(one: Mapping[str, Any], sha: str | None, version: str | None) -> bool:
    if sha and one["sha"]:
        return bool(one["sha"].startswith(sha) or sha.startswith(one["sha"]))
    return version is not None and version == one["version"]


def _restatements(connection: Connection, one: Mapping[str, Any]) -> list[dict[str, Any]]:
    r = fact_restatements.c
    query = sa.select(fact_restatements).where(r.service == one["service"], r.object == one["id"])
    return decoded(connection, query.order_by(r.at).limit(MOST))


def _events(connection: Connection, ids: Sequence[str]) -> list[dict[str, Any]]:
    """What sources said, in the order in which it happened."""
    query = sa.select(events.c.data).where(events.c.id.in_(ids[:MOST])).order_by(events.c.occurred_at)
    return [orjson.loads(data) for data in connection.execute(query).scalars()]
