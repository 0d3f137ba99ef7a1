"""`POST /api/v1/reports`: what a pipeline's step says in our own words, read before it is taken."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Request
from pydantic import BaseModel, ConfigDict

from app.api.access import allow
from app.api.errors import refusals
from app.api.parts import Parts, parts_of
from app.api.taking import Outcome, refuse_if_shut, take
from app.kernel.tokens import Token
from app.sources import Ignored, Inbound

router = APIRouter(prefix="/api/v1", tags=["reports"])

MAX_BYTES = 1 << 20


class ReportTaken(BaseModel):
    """What was understood of the report, once it is durable."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "receipt": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f",
                "outcome": "accepted",
                "events": ["a68738204542ad6f3d78e465ea9cd6dd"],
                "unmapped": [],
                "by": "pipelines",
            }
        }
    )

    receipt: str
    outcome: Outcome
    events: list[str]
    unmapped: list[str]
    """Lines for the estate's file that would give an event of the report its service or environment."""
    by: str


_EXAMPLE = {
    "schema": "shipbell.report/v1",
    "events": [
        {
            "type": "deployment.finished",
            "status": "succeeded",
            "subject": "deployment:acme/checkout:512:deploy-qa:1",
            "service": "checkout",
            "environment": "qa",
            "version": "2.14.0",
            "commit": {"sha": "4f0c2b9e61d7a8835be04d1c9a7f32e6508bd1c4"},
            "platform": "reporter",
        }
    ],
}


@router.post(
    "/reports",
    status_code=201,
    responses=refusals("ingest", 413, 422),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"example": _EXAMPLE}}}},
)
async def post_report(
    request: Request,
    parts: Annotated[Parts, Depends(parts_of)],
    token: Annotated[Token, Depends(allow("ingest"))],
    x_shipbell_report: Annotated[
        str | None, Header(max_length=100, description="The same over all tries of one report.")
    ] = None,
) -> ReportTaken:
    """Take the events of a pipeline's step. The same report twice (by its key, else by its bytes) adds nothing.

    Answers the ids of the events; 422 says which field does not fit. An event has the fields that
    `GET /api/v1/events` shows, without those that only the receiver can know.
    """
    refuse_if_shut(parts, "reports")
    body = await request.body()
    if len(body) > MAX_BYTES:
        raise HTTPException(413, f"the report is larger than {MAX_BYTES} bytes")
    source = parts.sources["reports"]
    headers = {"content-type": "application/json"}
    if x_shipbell_report:
        headers["x-shipbell-report"] = x_shipbell_report
    drafts = source.parse(Inbound(headers, body))
    taken = await take(parts, source, headers, body, () if isinstance(drafts, Ignored) else drafts)
    estate = parts.book().estate
    return ReportTaken(
        receipt=taken.receipt,
        outcome=taken.outcome,
        events=[event.id for event in taken.events],
        unmapped=[line for event in taken.events if (line := estate.remedy(event))],
        by=token.name,
    )
