"""How names, durations, zones and references are written in the rule book; entries are made of them."""

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from app.kernel.durations import parse_duration
from app.kernel.globs import compile_glob


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _duration(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a duration: write a number with s, m, h or d, e.g. 10m")
    us = parse_duration(value)
    if us == 0:
        raise ValueError("must be longer than nothing")
    return us


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{value!r} is not a time zone: write one like Europe/Berlin") from None
    return value


def _glob(value: str) -> str:
    compile_glob(value)
    return value


def _ref(what: str) -> Any:
    """A name that must be defined; the schema lists those that are (`app/routing/schema.py`)."""
    return Field(json_schema_extra={"x-known": what})


Duration = Annotated[int, BeforeValidator(_duration), WithJsonSchema({"type": "string", "pattern": "^[0-9]+[smhd]$"})]
"""How long; microseconds once it is read."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
"""The name of a rule, channel, …: letters, digits, `-` and `_`. It becomes a metric's label, so it is kept plain."""
Zone = Annotated[str, AfterValidator(_zone)]
Glob = Annotated[str, AfterValidator(_glob)]
ChannelRef = Annotated[str, _ref("channels")]
PurposeRef = Annotated[str, _ref("purposes")]
ConnectionRef = Annotated[str, _ref("connections")]
CardRef = Annotated[str, _ref("cards")]
KindRef = Annotated[str, _ref("kinds")]
RuleRef = Annotated[str, _ref("rules")]
PathRef = Annotated[str, _ref("paths")]
TimesRef = Annotated[str, _ref("times")]
Address = Annotated[
    str, BeforeValidator(_lower), Field(pattern=r"^[^\s@<>\"'`\x00-\x1f]+@[a-z0-9.-]+\.[a-z]+$", max_length=254)
]
"""An e-mail or Teams address (UPN), in lower case once it is read."""
Domain = Annotated[str, BeforeValidator(_lower), Field(pattern=r"^[a-z0-9.-]+\.[a-z]+$", max_length=253)]
Line = Annotated[str, Field(min_length=1, max_length=300)]
Channels = Annotated[list[ChannelRef], BeforeValidator(_listed), Field(json_schema_extra={"x-or-one": True})]
Purposes = Annotated[list[PurposeRef], BeforeValidator(_listed), Field(json_schema_extra={"x-or-one": True})]
Paths = Annotated[list[PathRef], BeforeValidator(_listed), Field(min_length=1, json_schema_extra={"x-or-one": True})]
Globs = Annotated[list[Glob], BeforeValidator(_listed), Field(min_length=1, json_schema_extra={"x-or-one": True})]
Addresses = Annotated[list[Address], BeforeValidator(_listed), Field(json_schema_extra={"x-or-one": True})]
Words = Annotated[list[Line], BeforeValidator(_listed), Field(min_length=1, json_schema_extra={"x-or-one": True})]


class Entry(BaseModel):
    """An entry of a section: closed, and exact about types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
