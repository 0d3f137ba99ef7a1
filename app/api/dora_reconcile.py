"""Our numbers beside what other products would print of the same facts, and why they differ."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from app.api.access import allow
from app.api.dora_scope import scope_of, scope_shown, window_shown, windows_of
from app.api.errors import refusals
from app.api.parts import Parts, parts_of
from app.kernel.clock import iso
from app.measures import answer
from app.measures.found import MEASURES, VIEWS
from app.measures.scope import Scope
from app.measures.told import Figures, View
from app.measures.windows import Window
from app.store.measure_points import read
from app.store.measure_told import told

router = APIRouter(prefix="/api/v1/dora", tags=["measures"])

COMPARED = {
    "deployment_frequency": ("count", "frequency"),
    "change_lead_time": ("p50", "lead"),
    "change_fail_rate": ("ratio", "fail_ratio"),
    "failed_deployment_recovery": ("p50", "recovery"),
}
"""The measures that others have, too: which of our values stands beside which of their figures."""
_OURS: dict[str, Any] = {
    "measure": "change_lead_time",
    "unit": "seconds",
    "ours": 67500.0,
    "definition": "…",
    "why": "…",
}
_THEIRS: dict[str, Any] = {"value": 45000.0, "because": "begins at the merge: writing and review are not in it; …"}
_COMPARED: dict[str, Any] = {"measure": "change_lead_time", "unit": "seconds", "ours": 67500.0, "definition": "…",
                             "why": "…", "theirs": {"gitlab": _THEIRS}}  # fmt: skip
_EXTRA: dict[str, Any] = {"example": {"measures": [_COMPARED], "views": []}}


class Theirs(BaseModel):
    """What a product would print, and what it counts."""

    value: float | None
    because: str


class Compared(BaseModel):
    """One measure: ours, and theirs by product."""

    measure: str
    unit: str
    ours: float | None
    definition: str
    why: str
    theirs: dict[str, Theirs]


class Other(BaseModel):
    """A product whose logic was read, with what else it would print of these facts."""

    name: str
    title: str
    read_at: str
    frequency: str
    otherwise: dict[str, float | None]
    notes: list[str]


class Reconciliation(BaseModel):
    """The comparison, in one window."""

    model_config = ConfigDict(json_schema_extra=_EXTRA)

    as_of: str
    scope: dict[str, Any]
    window: dict[str, Any]
    measures: list[Compared]
    views: list[Other] = Field(description="by their published logic, not by running them")


@router.get("/reconcile", dependencies=[Depends(allow("read"))], responses=refusals("read", 422))
async def reconcile(
    parts: Annotated[Parts, Depends(parts_of)],
    scope: Annotated[Scope, Depends(scope_of)],
    windows: Annotated[list[Window], Depends(windows_of)],
) -> Reconciliation:
    """Why our number is another one elsewhere: other products' logic over the same facts, in words and figures.

    With calendar buckets it is all of them together.
    """
    now = parts.clock()
    start, end = windows[0].start, windows[-1].end
    kinds = {kind for name in COMPARED for kind in MEASURES[name].facts}
    seen, facts = await parts.database.read(
        lambda connection: (read(connection, scope, kinds, start, end, now), told(connection, scope, start, end))
    )
    theirs = {name: view.look(facts) for name, view in VIEWS.items()}
    ours = {name: answer(MEASURES[name], seen).values.get(value) for name, (value, _) in COMPARED.items()}
    return Reconciliation(
        as_of=iso(now),
        scope=scope_shown(scope),
        window=window_shown(Window(windows[0].name, start, end, windows[-1].complete)),
        measures=[_compared(name, ours[name], theirs) for name in COMPARED],
        views=[_other(view, theirs[name]) for name, view in VIEWS.items()],
    )


def _compared(name: str, ours: float | None, theirs: dict[str, Figures]) -> Compared:
    measure, figure = MEASURES[name], COMPARED[name][1]
    return Compared(
        measure=name,
        unit=measure.unit,
        ours=ours,
        definition=measure.definition,
        why=measure.why,
        theirs={
            view: Theirs(value=getattr(found, figure), because=VIEWS[view].words[name])
            for view, found in theirs.items()
        },
    )


def _other(view: View, found: Figures) -> Other:
    return Other(
        name=view.name,
        title=view.title,
        read_at=view.read_at,
        frequency=found.frequency_words,
        otherwise=dict(found.otherwise),
        notes=list(found.notes),
    )
