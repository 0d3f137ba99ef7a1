"""What the collector tells: the content of a receipt, and what to remember once it is durable."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.events.reports import SCHEMA
from app.kernel.ids import derived_id
from app.kernel.json import dumps
from app.store.collected import Seen

SOURCE = "collector"
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class News:
    """One receipt of `source`. `seen` is noted after it; `kinds` counts what was found, for the summary."""

    source: str
    headers: Mapping[str, str]
    body: bytes
    seen: tuple[Seen, ...]
    kinds: Mapping[str, int]


Tell = Callable[[News], Awaitable[None]]
"""Makes a receipt of it, durable. Raises StoreUnavailable or Overloaded: it is found again in the next round."""


def report(kind: str, events: Sequence[Mapping[str, Any]], seen: Sequence[Seen] = (), *, before: str = "") -> News:
    """A report of events. `before` tells two states apart between which there was another one."""
    body = dumps({"schema": SCHEMA, "events": list(events)})
    parts = [each.digest for each in seen] or [body.decode()]
    key = derived_id(kind, before, *(each.key for each in seen), *parts)
    headers = {"content-type": JSON, "x-shipbell-report": f"{kind}:{key}"}
    return News(SOURCE, headers, body, tuple(seen), {kind: len(events)})


def digest(*parts: Any) -> str:
    """Stands for a state: equal if and only if all parts are."""
    return derived_id(dumps(list(parts)).decode())
