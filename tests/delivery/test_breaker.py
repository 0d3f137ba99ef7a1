"""When a channel is left in peace."""

from dataclasses import replace

import pytest

from app.delivery.breaker import (
    CLOSED,
    HALF_OPEN,
    OPEN,
    accepted,
    failed,
    gauge,
    given_a_chance,
    paused,
    refused,
    resting,
    room,
)
from app.kernel.clock import DAY, HOUR, MINUTE, SECOND
from app.store.channel_states import ChannelState

NOW = 1_000 * DAY
CALM = ChannelState("team")


def outage(failures: int) -> ChannelState:
    state = CALM
    for _ in range(failures):
        state = failed(state, NOW, "http_5xx", 0.5)
    return state


def test_four_failures_change_nothing_and_the_fifth_opens() -> None:
    assert (outage(4).breaker, room(outage(4), NOW, 0, 8)) == ("closed", 8)
    state = outage(5)
    assert (state.breaker, state.not_before, state.last_reason) == ("open", NOW + 30 * SECOND, "http_5xx")
    assert room(state, NOW + 30 * SECOND - 1, 0, 8) == 0


def test_failures_in_a_row_are_counted_and_a_success_ends_the_row() -> None:
    state = failed(accepted(outage(4), NOW), NOW, "http_5xx", 0.5)
    assert (state.breaker, state.fails) == ("closed", 1)


def test_late_failures_of_the_same_outage_do_not_prolong_it() -> None:
    assert replace(outage(9), fails=5) == outage(5)


def test_after_the_rest_one_message_is_tried() -> None:
    state, later = outage(5), NOW + 30 * SECOND
    assert (room(state, later, 0, 8), room(state, later, 1, 8)) == (1, 0)
    assert [gauge(CALM, NOW), gauge(state, NOW), gauge(state, later)] == [CLOSED, OPEN, HALF_OPEN]


def test_the_rest_doubles_up_to_a_quarter_of_an_hour_and_a_success_closes() -> None:
    state, now, rests = outage(5), NOW, []
    for _ in range(8):
        rests.append((state.not_before - now) // SECOND)
        now = state.not_before
        state = failed(state, now, "http_5xx", 0.5)
    assert rests == [30, 60, 120, 240, 480, 900, 900, 900]
    closed = accepted(state, now)
    assert (closed.breaker, closed.fails, closed.opened, closed.not_before) == ("closed", 0, 0, 0)


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 24), (1.0, 36)])
def test_the_rest_is_spread(jitter: float, seconds: int) -> None:
    assert failed(outage(4), NOW, "dns", jitter).not_before == NOW + seconds * SECOND


def test_a_channel_that_refuses_rests_at_once_and_long() -> None:
    state = refused(CALM, NOW, "http_404", 0.5)
    assert (state.breaker, state.not_before) == ("open", NOW + 15 * MINUTE)


def test_a_pause_is_no_failure_and_the_longer_one_counts() -> None:
    state = paused(paused(CALM, NOW + HOUR, "http_429"), NOW + MINUTE, "http_429")
    assert (state.breaker, state.fails, state.not_before) == ("closed", 0, NOW + HOUR)
    assert room(state, NOW, 0, 8) == 0
    assert accepted(state, NOW).not_before == NOW + HOUR  # one that was on its way already


def test_a_new_configuration_gets_a_chance_and_a_pause_that_was_asked_for_stays() -> None:
    assert room(given_a_chance(refused(CALM, NOW, "http_404", 0.5)), NOW, 0, 8) == 1
    asked = paused(CALM, NOW + HOUR, "http_429")
    assert given_a_chance(asked) == asked


def test_F44_a_rest_from_a_clock_that_was_put_back_is_no_rest() -> None:
    state = paused(CALM, NOW + 3650 * DAY, "http_429")
    assert not resting(state, NOW)
    assert resting(paused(CALM, NOW + HOUR, "http_429"), NOW)


def test_the_time_of_the_last_success_is_as_fine_as_a_minute() -> None:
    state = accepted(CALM, NOW)
    assert state.last_accepted_at == NOW
    assert accepted(state, NOW + 59 * SECOND) is state
    assert accepted(state, NOW + MINUTE).last_accepted_at == NOW + MINUTE
