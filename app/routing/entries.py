"""What may be written in each section of the rule book; the editors' JSON Schema is made from these models, too."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    WithJsonSchema,
    model_validator,
)

from app.kernel.durations import parse_duration
from app.kernel.globs import compile_glob


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


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
Channels = Annotated[list[ChannelRef], BeforeValidator(_listed), Field(json_schema_extra={"x-or-one": True})]
Purposes = Annotated[list[PurposeRef], BeforeValidator(_listed), Field(json_schema_extra={"x-or-one": True})]
Paths = Annotated[list[PathRef], BeforeValidator(_listed), Field(min_length=1, json_schema_extra={"x-or-one": True})]
Globs = Annotated[list[Glob], BeforeValidator(_listed), Field(min_length=1, json_schema_extra={"x-or-one": True})]


class Entry(BaseModel):
    """An entry of a section: closed, and exact about types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DedupeEntry(Entry):
    """News that is the same in these fields, within this time, goes to a channel once."""

    by: Paths = Field(description="the fields that tell news apart; if one of them is missing, nothing is held back")
    window: Duration = Field(description="for how long")


class DefaultsEntry(Entry):
    """What holds where a rule says nothing else."""

    timezone: Zone = Field("UTC", description="in which times without a zone are read")
    dedupe: DedupeEntry | None = Field(None, description="same news twice: once")
    fallback: Channels = Field([], description="where an event goes that no rule matched, labelled `no rule`")


class ChannelEntry(BaseModel):
    """A named place that messages go to. What else it may say depends on its kind."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    kind: KindRef = Field(description="which kind of channel this is")
    connection: ConnectionRef | None = Field(None, description="whose rate budget it shares")


class ConnectionEntry(Entry):
    """A budget of messages that several channels share."""

    posts: int = Field(ge=1, description="how many messages")
    per: Duration = Field(description="in how long")
    when_full: Literal["digest", "wait"] = Field("wait", description="what becomes of the rest; for now it waits")


class PurposeEntry(RootModel[Channels]):
    """Who gets what is for this purpose."""


class OverrideEntry(Entry):
    """Who gets a purpose for a team's services: as well as, or instead of, the purpose's own channels."""

    add: Channels | None = Field(None, description="as well as the purpose's channels")
    replace: Channels | None = Field(None, description="instead of them; an empty list is nobody")

    @model_validator(mode="after")
    def one_of_both(self) -> "OverrideEntry":
        if (self.add is None) == (self.replace is None):
            raise ValueError("write either 'add' or 'replace'")
        return self


class TeamEntry(Entry):
    """A team, by its services, and where it wants its messages."""

    services: Globs = Field(description="names of services; * and ? are wild")
    channels: dict[PurposeRef, OverrideEntry] = Field({}, description="by purpose")


class RuleEntry(Entry):
    """A rule: every event that matches goes to these purposes with this card, or is dropped."""

    name: Name
    match: dict[str, Any] = Field(description="what the event must be like; all of it must hold")
    to: Purposes = Field([], description="purposes; who gets them stands in `purposes` and `teams`")
    card: CardRef | None = Field(None, description="what the message looks like")
    drop: Literal[True] | None = Field(None, description="send this to nobody, whatever other rules say")
    dedupe: DedupeEntry | None = Field(None, description="instead of the default; false: none")

    @model_validator(mode="after")
    def sends_or_drops(self) -> "RuleEntry":
        if self.drop and (self.to or self.card or self.dedupe):
            raise ValueError("a rule that drops has no 'to', 'card' or 'dedupe'")
        if not self.drop and not (self.to and self.card):
            raise ValueError("write 'to' and 'card', or 'drop: true'")
        return self


class ExpectEntry(Entry):
    """What must come of a trial; what is not written is not looked at."""

    send: dict[ChannelRef, CardRef] | None = Field(None, description="all messages: channel and card")
    dropped_by: RuleRef | None = Field(None, description="the rule that drops it")

    @model_validator(mode="after")
    def something(self) -> "ExpectEntry":
        if self.send is None and self.dropped_by is None:
            raise ValueError("write what is expected: 'send' or 'dropped_by'")
        return self


class TrialEntry(Entry):
    """A test of the rules: an event, and what must come of it."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    at: str | None = Field(None, description="when it happens, e.g. 2026-03-04T10:00:00+01:00")
    event: dict[str, Any] = Field(description="the fields that matter; the rest is made up")
    expect: ExpectEntry
