"""What became of an event's cards: told, waiting, or not sent and why; a row for each channel."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from app.cli.remote import Service

PATIENCE_SECONDS = 2.0
"""How long cards that are on their way are waited for."""
_ON_ITS_WAY = frozenset({"pending", "inflight"})

Fate = Mapping[str, Any]
"""`channel`, `card`, `rule`, `state` in words, and `with`: mentions and a message."""


def fates(service: Service, event: str, until: float) -> list[Fate]:
    """A row for each channel, or one that says who dropped the event; until then (monotonic) it waits for outcomes."""
    while True:
        found = service.get(f"/api/v1/events/{event}/explain")
        ended = all(each["state"] not in _ON_ITS_WAY for each in found["deliveries"])
        if ended or time.monotonic() > until:
            return list(_rows(found))
        time.sleep(0.1)


def _rows(found: Mapping[str, Any]) -> Iterator[Fate]:
    decided = found["decided"] or {}
    for send in decided.get("sends", ()):
        card = {name: send[name] for name in ("channel", "card", "rule")}
        state = _state(send["channel"], decided, found)
        yield {**card, "state": state, "with": "" if state.startswith("not") else _extras(send, decided)}
    for muted in decided.get("muted", ()):
        yield {"channel": muted["channel"], "rule": muted["rule"], "state": f"not sent, muted during {muted['by']}"}
    if decided.get("dropped_by"):
        yield {"channel": "nobody", "rule": decided["dropped_by"], "state": "dropped"}


def _state(channel: str, decided: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    if why := decided.get("suppressed", {}).get(channel):
        return f"not sent, {why}"
    for delivery in found["deliveries"]:
        if delivery["channel"] == channel:
            return str(delivery["state"])
    for bundle in found["bundles"]:
        if bundle["channel"] == channel and bundle["closed_at"]:
            return f"told by delivery {bundle['told_by']}"
        if bundle["channel"] == channel:
            return f"waits until {bundle['due_at'][:19].replace('T', ' ')} UTC"
    return "not owed"


def _extras(send: Mapping[str, Any], decided: Mapping[str, Any]) -> str:
    mentioned = [who for who in send.get("mentions", ()) if "@" in who]  # others are shown by name
    extras = [f"mentions {', '.join(mentioned)}"] if mentioned else []
    extras += [f"message {decided['message']}"] if decided.get("message") else []
    return ", ".join(extras)
