"""`POST /api/v1/tests/results`: what test runners write, as it is, from a pipeline step or a job after a deployment."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import allow
from app.api.errors import refusals
from app.api.parts import Parts, parts_of
from app.api.taking import Outcome, refuse_if_shut, take
from app.api.uploads import uploaded
from app.kernel.errors import BadPayload
from app.kernel.json import dumps
from app.kernel.links import https_under
from app.kernel.tokens import Token
from app.sources import Ignored, Inbound, Source
from app.sources.tests import Results, merged, read_parameters, read_results, run_key, summary
from app.store.run_parts import RunPart, run_parts, run_size

router = APIRouter(prefix="/api/v1", tags=["reports"])

MOST_PARTS, MOST_BYTES = 500, 64 << 20
"""How many files a run may have, and how large they may be together."""


class Told(BaseModel):
    """What the caller says about the results, because no such file says it. An empty value counts as not given."""

    model_config = ConfigDict(extra="forbid")

    service: str = Field(min_length=1, description="The service that was tested.", examples=["checkout"])
    environment: str | None = Field(None, description="Where it was tested.")
    suite: str | None = Field(None, description="What the tests are called, e.g. `smoke`.")
    commit: str | None = Field(None, description="The commit that was tested, 7 to 64 hex digits.")
    branch: str | None = Field(None, description="The branch.")
    image_tag: str | None = Field(None, description="The version that was tested: the image's tag.")
    repository: str | None = Field(None, description="The repository, e.g. `acme/checkout`.")
    build: str | None = Field(None, description="The build's number.")
    pipeline_url: str | None = Field(None, description="Where people see the run; https.")
    report_url: str | None = Field(None, description="The report; https, on a host of `SHIPBELL_REPORT_HOSTS`.")
    run_id: str | None = Field(None, description="The same for all files of a run; the last has `final=true`.")
    final: str | None = Field(None, description="`true` with the last file; without a `run_id` each is the last.")
    status: str | None = Field(None, description="`passed` or `failed`, by whoever has no file, or knows better.")


class ResultsTaken(BaseModel):
    """What was understood, once it is durable: of the whole run with its last file, else of this file alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "receipt": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f",
                "outcome": "accepted",
                "event": "a68738204542ad6f3d78e465ea9cd6dd",
                "status": "failed",
                "files": 3,
                "passed": 410,
                "failed": 2,
                "skipped": 17,
                "total": 429,
                "notes": [],
                "by": "pipeline",
            }
        }
    )

    receipt: str
    outcome: Outcome
    event: str | None
    """None while more of the run is to come."""
    status: str
    files: int
    passed: int
    failed: int
    skipped: int
    total: int
    notes: list[str]
    """What was left out, and why."""
    by: str


@router.post(
    "/tests/results",
    status_code=201,
    responses=refusals("ingest", 413, 415, 422),
    openapi_extra={
        "requestBody": {
            "required": False,
            "description": "JUnit XML as the runner wrote it, a summary in JSON, or nothing with a `status`.",
            "content": {"application/octet-stream": {"example": '{"passed": 412, "failed": 0, "skipped": 17}'}},
        }
    },
)
async def post_results(
    request: Request,
    parts: Annotated[Parts, Depends(parts_of)],
    token: Annotated[Token, Depends(allow("ingest"))],
    told: Annotated[Told, Query()],
) -> ResultsTaken:
    """Take the results of tests: JUnit XML, a JSON summary, Allure's `statistic`, or only `status=passed|failed`.

    Several files of one run come one by one with the same `run_id`; the last says `final=true` (or a call without a
    file does), and one event tells them all. 422 lists what was looked for. Example:
    `curl --data-binary @junit.xml '…/api/v1/tests/results?service=checkout'`.
    """
    refuse_if_shut(parts, "results")
    source, body = parts.sources["tests"], await uploaded(request, parts.max_scan_bytes)
    headers, notes = _kept(told, parts.report_hosts)
    if not body.strip() and told.status:
        body = dumps({"status": told.status})
    inbound, parameters = Inbound(headers, body), read_parameters(headers)
    if parameters.run_id and parameters.final:
        earlier = await _earlier(parts, source, inbound)
        results = await asyncio.to_thread(_together, earlier, body)
        inbound = Inbound(headers, dumps(summary(results)))
    else:
        results = await asyncio.to_thread(read_results, body)
    drafts = source.parse(inbound) if parameters.final else ()
    if isinstance(drafts, Ignored):
        raise BadPayload("the results hold no run")
    taken = await take(parts, source, headers, inbound.body, drafts[:1])
    return ResultsTaken(
        receipt=taken.receipt,
        outcome=taken.outcome,
        event=taken.events[0].id if taken.events else None,
        status=results.verdict(parameters.status),
        files=results.files,
        passed=results.passed,
        failed=results.failed,
        skipped=results.skipped,
        total=results.total,
        notes=notes,
        by=token.name,
    )


def _kept(told: Told, hosts: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The headers that the receipt keeps, without a link that leads anywhere but to a known host; and what was said."""
    said = {name: value for name, value in told.model_dump().items() if value}
    notes = []
    if "report_url" in said and https_under(said["report_url"], hosts) is None:
        del said["report_url"]
        notes.append("report_url was left out: it is not https, or its host is not one of SHIPBELL_REPORT_HOSTS")
    return {f"x-shipbell-{name}": value for name, value in said.items()}, notes


async def _earlier(parts: Parts, source: Source, inbound: Inbound) -> list[RunPart]:
    """The files of the run that came before. Raises 413 when they are too many or too large to be added up."""
    prefix = run_key(inbound)
    count, size = await parts.database.read(lambda connection: run_size(connection, source.name, prefix))
    if count > MOST_PARTS or size > MOST_BYTES:
        raise HTTPException(413, f"a run has at most {MOST_PARTS} files and {MOST_BYTES >> 20} MiB")
    return await parts.database.read(lambda connection: run_parts(connection, source.name, prefix))


def _together(earlier: Sequence[RunPart], last: bytes) -> Results:
    """The run as a whole; the last call may bring no file. What was final before holds the others: passed over."""
    found = []
    for part in earlier:
        headers: Mapping[str, str] = orjson.loads(part.headers)
        parameters = read_parameters(headers)
        if not parameters.final:
            found.append(_said(read_results(part.body), parameters.status))
    return merged([*found, read_results(last)] if last.strip() or not found else found)


def _said(results: Results, status: Literal["succeeded", "failed"] | None) -> Results:
    return merged([results, Results(status=status, files=0)]) if status else results
