"""A digest: the flat view of many events as one, made card by card so that ten thousand need no room. Pure."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from app.cards.context import shown_name
from app.cards.mentions import MAX_PEOPLE
from app.cards.minimal import best_link
from app.events import UNMAPPED, flat
from app.events.own import NO_RECEIPT, SOURCE, Digest
from app.kernel.clock import iso
from app.routing.route import NO_RULE
from app.store.due_bundles import BundleCard

MOST_ITEMS = 100
_ERROR = 200
_BAD_OUTCOMES = frozenset({"failed", "error", "block", "degraded", "missing"})
_BAD_TYPES = frozenset(
    {"incident.opened", "incident.reopened", "shipbell.channel_broken", "shipbell.rules_rejected"}
)  # fmt: skip


class Gathering:
    """What the cards of a bundle add up to. `add` them in any order but the first first.

    The rule of the first that has one stands for all: a digest is labelled `no rule` if nothing in it has a rule.
    """

    def __init__(self) -> None:
        self.first: BundleCard | None = None
        self.rule = NO_RULE
        self.count = self.failed = self.max_age = 0
        self._since = self._until = 0
        self._outcomes: Counter[str | None] = Counter()
        self._services: set[str] = set()
        self._common: dict[str, set[Any]] = {"service": set(), "environment": set(), "environment_tier": set()}
        self._best: list[tuple[bool, str, int, dict[str, Any]]] = []
        self._mentions: dict[tuple[str, str | None], dict[str, str | None]] = {}

    def add(self, card: BundleCard) -> None:
        """Count a card, and keep its line if it is one of those that are shown."""
        view = orjson.loads(card.data) if card.data is not None else {"id": card.event_id}
        self.first = self.first or card
        self.rule = card.rule if self.rule == NO_RULE else self.rule
        self.count += 1
        self.max_age = max(self.max_age, card.max_age)
        self._since = min(self._since or card.at, card.at)
        self._until = max(self._until, card.at)
        bad = _is_bad(view)
        self.failed += bad
        self._outcomes[_outcome(view)] += 1
        for field, values in self._common.items():
            values.add(view.get(field))
        if name := shown_name(view, "service"):
            self._services.add(name)
        self._keep((bad, view.get("occurred_at") or "", self.count, _item(view)))
        for person in orjson.loads(card.extra).get("mentions", ()) if card.extra else ():
            self._mentions.setdefault((person["name"], person["address"]), person)

    def extra(self) -> bytes | None:
        """Everybody whom a card of it mentions, at most 20; no message."""
        people = list(self._mentions.values())[:MAX_PEOPLE]
        return orjson.dumps({"mentions": people}) if people else None

    def view(self, digest_id: str, *, channel: str, how: str, by: str, now: int) -> dict[str, Any]:
        """The flat view of the digest: what went wrong first, then the newest."""
        service, environment, tier = (self._the_one(field) for field in self._common)
        shown = [item for *_, item in sorted(self._best, reverse=True, key=lambda each: each[:3])]
        outcomes = sorted(self._outcomes.items(), key=lambda each: (-each[1], each[0] or "~"))
        detail = {
            "how": how,
            "by": by,
            "count": self.count,
            "failed": self.failed,
            "counts": [{"outcome": outcome, "count": number} for outcome, number in outcomes],
            "services": sorted(self._services),
            "items": shown,
            "since": iso(self._since),
            "until": iso(self._until),
        }
        digest = Digest.model_validate(
            {
                "id": digest_id,
                "type": "shipbell.digest",
                "subject": f"{how}:{by}:{channel}"[:300],
                "source": SOURCE,
                "occurred_at": iso(self._until),
                "received_at": iso(now),
                "time_from": "receipt",
                "service": service or UNMAPPED,
                "environment": environment,
                "environment_tier": tier,
                "receipt": NO_RECEIPT,
                "digest": detail,
            }
        )
        return flat(digest)

    def _keep(self, line: tuple[bool, str, int, dict[str, Any]]) -> None:
        keep = heapq.heappush if len(self._best) < MOST_ITEMS else heapq.heappushpop
        keep(self._best, line)

    def _the_one(self, field: str) -> Any:
        """What all events have in common, or None."""
        values = self._common[field]
        return next(iter(values)) if len(values) == 1 else None


def _outcome(view: Mapping[str, Any]) -> str | None:
    """A verdict says more than a status, unless it is not known."""
    verdict = view.get("verdict")
    found: str | None = verdict if verdict and verdict != "unknown" else view.get("status") or verdict
    return found


def _is_bad(view: Mapping[str, Any]) -> bool:
    return _outcome(view) in _BAD_OUTCOMES or view.get("type") in _BAD_TYPES


def _item(view: Mapping[str, Any]) -> dict[str, Any]:
    """A line about an event."""
    said = {
        "id": view.get("id"),
        "type": view.get("type"),
        "outcome": _outcome(view),
        "service": shown_name(view, "service"),
        "environment": shown_name(view, "environment"),
        "version": view.get("version"),
        "title": next(_titles(view), None),
        "author": next(_authors(view), None),
        "error": next(_errors(view), None),
        "url": best_link(view),
        "occurred_at": view.get("occurred_at"),
    }
    return {name: value for name, value in said.items() if value}


def _titles(view: Mapping[str, Any]) -> Iterator[str]:
    for part, name in (("pull_request", "title"), ("ticket", "summary"), ("build", "name")):
        said = view.get(part) or {}
        if said.get(name) and not said.get("restricted"):  # no text of a restricted ticket ever leaves
            yield said[name]
    if found := view.get("title"):
        yield found


def _authors(view: Mapping[str, Any]) -> Iterator[str]:
    for person in ((view.get("commit") or {}).get("author"), (view.get("pull_request") or {}).get("author")):
        if person and person.get("name"):
            yield person["name"]
    if found := (view.get("actor") or {}).get("name"):
        yield found


def _errors(view: Mapping[str, Any]) -> Iterator[str]:
    for found in (view.get("error"), view.get("failed_step"), view.get("message"), *view.get("reasons", ())):
        if found and (line := found.strip().partition("\n")[0]):
            yield line[:_ERROR]
