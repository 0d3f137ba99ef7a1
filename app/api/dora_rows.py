"""The rows behind a number, and those left out of it with the reason."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import allow
from app.api.dora_scope import measure_of, scope_of, windows_of
from app.api.errors import refusals
from app.api.facts_shown import shown
from app.api.paging import Cursor, Limit, Page, numbers, page
from app.api.parts import Parts, parts_of
from app.kernel.clock import iso
from app.measures import REASONS
from app.measures.scope import Scope
from app.measures.windows import Window
from app.store import measure_rows

router = APIRouter(prefix="/api/v1/dora", tags=["measures"])

_EXAMPLE: dict[str, Any] = {
    "kind": "commits",
    "at": "2026-11-20T09:30:00.000000Z",
    "reason": None,
    "why": None,
    "row": {"service": "checkout", "environment": "prod", "sha": "9f2c…", "lead_seconds": 66600.0,
            "deployment_id": "019ad3c0a1b27c3d8e4f5a6b7c8d9e0f"},
}  # fmt: skip


class MeasuredRow(BaseModel):
    """A row that a measure looked at; `reason` is why it was left out."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    kind: str = Field(description="deployments, commits, pulls, stays, incidents, attempts or what there is now")
    at: str | None
    reason: str | None
    why: str | None = Field(description="the reason in words")
    row: dict[str, Any]


@router.get("/{measure}/rows", dependencies=[Depends(allow("read"))], responses=refusals("read", 404, 422))
async def rows(
    measure: str,
    parts: Annotated[Parts, Depends(parts_of)],
    scope: Annotated[Scope, Depends(scope_of)],
    windows: Annotated[list[Window], Depends(windows_of)],
    left_out: Annotated[bool, Query(description="Those left out instead of those counted.")] = False,
    reason: Annotated[str | None, Query(description="Only those left out for this reason.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[MeasuredRow]:
    """The rows that a number is made of, the newest first; or with `left_out` those that are not in it, and why."""
    asked = measure_of(measure)
    if reason is not None and reason not in REASONS:
        raise HTTPException(422, f"there is no such reason; there are {', '.join(REASONS)}")
    after = numbers(cursor, 3)
    span = windows[0].start, windows[-1].end
    found = await parts.database.read(
        lambda connection: measure_rows.rows(
            connection, asked, scope, span, left_out=left_out or reason is not None, reason=reason, limit=limit + 1,
            after=(after[0], after[1], after[2]) if after else None,
        )
    )  # fmt: skip
    return page([_shown(row) for row in found], limit, [".".join(map(str, row.after)) for row in found])


def _shown(row: measure_rows.Row) -> MeasuredRow:
    return MeasuredRow(
        kind=row.kind,
        at=iso(row.at) if row.at else None,
        reason=row.reason,
        why=REASONS[row.reason] if row.reason else None,
        row=shown(row.values),
    )
