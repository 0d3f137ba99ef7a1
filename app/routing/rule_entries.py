"""What may be written in a rule."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, TypeAdapter, WithJsonSchema, model_validator

from app.routing.entries import DedupeEntry
from app.routing.schedule import ScheduleEntry
from app.routing.spelling import Address, CardRef, Duration, Entry, Name, Paths, Purposes, TimesRef, listed

_WHO = ("author", "authors", "team")
_USER = "user:"
_OF_EVENTS = frozenset({"match", "pattern", "group", "coalesce", "dedupe", "drop"})
"""What says something of events, and nothing of what comes by the clock."""
_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)


def _somebody(value: Any) -> Any:
    if not isinstance(value, str) or value in _WHO:
        return value
    if not value.startswith(_USER):
        raise ValueError(f"{value!r} is nobody: write {', '.join(_WHO)} or user:<address>")
    address: str = _ADDRESS.validate_python(value.removeprefix(_USER))
    return _USER + address


Somebody = Annotated[
    str,
    BeforeValidator(_somebody),
    WithJsonSchema({"type": "string", "anyOf": [{"enum": list(_WHO)}, {"pattern": f"^{_USER}[^@]+@[^@]+$"}]}),
]
"""One word of `who`."""


class GroupEntry(Entry):
    """Cards that wait for each other and go out as one."""

    by: Paths | None = Field(None, description="only events that are the same in these fields; without it: all")
    wait: Duration = Field(description="how long nothing may come before it goes out")
    max_wait: Duration | None = Field(None, description="how long after the first it goes out in any case; ten waits")
    card: CardRef = Field(description="how all of them together are shown")
    first: Literal["now", "wait"] = Field("wait", description="`now`: the first goes out at once, the rest wait")

    @model_validator(mode="after")
    def long_enough(self) -> "GroupEntry":
        if self.max_wait is not None and self.max_wait < self.wait:
            raise ValueError("'max_wait' is shorter than 'wait'")
        return self


class CoalesceEntry(Entry):
    """Of events that are the same in these fields only the last of a window is told."""

    by: Paths = Field(description="the fields that tell one thing from another; what has none of them does not wait")
    window: Duration = Field(description="how long after the first the last is sent")


class MuteEntry(Entry):
    """Times at which the rule does not send."""

    during: TimesRef = Field(description="at these times")
    then: Literal["hold", "drop"] = Field("hold", description="`hold`: sent together when they end; `drop`: not at all")


class MentionEntry(Entry):
    """People whom the card mentions."""

    who: Annotated[
        list[Somebody], BeforeValidator(listed), Field(min_length=1, json_schema_extra={"x-or-one": True})
    ] = Field(description="`author`, `authors` (of all commits of a push or a deployment), `team`, `user:<address>`")
    match: dict[str, Any] | None = Field(None, description="only for events like this")


class RuleEntry(Entry):
    """A rule: every event that matches goes to these purposes with this card, or is dropped."""

    name: Name
    match: dict[str, Any] | None = Field(None, description="what the event must be like; all of it must hold")
    pattern: dict[str, Any] | None = Field(
        None, description="the same, or more, as an event pattern of AWS EventBridge; both must hold"
    )
    schedule: ScheduleEntry | None = Field(None, description="instead of `match`: a summary that comes by the clock")
    to: Purposes = Field([], description="purposes; who gets them stands in `purposes` and `teams`")
    card: CardRef | None = Field(None, description="what the message looks like")
    drop: Literal[True] | None = Field(None, description="send this to nobody, whatever other rules say")
    dedupe: DedupeEntry | None = Field(None, description="instead of the default; false: none")
    group: GroupEntry | None = Field(None, description="wait for others, and send one card for all")
    coalesce: CoalesceEntry | None = Field(None, description="send the last state only")
    mute: MuteEntry | None = Field(None, description="do not send at these times")
    mention: MentionEntry | None = Field(None, description="whom to mention")

    @model_validator(mode="after")
    def one_way(self) -> "RuleEntry":
        if self.match is None and self.pattern is None and self.schedule is None:
            raise ValueError("write 'match', 'pattern' or 'schedule'")
        if self.schedule and self.model_fields_set & _OF_EVENTS:
            raise ValueError(f"a rule with a 'schedule' has none of {', '.join(sorted(_OF_EVENTS))}")
        if self.group and self.coalesce:
            raise ValueError("write either 'group' or 'coalesce'")
        return self

    @model_validator(mode="after")
    def sends_or_drops(self) -> "RuleEntry":
        sending = (self.to, self.card, self.dedupe, self.group, self.coalesce, self.mute, self.mention)
        if self.drop and any(sending):
            raise ValueError("a rule that drops has nothing but 'match' or 'pattern'")
        if not self.drop and not (self.to and (self.card or self.group)):
            raise ValueError("write 'to' and 'card', or 'drop: true'")
        if self.group and self.group.first == "now" and not self.card:
            raise ValueError("the first goes out at once: write the 'card' that it has")
        return self


def user_of(who: str) -> str | None:
    """The address of `user:<address>`, or None for one of the other words."""
    return who.removeprefix(_USER) if who.startswith(_USER) else None
