"""A call of Datadog's API, and why there may be none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.kernel.clock import to_us
from app.kernel.timestamps import parse_timestamp

View = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One POST: the path below the site's API, and its JSON body."""

    path: str
    body: Mapping[str, Any]


class Unsaid(Exception):
    """There is no such call: the event is `too_old` for it, or `unsuitable`: Datadog has no word for it there."""

    def __init__(self, reason: Literal["too_old", "unsuitable"]) -> None:
        super().__init__(reason)
        self.reason = reason


def address(site: str, path: str) -> str:
    """The URL of a call. A site with a port is a proxy of your own, spoken to as it is, without TLS."""
    return f"http://{site}{path}" if ":" in site else f"https://api.{site}{path}"


def moment(view: View, *names: str) -> int | None:
    """The first of these times that the event has, in µs UTC."""
    for name in names:
        found = parse_timestamp(view[name]) if view.get(name) else None
        if found is not None:
            return to_us(found)
    return None


def young(view: View, now: int, longest: int, ahead: int) -> int:
    """When it happened (µs). Raises Unsaid when that is longer ago, or further ahead, than Datadog takes."""
    at = moment(view, "occurred_at")
    if at is None:
        raise Unsaid("unsuitable")
    if at < now - longest or at > now + ahead:
        raise Unsaid("too_old")
    return at
