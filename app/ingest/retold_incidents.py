"""What a tool's webhook and its API tell of one incident: read by one room, a moment apart, and one card."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.events.incidents import INCIDENT_TYPES, NEAR
from app.facts.claims import moment
from app.store import Connection, fact_claims


def same_incidents(connection: Connection, views: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The other events that tell what these tell of an incident. The facts must have heard of them all before."""
    mine = [view for view in views if view["type"] in INCIDENT_TYPES]
    known = fact_claims.by_subjects(connection, {view["subject"] for view in mine})
    return {
        view["id"]: [
            each.event_id
            for each in known
            if (each.subject, each.type) == (view["subject"], view["type"])
            and each.event_id != view["id"]
            and abs(each.at - (moment(view["occurred_at"]) or 0)) <= NEAR
        ]
        for view in mine
    }
