"""Health: how long what is deployed was not well."""

from collections.abc import Sequence
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


def degraded_after(health: Sequence[Claim], live_at: int) -> Degraded | None:
    """The first time that it was degraded for more than TOLERATED, if that began within WATCHED of `live_at` (µs)."""
    words = sorted((claim["since"] or claim.at, claim["status"], claim.event_id) for claim in health)
    for since, status, event_id in words:
        if status == "degraded" and live_at <= since <= live_at + WATCHED:
            until = next((at for at, what, _ in words if at > since and what == "healthy"), None)
            if until is None or until - since > TOLERATED:
                return Degraded(since, until, event_id)
    return None
