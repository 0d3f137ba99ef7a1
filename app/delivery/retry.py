"""What is done after an attempt, as a value. Pure: the clock's time and the jitter are given.

The policy is at-least-once with the doubt bounded: an attempt of which nobody knows whether it arrived is
repeated twice at most, and not at all where the channel says `on_ambiguous: drop`.
"""

from typing import Literal, NamedTuple

from app.kernel.answers import LONGEST_PAUSE, Outcome, Verdict
from app.kernel.clock import HOUR, MINUTE, SECOND

SCHEDULE = (
    2 * SECOND,
    10 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    *(4 * HOUR,) * 5,
)
"""The waits after the first, second, … attempt; with the last one a message has had 15 attempts in 24 hours."""
MOST_TRIES = len(SCHEDULE) + 1
MOST_RESENDS = 2
RESEND_AFTER = MINUTE
SHORTEST_PAUSE = 30 * SECOND
_LONGEST = int(LONGEST_PAUSE * SECOND)

Effect = Literal["alive", "failing", "broken", "none"]
"""What the attempt says of the channel itself."""


class Situation(NamedTuple):
    """A delivery at the end of an attempt: `tries` counts it, `ambiguous` does not yet. Times are in µs.

    `jitter` is in [0, 1). `minimal` says that the card was the minimal one already.
    """

    tries: int
    ambiguous: int
    now: int
    expires_at: int
    jitter: float
    at_most_once: bool = False
    minimal: bool = False


class Decision(NamedTuple):
    """`due_at` None leaves the time as it is; `tries` and `ambiguous` are added; `pause_until` pauses the channel."""

    state: Literal["delivered", "pending", "dead"]
    reason: str
    due_at: int | None = None
    tries: int = 0
    ambiguous: int = 0
    effect: Effect = "none"
    pause_until: int | None = None
    minimal: bool = False


def decide(outcome: Outcome, at: Situation) -> Decision:
    """What becomes of the delivery and of its channel."""
    match outcome.verdict:
        case Verdict.DELIVERED:
            return Decision("delivered", outcome.reason, effect="alive")
        case Verdict.THROTTLED:
            until = at.now + min(max(_asked(outcome), SHORTEST_PAUSE), _LONGEST)
            return Decision("pending", outcome.reason, tries=-1, pause_until=until)
        case Verdict.BROKEN:
            return Decision("pending", outcome.reason, tries=-1, effect="broken")
        case Verdict.TOO_LARGE if not at.minimal:
            return Decision("pending", outcome.reason, due_at=at.now, minimal=True)
        case Verdict.TOO_LARGE | Verdict.PERMANENT:
            return Decision("dead", outcome.reason)
        case Verdict.AMBIGUOUS:
            return _ambiguous(outcome, at)
        case Verdict.RETRY:
            return _later(outcome, at, at.now + max(wait(at.tries, at.jitter), _asked(outcome)))


def wait(tries: int, jitter: float) -> int:
    """The wait after this many tries in µs, ±20 %."""
    return int(SCHEDULE[min(tries, len(SCHEDULE)) - 1] * (0.8 + 0.4 * jitter))


def _asked(outcome: Outcome) -> int:
    return min(int((outcome.retry_after or 0) * SECOND), _LONGEST)


def _ambiguous(outcome: Outcome, at: Situation) -> Decision:
    if at.at_most_once:
        return Decision("dead", outcome.reason, ambiguous=1, effect="failing")
    if at.ambiguous >= MOST_RESENDS:
        return Decision("dead", "exhausted", ambiguous=1, effect="failing")
    due = at.now + max(wait(at.tries, at.jitter), RESEND_AFTER, _asked(outcome))
    return _later(outcome, at, due, ambiguous=1)


def _later(outcome: Outcome, at: Situation, due_at: int, *, ambiguous: int = 0) -> Decision:
    if at.tries >= MOST_TRIES:
        return Decision("dead", "exhausted", ambiguous=ambiguous, effect="failing")
    if due_at >= at.expires_at:  # it would be too old by then: say so now
        return Decision("dead", "expired", ambiguous=ambiguous, effect="failing")
    return Decision("pending", outcome.reason, due_at=due_at, ambiguous=ambiguous, effect="failing")
