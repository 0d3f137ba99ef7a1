"""`POST /api/v1/incidents`: an incident's news from a tool that has no room of its own; read before it is taken."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, ConfigDict

from app.api.access import allow
from app.api.errors import refusals
from app.api.parts import Parts, parts_of
from app.api.taking import Outcome, refuse_if_shut, take
from app.kernel.errors import BadPayload
from app.kernel.json import load_object
from app.kernel.tokens import Token
from app.sources import Ignored, Inbound
from app.sources.incidents import refuse_unknown

router = APIRouter(prefix="/api/v1", tags=["reports"])

MAX_BYTES = 64 << 10
_EXAMPLE: dict[str, Any] = {
    "id": "INC-204",
    "status": "open",
    "service": "checkout",
    "environment": "prod",
    "title": "Nobody can pay",
    "priority": "P1",
    "occurred_at": "2026-11-22T10:20:00Z",
    "url": "https://incidents.example.com/204",
    "version": "2.14.0",
}


class IncidentTaken(BaseModel):
    """What was understood, once it is durable."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "receipt": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f",
                "outcome": "accepted",
                "event": "a68738204542ad6f3d78e465ea9cd6dd",
                "type": "incident.opened",
                "subject": "incident:incidents:INC-204",
                "service": "checkout",
                "environment": "prod",
                "occurred_at": "2026-11-22T10:20:00.000000Z",
                "unmapped": None,
                "by": "pager",
            }
        }
    )

    receipt: str
    outcome: Outcome
    event: str
    type: str
    subject: str
    service: str
    environment: str | None
    occurred_at: datetime | None
    unmapped: str | None
    """The lines for the estate's file that would give it a service or an environment."""
    by: str


@router.post(
    "/incidents",
    status_code=201,
    responses=refusals("ingest", 413, 422),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"example": _EXAMPLE}}}},
)
async def post_incident(
    request: Request,
    parts: Annotated[Parts, Depends(parts_of)],
    token: Annotated[Token, Depends(allow("ingest"))],
) -> IncidentTaken:
    """Tell that an incident is open, acknowledged, resolved, reopened or cancelled; in any order, as often as you like.

    The same news again (`id`, `status`, `occurred_at`) adds nothing. 422 says which field does not fit. `commit`,
    `version` or `deployment` puts it down to what was deployed; without one the service's last deployment is suspected.
    """
    refuse_if_shut(parts, "incidents")
    body = await request.body()
    if len(body) > MAX_BYTES:
        raise HTTPException(413, f"the body is larger than {MAX_BYTES} bytes")
    source, headers = parts.sources["incidents"], {"content-type": "application/json"}
    refuse_unknown(load_object(body))
    parsed = source.parse(Inbound(headers, body))
    if isinstance(parsed, Ignored) or not parsed:
        raise BadPayload("the body tells of no incident")
    taken = await take(parts, source, headers, body, parsed[:1])
    event = taken.events[0]
    return IncidentTaken(
        receipt=taken.receipt,
        outcome=taken.outcome,
        event=event.id,
        type=event.type,
        subject=event.subject,
        service=event.service,
        environment=event.environment,
        occurred_at=event.occurred_at,
        unmapped=parts.book().estate.remedy(event),
        by=token.name,
    )
