"""How names, durations, zones and references are written in the rule book; entries are made of them."""

import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from app.kernel.durations import parse_duration
from app.kernel.globs import compile_glob


def listed(value: Any) -> Any:
    """A single text, where a list of them is meant, as a list."""
    return [value] if isinstance(value, str) else value


_HIDDEN = r"\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
"""Spaces and what cannot be seen: an address that holds them is not the one that it looks like."""
_HOST = r"([A-Za-z0-9-]+\.)+[A-Za-z]+"
_ADDRESS = re.compile(rf"[^\s@<>\x22'`(),;:\\{_HIDDEN}]+@{_HOST}")
_DOMAIN = re.compile(_HOST)


def is_address(text: str) -> bool:
    """Whether it looks like an e-mail address, and holds nothing that could be mistaken for something else."""
    return len(text) <= 254 and _ADDRESS.fullmatch(text) is not None


def _address(value: Any) -> Any:
    if isinstance(value, str) and not is_address(value):
        raise ValueError(f"{value[:80]!r} is not an address: write one like ada@example.com")
    return value.lower() if isinstance(value, str) else value


def _domain(value: Any) -> Any:
    if isinstance(value, str) and not (len(value) <= 253 and _DOMAIN.fullmatch(value)):
        raise ValueError(f"{value[:80]!r} is not a domain: write one like example.com")
    return value.lower() if isinstance(value, str) else value


def _no_twins(value: Any) -> Any:
    """Keys that are read in lower case: two that differ by case alone would be one, and one of them lost."""
    seen: dict[str, str] = {}
    for key in value if isinstance(value, dict) else ():
        twin = seen.setdefault(str(key).lower(), str(key))
        if twin != str(key):
            raise ValueError(f"{key!r} and {twin!r} are the same address")
    return value


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
MessageRef = Annotated[str, _ref("messages")]
Address = Annotated[
    str,
    BeforeValidator(_address),
    WithJsonSchema({"type": "string", "pattern": f"^{_ADDRESS.pattern}$", "maxLength": 254}),
]
"""An e-mail or Teams address (UPN), in lower case once it is read."""
Domain = Annotated[
    str, BeforeValidator(_domain), WithJsonSchema({"type": "string", "pattern": f"^{_HOST}$", "maxLength": 253})
]
ByAddress = BeforeValidator(_no_twins)
"""On a map with addresses as keys."""
Line = Annotated[str, Field(min_length=1, max_length=300)]
Channels = Annotated[list[ChannelRef], BeforeValidator(listed), Field(json_schema_extra={"x-or-one": True})]
Purposes = Annotated[list[PurposeRef], BeforeValidator(listed), Field(json_schema_extra={"x-or-one": True})]
Paths = Annotated[list[PathRef], BeforeValidator(listed), Field(min_length=1, json_schema_extra={"x-or-one": True})]
Globs = Annotated[list[Glob], BeforeValidator(listed), Field(min_length=1, json_schema_extra={"x-or-one": True})]
Addresses = Annotated[list[Address], BeforeValidator(listed), Field(json_schema_extra={"x-or-one": True})]
Words = Annotated[list[Line], BeforeValidator(listed), Field(min_length=1, json_schema_extra={"x-or-one": True})]


class Entry(BaseModel):
    """An entry of a section: closed, and exact about types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
