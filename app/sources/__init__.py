"""The corridor of sources: one folder a system that sends to us. What they share stands here.

A room has `SOURCE` (a `Source`) in its `__init__.py`, `samples/*.http` with the golden events beside
them as `*.json`, and a `README.md` that says how to set it up at the vendor. Rooms do no I/O, read no
clock, and know neither each other nor our names of services.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.signing import Scheme


class Inbound(NamedTuple):
    """A receipt as a room reads it: the kept headers (lower-case names) and the raw bytes."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that says nothing of ours, and why: `unused_type`, `no_change`, `ping`, …"""

    reason: str


Parsed = list[Draft] | Ignored


@dataclass(frozen=True, slots=True)
class Source:
    """A room of the corridor.

    `parse` raises BadPayload and nothing else. `dedupe` names the delivery (a header that is the same
    over the sender's retries, or a natural key of the news), or None: then the body's hash is the key.
    `keeps` are the request headers that a receipt keeps beside `content-type` and `user-agent`.
    `types` are the event types that the room can produce: conformance holds it to them. `left_out` says of a message
    that `parse` could read how many things the sender left out of it; they are counted, nothing brings them back.
    `probe`: its sender looks with HEAD whether the address is good; `handshake`: asks with OPTIONS whether it may send.
    `secret_file` holds its secrets, beside its setting: it is read whenever the rules are.
    """

    name: str
    title: str
    scheme: Scheme
    parse: Callable[[Inbound], Parsed]
    types: frozenset[str]
    dedupe: Callable[[Inbound], str | None] = lambda _: None
    keeps: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    door: str = "hook"
    probe: bool = False
    handshake: bool = False
    secret_file: str | None = None
    left_out: Callable[[Inbound], int] = lambda _: 0


__all__ = ["BadPayload", "Ignored", "Inbound", "Parsed", "Source"]
