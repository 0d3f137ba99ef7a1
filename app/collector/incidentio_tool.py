"""incident.io's incidents and the changes of their status, as the messages that its webhooks would have sent."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from app.clients.incidentio import Incident, IncidentIo
from app.clients.spans import Page
from app.collector.incident_tool import Message, Told, Tool
from app.sources.incidentio import CHANGED, CREATED, ENDS, SOURCE

_LIVE: dict[str, Any] = {"category": "live"}
_OVER = frozenset(f"incident.{state}" for state in ENDS.values())


def incidentio_tool(client: IncidentIo) -> Tool[Incident]:
    """The tool of the client."""

    async def pages(since: datetime, _: datetime, __: bool) -> AsyncIterator[Page[Incident]]:
        async for page in client.changed(since):
            fresh = [each for each in page.items if each.updated_at is None or each.updated_at >= since]
            yield Page([each for each in fresh if each.counts])

    async def messages(incident: Incident, told: Sequence[Told]) -> Sequence[Message]:
        if incident.category in ENDS and told and max(told, key=lambda each: each.at).type in _OVER:
            return ()
        return await _life(client, incident)

    return Tool("incidentio", SOURCE, pages, lambda incident: incident.id, messages)


async def _life(client: IncidentIo, incident: Incident) -> list[Message]:
    """Its creation, and each change of its status with the one before it."""
    updates = [each for each in await client.updates(incident.id) if each.category and each.status is not None]
    told = [(each.status, each.created_at.isoformat() if each.created_at else None) for each in updates]
    if not told and incident.category in ENDS:  # nobody wrote a word: it ended when it was touched last
        told = [(incident.raw["incident_status"], incident.raw.get("updated_at"))]
    begun = told[0][0] if told else incident.raw.get("incident_status")
    if begun is None or begun.get("category") in ENDS:
        begun = _LIVE
    created = {**incident.raw, "incident_status": begun}
    before = [_LIVE, *(status for status, _ in told)]
    changes = [_changed(incident, old, new, at) for old, (new, at) in zip(before, told, strict=False)]
    return [Message({"event_type": CREATED, CREATED: created}, {}), *changes]


def _changed(incident: Incident, before: dict[str, Any] | None, after: dict[str, Any] | None, at: Any) -> Message:
    told = {
        "incident": {**incident.raw, "incident_status": after, "updated_at": at},
        "new_status": after,
        "previous_status": before,
    }
    return Message({"event_type": CHANGED, CHANGED: told}, {})
