"""What gates ask of the facts: the scans, tests, stays and incidents of a service, and what runs."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from app.store.fact_tables import (
    fact_deployments,
    fact_environments,
    fact_incidents,
    fact_scans,
    fact_test_runs,
)
from app.store.measure_places import decoded

_d, _e, _i = (table.c for table in (fact_deployments, fact_environments, fact_incidents))
MOST = 200
"""Rows of a kind that are looked at, the newest first."""

Row = dict[str, Any]


def running(connection: Connection, service: str, environment: str) -> Row | None:
    """What runs in an environment (`version`, `sha`, `health`); None when nobody has told."""
    query = sa.select(
        sa.func.coalesce(_e.actual_version, _e.desired_version, _d.version).label("version"), _d.sha, _e.health
    ).select_from(fact_environments.outerjoin(fact_deployments, _d.id == _e.deployment_id))
    found = decoded(connection, query.where(_e.service == service, _e.environment == environment))
    return found[0] if found else None


def scans(connection: Connection, service: str, commit: str, version: str) -> list[Row]:
    """The scans of a commit or version."""
    return _of_artifact(connection, fact_scans, service, commit, version)


def last_scan(connection: Connection, service: str) -> int | None:
    """When anything of a service was scanned last, µs."""
    query = sa.select(sa.func.max(fact_scans.c.at)).where(fact_scans.c.service == service)
    found: int | None = connection.execute(query).scalar()
    return found


def test_runs(connection: Connection, service: str, environment: str, commit: str, version: str) -> list[Row]:
    """The runs of tests of a commit or version in an environment."""
    found = _of_artifact(connection, fact_test_runs, service, commit, version)
    return [row for row in found if row["environment"] == environment]


def stays(connection: Connection, service: str, environment: str, commit: str, version: str) -> list[Row]:
    """When a commit or version went live in an environment, and when the next one did (`until`, None: it is there)."""
    columns = (_d.version, _d.sha, _d.live_at.label("since"), _d.failed_by)
    query = sa.select(*columns).where(_d.service == service, _d.environment == environment, _d.outcome == "succeeded")
    rows = decoded(connection, query.order_by(_d.live_at.desc(), _d.id).limit(MOST))
    untils = [None, *(row["since"] for row in rows)]
    together = [row | {"until": until} for row, until in zip(rows, untils, strict=False)]
    return [row for row in together if _same(row, commit, version)]


def open_incidents(connection: Connection, service: str) -> list[Row]:
    """The incidents of a service that nobody has closed."""
    columns = (_i.id, _i.title, _i.opened_at, _i.priority, _i.url)
    query = sa.select(*columns).where(_i.service == service, _i.resolved_at.is_(None), _i.state != "cancelled")
    return decoded(connection, query.order_by(_i.opened_at.desc(), _i.id).limit(MOST))


def _of_artifact(connection: Connection, table: Table, service: str, commit: str, version: str) -> list[Row]:
    """Its rows. A version alone is also known by its commit: scanners seldom know what it will be called."""
    c = table.c
    wanted: list[sa.ColumnElement[bool]] = []
    deployed = "" if commit else _commit_of(connection, service, version)
    if sha := commit or deployed:
        wanted += [c.sha.like(f"{sha[:7]}%")]
    if version:
        wanted += [c.version == version]
    if not wanted:
        return []
    query = sa.select(table).where(c.service == service, sa.or_(*wanted)).order_by(c.at.desc(), c.id).limit(MOST)
    found = decoded(connection, query)
    return [row for row in found if _same(row, commit, version) or (deployed and _same(row, deployed, ""))]


def _commit_of(connection: Connection, service: str, version: str) -> str:
    """The commit that was deployed under a version; "" where nobody has told, or where there were several."""
    query = sa.select(_d.sha).where(_d.service == service, _d.version == version, _d.sha.is_not(None)).distinct()
    shas = sorted(connection.execute(query.limit(MOST)).scalars(), key=len)
    return shas[-1] if shas and all(shas[-1].startswith(each) for each in shas) else ""


def _same(row: Row, commit: str, version: str) -> bool:
    """The same commit, by prefix; by the version where one of them has no commit."""
    sha = row["sha"]
    if sha and commit:
        return bool(sha.startswith(commit) or commit.startswith(sha))
    return bool(version) and row["version"] in (version, commit)
