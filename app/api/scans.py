"""`POST /api/v1/security/scans`: the tools' own files, as they are, from a pipeline step that waits for the answer."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import allow
from app.api.errors import refusals
from app.api.parts import Parts, parts_of
from app.api.taking import Outcome, refuse_if_shut, take
from app.api.uploads import uploaded
from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.tokens import Token
from app.sources import Ignored, Inbound, Source

router = APIRouter(prefix="/api/v1", tags=["security"])


class Said(BaseModel):
    """What the caller says about the file, because no such file says it. An empty value counts as not given."""

    model_config = ConfigDict(extra="forbid")

    service: str = Field(min_length=1, description="The service that was scanned.", examples=["checkout"])
    commit: str | None = Field(None, description="The commit, 7 to 64 hex digits.")
    branch: str | None = Field(None, description="The branch.")
    build: str | None = Field(None, description="The build's number.")
    run: str | None = Field(None, description="Names this run, when one build scans the same thing more than once.")
    pipeline_url: str | None = Field(None, description="Where people see the run; https.")
    environment: str | None = Field(None, description="What is deployed where it was scanned.")
    repository: str | None = Field(None, description="The repository, e.g. `acme/checkout`.")
    tool: str | None = Field(None, description="Which tool wrote the file, when it does not show.")
    kind: str | None = Field(None, description="Kind of scan, or `filtered` for a file of policy breaches alone.")
    exit_code: str | None = Field(None, description="What the tool ended with: its own verdict.", examples=["0"])
    fail_on: str | None = Field(None, description="Severities that fail, e.g. `critical,high`.")
    region: str | None = Field(None, description="Where your Veracode account is: `com`, `eu` or `us`.")


class ScanTaken(BaseModel):
    """What was understood of the file, once it is durable."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "receipt": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f",
                "outcome": "accepted",
                "event": "a68738204542ad6f3d78e465ea9cd6dd",
                "tool": "veracode-pipeline",
                "verdict": "failed",
                "findings": {"critical": 1, "high": 3},
                "by": "pipeline",
            }
        }
    )

    receipt: str
    outcome: Outcome
    event: str
    tool: str | None
    verdict: str
    findings: Any
    by: str


@router.post(
    "/security/scans",
    status_code=201,
    responses=refusals("ingest", 413, 415, 422),
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "The file as the tool wrote it: JSON or XML.",
            "content": {"application/octet-stream": {"example": '{"version": "2.1.0", "runs": []}'}},
        }
    },
)
async def post_scan(
    request: Request,
    parts: Annotated[Parts, Depends(parts_of)],
    token: Annotated[Token, Depends(allow("ingest"))],
    said: Annotated[Said, Query()],
) -> ScanTaken:
    """Take a scanner's file: Veracode (pipeline scan, findings, report, srcclr, CLI) or any SARIF 2.1.0.

    Say in the query what the file does not. Answers what was understood; 422 lists what was looked for. Example:
    `curl --data-binary @results.json '…/api/v1/security/scans?service=checkout&exit_code=$?'`.
    """
    refuse_if_shut(parts, "files")
    source, body = parts.sources["scans"], await uploaded(request, parts.max_scan_bytes)
    headers = {f"x-shipbell-{name}": value for name, value in said.model_dump(exclude_none=True).items()}
    headers["content-type"] = request.headers.get("content-type", "")[:100]
    draft = await asyncio.to_thread(_read, source, headers, body)  # a large report takes seconds
    taken = await take(parts, source, headers, body, [draft])
    return ScanTaken(
        receipt=taken.receipt,
        outcome=taken.outcome,
        event=taken.events[0].id,
        tool=draft.fields.get("tool"),
        verdict=draft.fields.get("verdict", "unknown"),
        findings=draft.fields.get("findings"),
        by=token.name,
    )


def _read(source: Source, headers: Mapping[str, str], body: bytes) -> Draft:
    parsed = source.parse(Inbound(headers, body))
    if isinstance(parsed, Ignored) or not parsed:
        raise BadPayload("the file holds no scan")
    return parsed[0]
