"""`POST /api/v1/replay`: receipts read anew, after a mend."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import allow
from app.api.errors import refusals
from app.api.named import refuse_unknown
from app.api.paging import When, hex_id, us_of
from app.api.parts import Parts, parts_of
from app.kernel import logs
from app.kernel.errors import BadPayload
from app.kernel.tokens import Token
from app.store import Connection, audit
from app.store import receipts as store

router = APIRouter(prefix="/api/v1", tags=["receipts"])

MOST = 500

log = logs.get("api")


class ReplayRequest(BaseModel):
    """Which receipts to read anew: some by id, or those that fit all of source, state and since."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"state": "quarantined", "dry_run": True, "reason": "the parser was mended"}},
    )

    receipts: list[Annotated[str, Field(pattern="^[0-9a-f]{32}$")]] = Field([], max_length=MOST)
    source: str | None = None
    state: Literal["processed", "ignored", "quarantined"] | None = None
    since: When = None
    cursor: str | None = Field(None, max_length=80, description="`next` of the answer before.")
    dry_run: bool = Field(False, description="Only answer which receipts fit.")
    reason: str = Field("", max_length=500, description="Why; kept in the audit trail.")


class ReplayAnswer(BaseModel):
    """The receipts that are read anew, or would be. `next` goes on with older ones that fit too."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"receipts": ["019ad3c0a1b27c3d8e4f5a6b7c8d9e0f"], "next": None, "dry_run": True}}
    )

    receipts: list[str]
    next: str | None
    dry_run: bool


@router.post("/replay", responses=refusals("operate", 422))
async def replay(
    wish: ReplayRequest, parts: Annotated[Parts, Depends(parts_of)], token: Annotated[Token, Depends(allow("operate"))]
) -> ReplayAnswer:
    """Read receipts anew by today's rooms and estate, e.g. after a mend. News that is known is not sent again.

    Takes at most 500 receipts a call, the newest first.
    """
    if not wish.receipts and not (wish.source or wish.state):
        raise BadPayload("say which: `receipts`, or `source` and `state`")
    await refuse_unknown(parts, source=wish.source)
    now = parts.clock()

    def work(connection: Connection) -> tuple[list[str], bool]:
        ids, more = _chosen(connection, wish)
        if ids and not wish.dry_run:
            store.replay(connection, ids, now)
            detail = f"{len(ids)} receipts; {wish.reason}"
            audit.record(connection, at=now, actor=token.name, action="replay", subject=ids[0], detail=detail)
        return ids, more

    ids, more = await (parts.database.read(work) if wish.dry_run else parts.database.write(work))
    if not wish.dry_run:
        log.info("replay", action="replay", receipts=len(ids), by=token.name)
        parts.processor.wake()
    return ReplayAnswer(receipts=ids, next=ids[-1] if more else None, dry_run=wish.dry_run)


def _chosen(connection: Connection, wish: ReplayRequest) -> tuple[list[str], bool]:
    """The ids of the receipts, and whether older ones fit too."""
    if wish.receipts:
        return [each for each in dict.fromkeys(wish.receipts) if store.get(connection, each)], False
    rows: list[Any] = store.listing(
        connection,
        source=wish.source,
        state=wish.state,
        since=us_of(wish.since),
        limit=MOST + 1,
        before=hex_id(wish.cursor),
    )
    return [row["id"] for row in rows[:MOST]], len(rows) > MOST
