"""Rows of facts as the facts floor writes them, with values that do not matter filled in."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import DAY
from app.store import fact_tables as tables
from app.store.fact_weeks import keep_all

_DEPLOYMENT: dict[str, Any] = {
    "service": "pay", "environment": "prod", "tier": "production", "team": "team-a", "business_area": "finance",
    "pod": None, "component": None, "platform": None, "artifact": "a", "version": None, "sha": None,
    "repository": "acme/pay",
    "revision": None, "kind": "release", "outcome": "succeeded", "started_at": None, "attempts": 1,
    "failed_attempts": 0, "batch_id": None, "previous_id": None, "failed_by": None, "failed_because": None,
    "failed_confidence": None, "failure_of": None, "detected_at": None, "recovered_at": None, "recovered_by": None,
    "reverted": False, "rework": False, "commits": 0, "re_arrivals": 0, "tickets": "[]", "flags": "[]",
    "evidence": "[]",
}  # fmt: skip
_ARRIVAL: dict[str, Any] = {
    "service": "pay", "environment": "prod", "tier": "production", "team": "team-a", "repository": "acme/pay",
    "original": None, "deployment_id": "d", "authored_at": None, "committed_at": None, "pushed_at": None,
    "merged_at": None, "clock": "commit", "author": None, "author_kind": None, "pull_request": None, "flags": "[]",
}  # fmt: skip
_ATTEMPT: dict[str, Any] = {
    "service": "pay", "environment": "prod", "tier": "production", "team": "team-a", "deployment_id": None,
    "outcome": "succeeded", "started_at": None, "finished_at": None, "artifact": "a", "version": None, "sha": None,
    "changed": True, "error": None, "evidence": "[]",
}  # fmt: skip
_INCIDENT: dict[str, Any] = {
    "source": "pagerduty", "service": "pay", "environment": None, "tier": None, "team": "team-a",
    "business_area": "finance", "pod": None, "component": None, "title": None, "priority": "P1",
    "acknowledged_at": None, "resolved_at": None,
    "state": "open", "deployment_id": None, "link": None, "others": "[]", "url": None, "evidence": "[]",
}  # fmt: skip
_ENVIRONMENT: dict[str, Any] = {
    "service": "pay", "environment": "prod", "tier": "production", "team": "team-a", "desired_version": None,
    "actual_version": None, "in_sync": None, "health": None, "deployment_id": None, "since": None, "as_of": 0,
}  # fmt: skip
_COMMIT: dict[str, Any] = {
    "repository": "acme/pay", "service": "pay", "message": None, "author": None, "author_kind": None,
    "authored_at": None, "committed_at": None, "pushed_at": None, "pull_request": None, "merge": False,
    "original": None, "tickets": "[]",
}  # fmt: skip
_PULL: dict[str, Any] = {
    "repository": "acme/pay", "service": "pay", "title": None, "author": None, "source_branch": None,
    "opened_at": None, "first_commit_at": None, "merged_at": None, "merge_commit": None, "head": None,
    "commits": "[]", "hotfix": False, "tickets": "[]",
}  # fmt: skip

DEFAULTS: dict[str, tuple[sa.Table, dict[str, Any]]] = {
    "deployment": (tables.fact_deployments, _DEPLOYMENT),
    "arrival": (tables.fact_arrivals, _ARRIVAL),
    "attempt": (tables.fact_attempts, _ATTEMPT),
    "incident": (tables.fact_incidents, _INCIDENT),
    "environment": (tables.fact_environments, _ENVIRONMENT),
    "commit": (tables.fact_commits, _COMMIT),
    "pull": (tables.fact_pull_requests, _PULL),
}


def row(what: str, /, **values: Any) -> tuple[sa.Table, dict[str, Any]]:
    """A row of what there is; day, week and what follows from the kind are worked out."""
    table, defaults = DEFAULTS[what]
    made = {**defaults, **values}
    if what == "deployment":
        made.setdefault("counts", made["kind"] in ("release", "hotfix", "config") and made["outcome"] == "succeeded")
    if what == "arrival":
        lead = None if made["authored_at"] is None else (made["live_at"] - made["authored_at"]) / 1e6
        made.setdefault("lead_seconds", lead if lead is not None and lead >= 0 else None)
        if lead is not None and lead < 0:
            made["flags"] = '["negative"]'
    if "live_at" in made and "day" in table.c:
        made.setdefault("day", made["live_at"] // DAY)
        made.setdefault("week", (made["live_at"] // DAY + 3) // 7)
    return table, made


def add(connection: Connection, *made: tuple[sa.Table, dict[str, Any]]) -> None:
    """Write rows, and count the weeks that they are in."""
    for table, values in made:
        connection.execute(sa.insert(table), values)
    keep_all(connection)
