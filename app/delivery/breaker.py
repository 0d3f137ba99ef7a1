"""When a channel is left in peace: its breaker and its pauses, as values. Pure.

After five failures in a row the channel rests for 30 s, doubling to 15 min; then one message is tried, and the
others follow when it arrives. A channel that refuses us (401, 403, 404, 410) rests for 15 min at once.
"""

from dataclasses import replace

from app.kernel.clock import HOUR, MINUTE, SECOND
from app.store.channel_states import ChannelState

FAILURES = 5
FIRST_REST = 30 * SECOND
LONGEST_REST = 15 * MINUTE
FARTHEST = 2 * HOUR

CLOSED, HALF_OPEN, OPEN = 0, 1, 2
"""What the gauge of the breaker says."""


def accepted(state: ChannelState, now: int) -> ChannelState:
    """A message arrived: whatever was wrong is over. `last_accepted_at` is as fine as a minute."""
    if state.breaker == "closed" and not state.fails:
        fresh = 0 <= now - (state.last_accepted_at or 0) < MINUTE
        return state if fresh else replace(state, last_accepted_at=now)
    not_before = state.not_before if state.breaker == "closed" else 0
    return replace(state, breaker="closed", fails=0, opened=0, not_before=not_before, last_accepted_at=now)


def failed(state: ChannelState, now: int, reason: str, jitter: float) -> ChannelState:
    """A message did not arrive, and another would not have either. Failures while it rests are the same outage's."""
    state = replace(state, fails=state.fails + 1, last_reason=reason)
    if state.breaker == "open":
        return state if resting(state, now) else _rest(state, now, jitter)
    return _rest(state, now, jitter) if state.fails >= FAILURES else state


def refused(state: ChannelState, now: int, reason: str, jitter: float) -> ChannelState:
    """The channel wants nothing from us, until a person changes something there or here."""
    rest = int(LONGEST_REST * (0.8 + 0.4 * jitter))
    return replace(
        state, breaker="open", fails=state.fails + 1, opened=state.opened + 1, not_before=now + rest, last_reason=reason
    )


def paused(state: ChannelState, until: int, reason: str) -> ChannelState:
    """The channel asked us to wait; that is no failure."""
    return replace(state, not_before=max(state.not_before, until), last_reason=reason)


def given_a_chance(state: ChannelState) -> ChannelState:
    """The configuration changed, or we started anew: what rested is tried at once. A pause that was asked for stays."""
    return state if state.breaker == "closed" else replace(state, not_before=0)


def resting(state: ChannelState, now: int) -> bool:
    """Whether nothing may be sent now. A pause longer than any that we make comes of a clock that was put back."""
    return now < state.not_before <= now + FARTHEST


def room(state: ChannelState, now: int, held: int, most: int) -> int:
    """How many messages more may be taken, when `held` are and `most` may be. One alone while half open."""
    if resting(state, now):
        return 0
    return max(most - held, 0) if state.breaker == "closed" else int(held == 0)


def gauge(state: ChannelState, now: int) -> int:
    """CLOSED, HALF_OPEN or OPEN."""
    if state.breaker == "closed":
        return CLOSED
    return OPEN if resting(state, now) else HALF_OPEN


def _rest(state: ChannelState, now: int, jitter: float) -> ChannelState:
    rest = min(FIRST_REST << min(state.opened, 10), LONGEST_REST)
    return replace(state, breaker="open", opened=state.opened + 1, not_before=now + int(rest * (0.8 + 0.4 * jitter)))
