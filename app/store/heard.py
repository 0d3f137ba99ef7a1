"""Whether a name that is not in force now stands in what was told: what is gone still has its past."""

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.fact_tables import fact_arrivals, fact_deployments, fact_environments, fact_incidents
from app.store.tables import bundles, channel_states, deliveries, events, receipts

_KEPT = {
    "service": (events, fact_environments, fact_deployments, fact_arrivals, fact_incidents),
    "environment": (fact_environments, fact_deployments, events),
    "team": (fact_environments, fact_deployments, fact_incidents),
    **dict.fromkeys(("business_area", "pod", "component"), (fact_deployments, fact_incidents)),
    "platform": (fact_deployments,),
    "source": (receipts, events),
    "type": (events,),
    "status": (events,),
    "channel": (channel_states, deliveries, bundles),
}


def heard_of(connection: Connection, what: str, name: str) -> bool:
    """Whether anything was ever told of this service, environment, channel …"""
    told = (sa.exists().where(table.c[what] == name) for table in _KEPT[what])
    return any(connection.scalar(sa.select(there)) for there in told)
