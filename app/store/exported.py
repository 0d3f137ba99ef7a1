"""What the exporter reads beside the measures: states, tickets and scans of one service; each by an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.ask import ask
from app.store.fact_tables import (
    fact_deployments,
    fact_environments,
    fact_restatements,
    fact_scans,
    fact_ticket_places,
    fact_tickets,
)


@dataclass(frozen=True, slots=True)
class State:
    """What is wanted and what runs in an environment; `since` in µs."""

    environment: str
    desired_version: str | None
    actual_version: str | None
    in_sync: bool | None
    health: str | None
    since: int | None


@dataclass(frozen=True, slots=True)
class Success:
    """A deployment that went live (`live_at` in µs), whose it was then, and what deployed it."""

    live_at: int
    team: str | None
    pod: str | None
    business_area: str | None
    component: str | None
    platform: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A ticket in an environment, since when (µs); what is not known of the ticket is None."""

    key: str
    environment: str
    since: int
    status_category: str | None
    fix_versions: str | None


@dataclass(frozen=True, slots=True)
class LastScan:
    """The newest scan of a kind; `at` in µs, the rest are open findings."""

    kind: str
    at: int
    verdict: str
    critical: int
    high: int
    medium: int
    low: int


_e, _d, _p, _t, _s = (
    table.c for table in (fact_environments, fact_deployments, fact_ticket_places, fact_tickets, fact_scans)
)
_NEWEST = sa.select(sa.func.max(fact_restatements.c.seq))
_RESTATED = (
    sa.select(fact_restatements.c.service, sa.func.max(fact_restatements.c.seq))
    .where(fact_restatements.c.seq > sa.bindparam("after_", type_=sa.BigInteger))
    .group_by(fact_restatements.c.service)
)
_STATES = sa.select(*(_e[name] for name in State.__dataclass_fields__)).where(_e.service == sa.bindparam("service_"))
_LAST = (
    sa.select(*(_d[name] for name in Success.__dataclass_fields__))
    .where(
        _d.service == sa.bindparam("service_"),
        _d.environment == sa.bindparam("environment_"),
        _d.outcome == "succeeded",
    )
    .order_by(_d.live_at.desc())
    .limit(1)
)
_PLACES = (
    sa.select(_p.key, _p.environment, _p.since, _t.status_category, _t.fix_versions)
    .select_from(fact_ticket_places.outerjoin(fact_tickets, _t.key == _p.key))
    .where(
        _p.service == sa.bindparam("service_"),
        _p.environment.in_(sa.bindparam("environments_", expanding=True)),
        _p.since >= sa.bindparam("after_", type_=sa.BigInteger),
    )
)
_SCANS = (
    sa.select(*(_s[name] for name in LastScan.__dataclass_fields__))
    .where(_s.service == sa.bindparam("service_"), _s.kind.is_not(None), _s.advisory.is_(sa.false()))
    .order_by(_s.at.desc(), _s.id.desc())
    .limit(50)
)


def restated(connection: Connection, after: int | None) -> tuple[int, list[str]]:
    """The number of the newest restatement, and the services of those behind a number; of all of them none."""
    if after is None:
        return ask(connection, _NEWEST, {})[0][0] or 0, []
    found = ask(connection, _RESTATED, {"after_": after})
    return max((row[1] for row in found), default=after), [row[0] for row in found]


def states(connection: Connection, service: str) -> list[State]:
    """How its environments stand."""
    return [State(*row) for row in ask(connection, _STATES, {"service_": service})]


def last_success(connection: Connection, service: str, environment: str) -> Success | None:
    """The deployment that went live there last."""
    found = ask(connection, _LAST, {"service_": service, "environment_": environment})
    return Success(*found[0]) if found else None


def places(connection: Connection, service: str, environments: Sequence[str], after: int) -> list[Place]:
    """The tickets that came to its environments after a time (µs)."""
    values: dict[str, Any] = {"service_": service, "environments_": list(environments), "after_": after}
    return [Place(*row) for row in ask(connection, _PLACES, values)]


def last_scans(connection: Connection, service: str) -> list[LastScan]:
    """Its newest scan of each kind that counts for a policy, among the last 50."""
    newest: dict[str, LastScan] = {}
    for row in ask(connection, _SCANS, {"service_": service}):
        newest.setdefault(row[0], LastScan(*row))
    return list(newest.values())
