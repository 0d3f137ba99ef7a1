"""What the caller says of an incident. Kept bodies are read as far as they are known; the API refuses what is not."""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictStr

from app.events import Hints
from app.events.incidents import Priority, State, hint, priority_of
from app.kernel.errors import BadPayload
from app.kernel.shapes import fit
from app.kernel.text import clean
from app.kernel.timestamps import parse_timestamp

STATES: dict[str, State] = {
    "open": "opened",
    "acknowledged": "acknowledged",
    "unacknowledged": "unacknowledged",
    "resolved": "resolved",
    "reopened": "reopened",
    "cancelled": "cancelled",
}
_SHA = re.compile(r"[0-9a-fA-F]{7,64}")


def _id(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _time(value: Any) -> datetime | None:
    """Any time that a tool writes. Empty is none; what is no time is a mistake of the caller's."""
    if value is None or value == "":
        return None
    found = parse_timestamp(value)
    if found is None:
        raise ValueError("expected a time, such as 2026-11-22T10:00:00Z")
    return found


def _urgency(value: Any) -> Priority | None:
    if value is None or value == "":
        return None
    found = priority_of(value)
    if found is None:
        raise ValueError("expected P1 to P5, or a severity such as critical, high, medium, low")
    return found


def _commit(value: str | None) -> str | None:
    if value and not _SHA.fullmatch(value):
        raise ValueError("expected 7 to 64 hex digits")
    return value or None


Time = Annotated[datetime | None, BeforeValidator(_time)]
Name = Annotated[StrictStr, Field(max_length=200)] | None


class Told(BaseModel):
    """An incident's news. An empty value counts as not given."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    id: Annotated[str, BeforeValidator(_id), Field(min_length=1, max_length=200, description="The tool's own id.")]
    status: Literal["open", "acknowledged", "unacknowledged", "resolved", "reopened", "cancelled"] = Field(
        description="What it has become."
    )
    service: Name = Field(None, description="The service that is broken.")
    environment: Name = Field(None, description="Where; without it production is meant.")
    title: Annotated[StrictStr, Field(max_length=2000)] | None = Field(None, description="In one line.")
    priority: Annotated[Priority | None, BeforeValidator(_urgency)] = Field(
        None, description="`P1` to `P5`, 1 to 5, or a word such as `critical`."
    )
    occurred_at: Time = Field(None, description="When it became so; without it, now. Any usual form of time.")
    opened_at: Time = Field(None, description="When it began, if that was before it was opened or is not told else.")
    url: Annotated[StrictStr, Field(max_length=2048)] | None = Field(None, description="Where it is seen; https.")
    deployment: Annotated[StrictStr, Field(max_length=300)] | None = Field(
        None, description="What was deployed that caused it: its commit or its version, whichever is at hand."
    )
    commit: Annotated[StrictStr | None, AfterValidator(_commit)] = Field(
        None, description="The commit that caused it, 7 to 64 hex digits."
    )
    version: Annotated[StrictStr, Field(max_length=300)] | None = Field(
        None, description="The version (image tag) that caused it."
    )
    by: Name = Field(None, description="Who says so.")

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the event beside its times."""
        named = self.deployment or ""
        commit = self.commit or (named if _SHA.fullmatch(named) else None)
        return {
            "title": self.title,
            "priority": self.priority,
            "url": self.url,
            "version": self.version or (None if commit else named),
            "commit": {"sha": commit} if commit else None,
            "actor": {"name": clean(self.by), "kind": "human"} if self.by else None,
        }


def read_told(body: dict[str, Any]) -> Told:
    """The news in a body. Raises BadPayload with the path of what does not fit."""
    return fit(Told, body)


def refuse_unknown(body: dict[str, Any]) -> None:
    """Raise BadPayload that names a field that nobody knows, and those that there are."""
    unknown = sorted(body.keys() - Told.model_fields.keys())
    if unknown:
        raise BadPayload(f"unknown field; known are {', '.join(Told.model_fields)}", clean(unknown[0], 50))


def hints(told: Told) -> Hints:
    """The names are meant as ours, or as aliases of ours."""
    return Hints(service=hint("name", told.service), environment=hint("name", told.environment))
