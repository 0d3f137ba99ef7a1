"""What is done after an attempt: the whole policy as a table."""

import pytest

from app.delivery.retry import MOST_TRIES, SCHEDULE, Decision, Situation, decide, wait
from app.kernel.answers import Outcome, Verdict
from app.kernel.clock import DAY, HOUR, MINUTE, SECOND

NOW = 1_000 * DAY


def at(tries: int = 1, ambiguous: int = 0, **more: object) -> Situation:
    values = {"now": NOW, "expires_at": NOW + DAY, "jitter": 0.5} | more
    return Situation(tries, ambiguous, **values)  # type: ignore[arg-type]


def retry(after: float | None = None) -> Outcome:
    return Outcome(Verdict.RETRY, "http_5xx", 503, after)


AMBIGUOUS = Outcome(Verdict.AMBIGUOUS, "timeout")
TOO_LARGE = Outcome(Verdict.TOO_LARGE, "http_413", 413)


def throttled(after: float | None) -> Outcome:
    return Outcome(Verdict.THROTTLED, "http_429", 429, after)


@pytest.mark.parametrize(
    ("outcome", "situation", "decision"),
    [
        (Outcome(Verdict.DELIVERED), at(), Decision("delivered", "ok", effect="alive")),
        (retry(), at(1), Decision("pending", "http_5xx", NOW + 2 * SECOND, effect="failing")),
        (retry(), at(4), Decision("pending", "http_5xx", NOW + 2 * MINUTE, effect="failing")),
        (retry(), at(9), Decision("pending", "http_5xx", NOW + 2 * HOUR, effect="failing")),
        (retry(7), at(1), Decision("pending", "http_5xx", NOW + 7 * SECOND, effect="failing")),
        (retry(7), at(4), Decision("pending", "http_5xx", NOW + 2 * MINUTE, effect="failing")),
        (retry(99_999), at(1), Decision("pending", "http_5xx", NOW + HOUR, effect="failing")),
        (retry(), at(15), Decision("dead", "exhausted", effect="failing")),
        (retry(), at(4, expires_at=NOW + MINUTE), Decision("dead", "expired", effect="failing")),
        (throttled(None), at(), Decision("pending", "http_429", tries=-1, pause_until=NOW + 30 * SECOND)),
        (throttled(7), at(), Decision("pending", "http_429", tries=-1, pause_until=NOW + 30 * SECOND)),
        (throttled(120), at(15), Decision("pending", "http_429", tries=-1, pause_until=NOW + 2 * MINUTE)),
        (throttled(1e9), at(), Decision("pending", "http_429", tries=-1, pause_until=NOW + HOUR)),
        (AMBIGUOUS, at(1), Decision("pending", "timeout", NOW + MINUTE, ambiguous=1, effect="failing")),
        (AMBIGUOUS, at(4, 1), Decision("pending", "timeout", NOW + 2 * MINUTE, ambiguous=1, effect="failing")),
        (AMBIGUOUS, at(3, 2), Decision("dead", "exhausted", ambiguous=1, effect="failing")),
        (AMBIGUOUS, at(15), Decision("dead", "exhausted", ambiguous=1, effect="failing")),
        (AMBIGUOUS, at(1, at_most_once=True), Decision("dead", "timeout", ambiguous=1, effect="failing")),
        (retry(), at(1, at_most_once=True), Decision("pending", "http_5xx", NOW + 2 * SECOND, effect="failing")),
        (TOO_LARGE, at(), Decision("pending", "http_413", NOW, minimal=True)),
        (TOO_LARGE, at(minimal=True), Decision("dead", "http_413")),
        (Outcome(Verdict.PERMANENT, "http_400", 400), at(), Decision("dead", "http_400")),
        (
            Outcome(Verdict.BROKEN, "http_404", 404),
            at(15),
            Decision("pending", "http_404", tries=-1, effect="broken"),
        ),
    ],
)
def test_decision(outcome: Outcome, situation: Situation, decision: Decision) -> None:
    assert decide(outcome, situation) == decision


def test_every_verdict_has_a_decision() -> None:
    assert {decide(Outcome(verdict, "timeout"), at()).state for verdict in Verdict} <= {"delivered", "pending", "dead"}


def test_fifteen_tries_take_a_day() -> None:
    assert MOST_TRIES == 15
    assert 23 * HOUR < sum(wait(tries, 0.5) for tries in range(1, MOST_TRIES)) < DAY


@pytest.mark.parametrize(("jitter", "factor"), [(0.0, 0.8), (0.5, 1.0), (0.999_999, 1.2)])
def test_the_wait_is_spread_by_a_fifth(jitter: float, factor: float) -> None:
    for tries, planned in enumerate(SCHEDULE, 1):
        assert wait(tries, jitter) == pytest.approx(planned * factor, rel=1e-3)


def test_a_try_beyond_the_schedule_waits_as_the_last() -> None:
    assert wait(99, 0.5) == 4 * HOUR
