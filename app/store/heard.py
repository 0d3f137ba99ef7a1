"""Whether a name that is not in force now stands in what was told: what is gone still has its past.

Each question is answered by an index or out of a table that stays small, but those for a pod, a component, a business
area or a platform: nothing of them is in an index, and a misspelt one reads the deployments.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import get_args

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Table

from app import telemetry
from app.events.envelope import Tier
from app.kernel.json import dumps
from app.store.counters import metric_counters
from app.store.fact_tables import fact_arrivals, fact_chains, fact_deployments, fact_environments, fact_incidents
from app.store.tables import NO_CHAIN, bundles, channel_states, deliveries, events

Wanted = Iterator[ColumnElement[bool]]


def _is(what: str, *tables: Table) -> Callable[[str], Wanted]:
    return lambda name: (table.c[what] == name for table in tables)


def _environment(name: str) -> Wanted:
    yield from _is("environment", fact_chains, fact_environments, fact_incidents)(name)
    yield sa.and_(events.c.environment == name, NO_CHAIN)


def _team(name: str) -> Wanted:
    yield from _is("team", fact_environments, fact_incidents)(name)
    yield sa.and_(fact_deployments.c.team == name, fact_deployments.c.tier.in_(get_args(Tier)))


def _source(name: str) -> Wanted:
    """What was received is counted by source, and the counters outlive it."""
    counted = metric_counters.c.name == telemetry.RECEIVED.name
    yield sa.and_(counted, metric_counters.c.labels == dumps([name]).decode())


_KEPT: Mapping[str, Callable[[str], Wanted]] = {
    "service": _is("service", events, fact_environments, fact_deployments, fact_arrivals, fact_incidents),
    "environment": _environment,
    "team": _team,
    **{part: _is(part, fact_deployments, fact_incidents) for part in ("business_area", "pod", "component")},
    "platform": _is("platform", fact_deployments),
    "source": _source,
    "channel": _is("channel", channel_states, deliveries, bundles),
}


def heard_of(connection: Connection, what: str, name: str) -> bool:
    """Whether anything was ever told of this service, environment, channel …; types and outcomes are a closed list."""
    wanted = _KEPT[what](name) if what in _KEPT else ()
    return any(connection.scalar(sa.select(sa.exists().where(each))) for each in wanted)
