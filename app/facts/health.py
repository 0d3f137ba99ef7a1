"""Health: how long what is deployed was not well."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.facts.claims import Claim
from app.kernel.clock import MINUTE

WATCHED = 30 * MINUTE
"""How long after it went live a deployment answers for its health."""
TOLERATED = 10 * MINUTE
"""How long it may be degraded before that is a failure."""


@dataclass(frozen=True, slots=True)
class Degraded:
    """Not well from `since` until `until` (µs), which is None as long as nobody said otherwise."""

    since: int
    until: int | None
    event_id: str


Word = tuple[int, str, str]
"""Since when (µs), how it was, and which event said so."""


def words(health: Iterable[Claim]) -> list[Word]:
    """What was told of health, in the order of its times."""
    return sorted((claim["since"] or claim.at, claim["status"], claim.event_id) for claim in health)


def degraded_after(told: Sequence[Word], live_at: int) -> Degraded | None:
    """The first time that it was degraded for more than TOLERATED, if that began within WATCHED of `live_at` (µs)."""
    for place in range(bisect_left(told, (live_at,)), len(told)):
        since, status, event_id = told[place]
        if since > live_at + WATCHED:
            break
        if status == "degraded":
            later = (told[after] for after in range(place + 1, len(told)))
            until = next((at for at, what, _ in later if at > since and what == "healthy"), None)
            if until is None or until - since > TOLERATED:
                return Degraded(since, until, event_id)
    return None
