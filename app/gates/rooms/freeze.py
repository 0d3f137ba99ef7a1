"""No deployment while a freeze lasts: windows with their time zone, and exceptions that say who allowed them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.gates.gate import Gate, GateSettings, Sources
from app.gates.model import Decision, Question, Reason, decided
from app.kernel.clock import to_datetime
from app.kernel.globs import compile_glob

CODES = {
    "frozen": "a freeze lasts now",
    "excepted": "a freeze lasts, and an exception lets this pass",
    "next_freeze": "a freeze begins within a day",
}
_SOON = 86_400


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}: write one such as Europe/Berlin") from None
    return name


def _local(value: Any) -> Any:
    """A time as it is on the wall there: a zone has its own field, so that summer time cannot be missed."""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    try:
        moment = datetime.fromisoformat(text.replace(" ", "T"))
    except ValueError:
        raise ValueError(f"{text!r} is no time: write 2026-12-20T18:00") from None
    if moment.tzinfo is not None:
        raise ValueError(f"{text!r} has a zone of its own: write it into `timezone`")
    return moment


Zone = Annotated[str, AfterValidator(_zone)]
Wall = Annotated[datetime, BeforeValidator(_local)]
Globs = tuple[Annotated[str, Field(min_length=1, max_length=200)], ...]


class _Piece(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Exemption(_Piece):
    """Who lets a service pass a freeze, and why; until a time, or for all of it."""

    services: Globs = Field(description="globs of our names")
    by: str = Field(min_length=1, max_length=200, description="who allowed it")
    reason: str = Field(min_length=1, max_length=300)
    until: Wall | None = Field(None, description="in the window's time zone")


class Window(_Piece):
    """A time in which nothing is deployed; its end is no longer part of it."""

    name: str = Field(min_length=1, max_length=100)
    start: Wall = Field(description="as on the wall there: 2026-12-20T18:00")
    end: Wall
    timezone: Zone = Field("UTC", description="such as Europe/Berlin")
    environments: Globs = ("*",)
    services: Globs = ("*",)
    except_for: tuple[Exemption, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> "Window":
        if self.end <= self.start:
            raise ValueError("it ends before it begins")
        return self

    def at(self, wall: datetime) -> datetime:
        """A time on the wall as a moment."""
        return wall.replace(tzinfo=ZoneInfo(self.timezone))


class FreezeSettings(GateSettings):
    """The calendar."""

    windows: tuple[Window, ...] = Field((), description="times in which nothing is deployed; their fields are below")


async def _gather(question: Question, settings: FreezeSettings, sources: Sources) -> tuple[Window, ...]:
    """The windows that speak of this service there."""
    return tuple(each for each in settings.windows if _concerns(each, question))


def _concerns(window: Window, question: Question) -> bool:
    named = ((window.services, question.service), (window.environments, question.environment))
    return all(_fits(globs, name) for globs, name in named)


def _fits(globs: Globs, name: str) -> bool:
    return any(compile_glob(glob)(name) for glob in globs)


def _decide(question: Question, settings: FreezeSettings, windows: tuple[Window, ...]) -> Decision:
    """Blocks while one of the windows lasts, unless an exception is written down for it."""
    now = to_datetime(question.now)
    reasons = [reason for window in windows for reason in _reasons(window, question, now)]
    ends = [window.at(window.end) for window in windows if _lasts(window, now)]
    steps = [
        f"Wait until {max(ends):%Y-%m-%d %H:%M %Z}." if ends else "",
        "Or have an exception written down in gates.freeze of the rules: who allows it, why, until when.",
        "Run this step again.",
    ]
    looked_at = f"windows of the calendar for {question.environment}: {len(windows)}, at {now:%Y-%m-%d %H:%M} UTC"
    decision = decided("freeze", reasons, [step for step in steps if step], looked_at=looked_at)
    let = next((one for window in windows if (one := _exemption(window, question, now))), None)
    if decision.verdict != "allow" or let is None:
        return decision
    return replace(decision, bypassed_by=let.by, bypass_reason=let.reason)  # recorded like any other way past


def _reasons(window: Window, question: Question, now: datetime) -> Iterator[Reason]:
    start, end = window.at(window.start), window.at(window.end)
    if not _lasts(window, now):
        if 0 < (start - now).total_seconds() <= _SOON:
            yield Reason("note", "next_freeze", f"begins at {start:%Y-%m-%d %H:%M %Z}", window.name)
        return
    let = _exemption(window, question, now)
    if let is not None:
        yield Reason("note", "excepted", f"lasts, and {let.by} lets this pass: {let.reason}", window.name)
    else:
        yield Reason("block", "frozen", f"lasts until {end:%Y-%m-%d %H:%M %Z}", window.name)


def _lasts(window: Window, now: datetime) -> bool:
    return window.at(window.start) <= now < window.at(window.end)


def _exemption(window: Window, question: Question, now: datetime) -> Exemption | None:
    """The exception that lets the service pass a freeze that lasts now."""
    for one in window.except_for if _lasts(window, now) else ():
        if _fits(one.services, question.service) and (one.until is None or now < window.at(one.until)):
            return one
    return None


GATE: Gate[FreezeSettings, tuple[Window, ...]] = Gate(
    name="freeze",
    title="Freeze windows",
    question="Is it a time in which nothing is deployed there?",
    settings=FreezeSettings,
    gather=_gather,
    decide=_decide,
    codes=CODES,
)
