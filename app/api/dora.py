"""Measures: numbers from facts, each with its definition, n, what was left out, and the rows behind it."""

from dataclasses import replace
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import allow
from app.api.dora_csv import as_csv
from app.api.dora_scope import scope_of, scope_shown, window_shown, windows_of, zone_of
from app.api.errors import refusals
from app.api.parts import Parts, parts_of
from app.kernel.clock import iso
from app.measures import REASONS, Answer, Measure, answer
from app.measures.found import MEASURES
from app.measures.scope import Scope
from app.measures.windows import Window
from app.store.measure_points import read

router = APIRouter(prefix="/api/v1/dora", tags=["measures"])

_BUCKET: dict[str, Any] = {
    "window": {"name": "28d", "start": "2026-10-25T10:00:00.000000Z", "end": "2026-11-22T10:00:00.000000Z",
               "complete": True},
    "n": 41, "headline": 67500.0, "values": {"p50": 67500.0, "p90": 171000.0}, "parts": {"pull_requests": 19},
    "points": None, "between": None, "open": 0, "oldest_open_seconds": None, "left_out": {"negative": 1, "seed": 1},
}  # fmt: skip
_EXAMPLE: dict[str, Any] = {
    "as_of": "2026-11-22T10:00:00.000000Z",
    "timezone": "Europe/Berlin",
    "scope": {"service": None, "team": "storefront", "business_area": None, "pod": None, "component": None,
              "platform": None, "environment": None,
              "environments": ["prod"]},
    "measures": [
        {"measure": "change_lead_time", "title": "Change lead time", "unit": "seconds",
         "definition": "change_lead_time/1", "of_now": False, "buckets": [_BUCKET]}
    ],
}  # fmt: skip


class Bucket(BaseModel):
    """A measure in one window. Durations are in seconds; what there is no data for is null, never 0."""

    window: dict[str, Any]
    n: int = Field(description="how many rows it is made of")
    headline: float | None = Field(description="the number; null when n is below 5 or what is open could move it")
    values: dict[str, float | None]
    parts: dict[str, int] = Field(description="counts of what it is made of")
    points: list[float] | None = Field(description="the values themselves, where they are too few for a headline")
    between: list[float | None] | None = Field(
        description="the bounds of the median when what is open could move it; an upper one of null has no end"
    )
    open: int
    oldest_open_seconds: float | None
    left_out: dict[str, int] = Field(description="rows that were looked at and not counted, by reason")


class MeasureAnswer(BaseModel):
    """A measure, in the windows asked for, the newest last."""

    measure: str
    title: str
    unit: str
    definition: str
    of_now: bool = Field(description="it is of what is so now: the same in every window")
    buckets: list[Bucket]


class DoraAnswer(BaseModel):
    """All that was asked, as of now."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    as_of: str
    timezone: str
    scope: dict[str, Any]
    measures: list[MeasureAnswer]


def chosen(
    measure: Annotated[
        list[str] | None, Query(description="Which measures; else all.", examples=[["change_lead_time"]])
    ] = None,
) -> list[Measure]:
    """The measures of a query. Raises 422 for one that there is not."""
    strange = [name for name in measure or () if name not in MEASURES]
    if strange:
        raise HTTPException(422, f"there is no such measure; there are {', '.join(MEASURES)}")
    return [MEASURES[name] for name in measure or MEASURES]


@router.get(
    "",
    response_model=DoraAnswer,
    dependencies=[Depends(allow("read"))],
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}, **refusals("read", 422)},
)
async def dora(
    parts: Annotated[Parts, Depends(parts_of)],
    scope: Annotated[Scope, Depends(scope_of)],
    windows: Annotated[list[Window], Depends(windows_of)],
    measures: Annotated[list[Measure], Depends(chosen)],
    format: Annotated[Literal["json", "csv"], Query()] = "json",  # noqa: A002  the public contract's name
) -> Any:
    """Measures of a service, a team, a business area or all, in a rolling window or by day, week or month.

    Without an environment: in production. Every number has the rows behind it at `/api/v1/dora/{measure}/rows`.
    """
    now, zone = parts.clock(), zone_of(parts, scope)
    answers = await parts.database.read(lambda connection: _answers(connection, measures, scope, windows, now, zone))
    shown = DoraAnswer(
        as_of=iso(now),
        timezone=str(zone),
        scope=scope_shown(scope),
        measures=[_shown(measure, windows, found) for measure, found in zip(measures, answers, strict=True)],
    )
    return shown if format == "json" else Response(as_csv(shown.model_dump()), media_type="text/csv; charset=utf-8")


def _answers(
    connection: Any, measures: list[Measure], scope: Scope, windows: list[Window], now: int, zone: ZoneInfo
) -> list[list[Answer]]:
    """Every measure in every window: the facts of all of them are read once."""
    kinds = {kind for measure in measures for kind in measure.facts}
    split = len(windows) > 1
    seen = replace(read(connection, scope, kinds, windows[0].start, windows[-1].end, now, split=split), zone=zone)
    parts = [seen.between(each.start, each.end) for each in windows] if split else [seen]
    return [[answer(measure, part) for part in parts] for measure in measures]


def _shown(measure: Measure, windows: list[Window], answers: list[Answer]) -> MeasureAnswer:
    return MeasureAnswer(
        measure=measure.name,
        title=measure.title,
        unit=measure.unit,
        definition=measure.definition_id,
        of_now=measure.of_now,
        buckets=[_bucket(window, found) for window, found in zip(windows, answers, strict=True)],
    )


def _bucket(window: Window, found: Answer) -> Bucket:
    return Bucket(
        window=window_shown(window),
        n=found.n,
        headline=found.headline,
        values=dict(found.values),
        parts=dict(found.parts),
        points=list(found.points) if found.points is not None else None,
        between=list(found.between) if found.between else None,
        open=found.open_n,
        oldest_open_seconds=found.oldest_open_seconds,
        left_out={str(reason): count for reason, count in found.left_out.items()},
    )


class Definition(BaseModel):
    """What a measure means: what is counted, what is left out for which reasons, and its values."""

    measure: str
    title: str
    unit: str
    definition_id: str
    definition: str
    counted: str
    why: str
    values: dict[str, str]
    reasons: dict[str, str]


_FIRST = next(iter(MEASURES.values()))
_DEFINED: dict[str, Any] = {
    "measure": _FIRST.name, "title": _FIRST.title, "unit": _FIRST.unit, "definition_id": _FIRST.definition_id,
    "definition": _FIRST.definition, "counted": _FIRST.counted, "why": _FIRST.why, "values": dict(_FIRST.values),
    "reasons": {reason: REASONS[reason] for reason in _FIRST.reasons},
}  # fmt: skip
_DEFINITIONS: dict[str, Any] = {"example": {"items": [_DEFINED]}}


class Definitions(BaseModel):
    """Every measure."""

    model_config = ConfigDict(json_schema_extra=_DEFINITIONS)

    items: list[Definition]


@router.get("/measures", dependencies=[Depends(allow("read"))], responses=refusals("read"))
async def definitions() -> Definitions:
    """What each measure means."""
    return Definitions(items=[_definition(measure) for measure in MEASURES.values()])


def _definition(measure: Measure) -> Definition:
    return Definition(
        measure=measure.name,
        title=measure.title,
        unit=measure.unit,
        definition_id=measure.definition_id,
        definition=measure.definition,
        counted=measure.counted,
        why=measure.why,
        values=dict(measure.values),
        reasons={reason: REASONS[reason] for reason in measure.reasons},
    )
