"""What may be written in each section of the rule book; the editors' JSON Schema is made from these models, too."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from app.routing.spelling import (
    Address,
    Addresses,
    ByAddress,
    CardRef,
    ChannelRef,
    Channels,
    ConnectionRef,
    Domain,
    Duration,
    Entry,
    Globs,
    KindRef,
    MessageRef,
    Name,
    Paths,
    PurposeRef,
    RuleRef,
    TimesRef,
    Words,
    Zone,
)


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
    alerts_to: ChannelRef | None = Field(
        None, description="who is told when this channel breaks or falls silent: best one of another kind"
    )


class ConnectionEntry(Entry):
    """A budget of messages that several channels share."""

    posts: int = Field(ge=1, description="how many messages")
    per: Duration = Field(description="in how long")
    when_full: Literal["digest", "wait"] = Field(
        "wait", description="what becomes of the rest: one digest for each channel, or it waits its turn"
    )


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
    on_failure_mention: Addresses = Field([], description="whom `who: [team]` mentions")
    timezone: Zone | None = Field(
        None, description="where days and weeks of its numbers begin, if it is a team of the estate; else the default"
    )


class UsersEntry(Entry):
    """Who can be mentioned in Teams. A person who cannot is shown by name."""

    upn_domains: list[Domain] = Field([], description="a commit's e-mail in one of these is its author's Teams address")
    aliases: Annotated[dict[Address, Address], ByAddress] = Field(
        {}, description="another e-mail of somebody → their Teams address"
    )
    never_mention: list[Address] = Field([], description="shown by name, never mentioned")


class MessageEntry(Entry):
    """A line for the fun of it. The first message that fits is shown."""

    name: Name
    match: dict[str, Any] | None = Field(
        None, description="what the event must be like; bad news only if it asks for what is bad, e.g. {status: failed}"
    )
    during: TimesRef | None = Field(None, description="only at these times")
    text: Words | None = Field(None, description="what is said; of several, each event always gets the same one")
    by_user: Annotated[dict[Address, Words], Field(min_length=1), ByAddress] | None = Field(
        None, description="what is said to each author, by Teams address"
    )

    @model_validator(mode="after")
    def says_something(self) -> "MessageEntry":
        if (self.text is None) == (self.by_user is None):
            raise ValueError("write either 'text' or 'by_user'")
        if not self.match and self.during is None and self.by_user is None:
            raise ValueError("it would be on every card: write 'match' or 'during'")
        return self


class ExpectEntry(Entry):
    """What must come of a trial; what is not written is not looked at."""

    send: dict[ChannelRef, CardRef] | None = Field(None, description="all messages that go out: channel and card")
    held: dict[ChannelRef, CardRef] | None = Field(None, description="all that a mute holds: channel and card")
    grouped: dict[ChannelRef, CardRef] | None = Field(None, description="all that wait for others: channel and card")
    mentions: list[Address] | None = Field(None, description="all addresses that are mentioned")
    message: MessageRef | None = Field(None, description="name of the message that is shown; null: none")
    dropped_by: RuleRef | None = Field(None, description="the rule that drops it")

    @model_validator(mode="after")
    def something(self) -> "ExpectEntry":
        if not self.model_fields_set:
            raise ValueError(f"write what is expected: one of {', '.join(type(self).model_fields)}")
        for name, nothing in (("send", "{}"), ("held", "{}"), ("grouped", "{}"), ("mentions", "[]")):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name!r} is empty: write {name}: {nothing} for none")
        return self


class TrialEntry(Entry):
    """A test of the rules: an event, and what must come of it."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    at: str | None = Field(None, description="when it happens, e.g. 2026-03-04T10:00:00+01:00")
    event: dict[str, Any] = Field(description="the fields that matter; the rest is made up")
    expect: ExpectEntry
