import pytest

from app.kernel.answers import REASONS, Outcome, Verdict, by_status, judge, judge_fault, pause
from app.kernel.wire import Answer, WireFault

NOW = 1_792_324_800_000_000  # Sun, 18 Oct 2026 12:00:00 GMT


@pytest.mark.parametrize("status", range(600))
def test_F64_every_status_has_a_verdict_and_a_reason_of_the_closed_list(status: int) -> None:
    verdict, reason = by_status(status)
    assert reason in REASONS
    assert (verdict is Verdict.DELIVERED) == (200 <= status < 300) == (reason == "ok")


@pytest.mark.parametrize(
    ("status", "verdict", "reason"),
    [
        (200, Verdict.DELIVERED, "ok"),
        (202, Verdict.DELIVERED, "ok"),
        (302, Verdict.BROKEN, "http_3xx"),
        (400, Verdict.PERMANENT, "http_400"),
        (401, Verdict.BROKEN, "http_401"),
        (403, Verdict.BROKEN, "http_403"),
        (404, Verdict.BROKEN, "http_404"),
        (408, Verdict.RETRY, "http_408"),
        (409, Verdict.PERMANENT, "http_4xx"),
        (410, Verdict.BROKEN, "http_410"),
        (413, Verdict.TOO_LARGE, "http_413"),
        (422, Verdict.PERMANENT, "http_4xx"),
        (425, Verdict.RETRY, "http_425"),
        (429, Verdict.THROTTLED, "http_429"),
        (500, Verdict.RETRY, "http_5xx"),
        (504, Verdict.RETRY, "http_5xx"),
        (100, Verdict.AMBIGUOUS, "protocol"),
        (0, Verdict.AMBIGUOUS, "protocol"),
        (999, Verdict.AMBIGUOUS, "protocol"),
    ],
)
def test_F64_the_table(status: int, verdict: Verdict, reason: str) -> None:
    assert judge(Answer(status, {}, b""), NOW) == Outcome(verdict, reason, status)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("3600", 3600.0),
        ("3601", 3600.0),
        ("999999999", 3600.0),
        ("9" * 5000, 3600.0),
        ("-5", None),
        ("abc", None),
        ("", None),
        ("7.5", None),
        ("٧", None),
        ("1e3", None),
        ("Sun, 18 Oct 2026 12:02:00 GMT", 120.0),
        ("Sun, 18 Oct 2026 12:02:00 -0000", 120.0),
        ("Sun, 18 Oct 2026 14:02:00 +0200", 120.0),
        ("Sun, 18 Oct 2099 12:00:00 GMT", 3600.0),
        ("Sun, 18 Oct 2026 11:00:00 GMT", None),
        ("Sun, 99 Foo 2026 99:99:99 GMT", None),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
        ("Sun, 18 Oct 2026 12:02:00 +99999999", None),
    ],
)
def test_F60_retry_after_in_both_forms(value: str, seconds: float | None) -> None:
    assert pause({"retry-after": value}, NOW) == seconds
    assert judge(Answer(429, {"retry-after": value}, b""), NOW) == Outcome(Verdict.THROTTLED, "http_429", 429, seconds)


def test_F60_a_date_is_measured_by_the_answers_own_clock() -> None:
    headers = {"retry-after": "Sun, 18 Oct 2020 12:02:00 GMT", "date": "Sun, 18 Oct 2020 12:00:30 GMT"}
    assert pause(headers, NOW) == 90.0


def test_F60_without_the_header_there_is_no_pause() -> None:
    assert pause({}, NOW) is None


def test_a_503_may_ask_for_a_pause_and_a_202_may_not() -> None:
    assert judge(Answer(503, {"retry-after": "20"}, b""), NOW).retry_after == 20.0
    assert judge(Answer(202, {"retry-after": "20"}, b""), NOW).retry_after is None


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        (WireFault("dns", sent=False), Verdict.RETRY),
        (WireFault("connect", sent=False), Verdict.RETRY),
        (WireFault("tls", sent=False), Verdict.RETRY),
        (WireFault("timeout", sent=False), Verdict.RETRY),
        (WireFault("timeout", sent=True), Verdict.AMBIGUOUS),
        (WireFault("reset", sent=True), Verdict.AMBIGUOUS),
        (WireFault("protocol", sent=True), Verdict.AMBIGUOUS),
        (WireFault("blocked_address", sent=False), Verdict.BROKEN),
    ],
)
def test_no_answer_is_ambiguous_only_when_something_left(fault: WireFault, verdict: Verdict) -> None:
    assert judge_fault(fault) == Outcome(verdict, fault.reason)
    assert fault.reason in REASONS
