"""What the incident tools have in common: a list of what changed, and messages in the form of their own webhooks.

So their rooms read both, and whether a webhook came or not makes no difference: one identity, one incident.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from app.clients.spans import Page
from app.events.incidents import NEAR
from app.kernel.clock import to_us
from app.sources import Source

T = TypeVar("T")


class Told(NamedTuple):
    """What an event told of an incident: `incident.opened`, …, and when it was so, µs."""

    type: str
    at: int


@dataclass(frozen=True, slots=True)
class Message:
    """What a webhook would have said. `headers` are those that the room keeps."""

    body: Mapping[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tool(Generic[T]):
    """One tool. `pages` are asked from a time until another, for the first time or again; `messages` of one thing of a
    page come in the order of time; what was told may be left out of them. Both raise ApiFault.
    """

    name: str
    source: Source
    pages: Callable[[datetime, datetime, bool], AsyncIterator[Page[T]]]
    id_of: Callable[[T], str]
    messages: Callable[[T, Sequence[Told]], Awaitable[Sequence[Message]]]


def is_told(told: Sequence[Told], kind: str, at: datetime | None) -> bool:
    """Whether this is among what was told. An incident is opened once."""
    return any(
        each.type == kind and (at is None or kind == "incident.opened" or abs(each.at - to_us(at)) <= NEAR)
        for each in told
    )
