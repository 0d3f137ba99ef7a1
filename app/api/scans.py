"""`POST /api/v1/security/scans`: the tools' own files, as they are, from a pipeline step that waits for the answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request

from app.api.access import allow
from app.api.parts import Parts, parts_of
from app.ingest.door import new_receipt
from app.kernel.errors import BadPayload, Overloaded
from app.kernel.tokens import Token
from app.sources import Ignored, Inbound
from app.sources.scans.parameters import PARAMETERS
from app.store.receipts import StoredReceipt

router = APIRouter(prefix="/api/v1", tags=["security"])


@router.post("/security/scans", status_code=201)
async def post_scan(
    request: Request,
    parts: Annotated[Parts, Depends(parts_of)],
    token: Annotated[Token, Depends(allow("ingest"))],
    service: str,
) -> dict[str, Any]:
    """Take a scanner's file: Veracode (pipeline scan, findings, report, srcclr, CLI) or any SARIF 2.1.0.

    Say in the query what the file does not: `service` (required), `repository`, `commit`, `branch`, `build`,
    `pipeline_url`, `environment`, `tool`, `kind`, `exit_code`, `fail_on`. Answers what was understood; 422 lists
    what was looked for. Example:
    `curl --data-binary @results.json '…/api/v1/security/scans?service=checkout&exit_code=$?'`.
    """
    source = parts.sources["scans"]
    body = await _file(request, parts.max_scan_bytes)
    headers = {"content-type": request.headers.get("content-type", "")[:100]}
    for name in PARAMETERS:
        value = request.query_params.get(name)
        if value is not None:
            headers[f"x-shipbell-{name}"] = value
    parsed = source.parse(Inbound(headers, body))
    if isinstance(parsed, Ignored) or not parsed:
        raise BadPayload("the file holds no scan")
    reason = parts.shut()
    if reason:
        raise Overloaded
    receipt = new_receipt(source, headers, body, -1, parts.clock())
    stored = StoredReceipt(receipt.id, source.name, receipt.received_at, receipt.headers, body, 0, None)
    event = parts.book().estate.event(parsed[0], source=source.name, receipt=stored.id, received_at=receipt.received_at)
    accepted = await parts.committer.submit(receipt)
    fields = parsed[0].fields
    return {
        "receipt": accepted.receipt,
        "outcome": "duplicate" if accepted.duplicate else "accepted",
        "event": event.id,
        "tool": fields.get("tool"),
        "verdict": fields.get("verdict", "unknown"),
        "findings": fields.get("findings"),
        "by": token.name,
    }


async def _file(request: Request, limit: int) -> bytes:
    """The body, counted while it streams. Raises 413, 415."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise HTTPException(415, "send the file as it is, without a content encoding")
    if request.headers.get("content-type", "").startswith("multipart/"):
        raise HTTPException(415, "send the file itself: curl --data-binary @results.json")
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise HTTPException(413, f"the file is larger than {limit} bytes")
        pieces.append(piece)
    return b"".join(pieces)
