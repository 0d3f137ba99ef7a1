"""Whether a name that the estate does not have stands in what was told: what is gone from it still has its past."""

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.fact_tables import fact_arrivals, fact_deployments, fact_environments, fact_incidents
from app.store.tables import events

_KEPT = {
    "service": (events, fact_environments, fact_deployments, fact_arrivals, fact_incidents),
    "environment": (fact_environments, fact_deployments, events),
    "team": (fact_environments, fact_deployments, fact_incidents),
}


def heard_of(connection: Connection, what: str, name: str) -> bool:
    """Whether anything was ever told of this service, environment or team."""
    told = (sa.exists().where(table.c[what] == name) for table in _KEPT[what])
    return any(connection.scalar(sa.select(there)) for there in told)
