"""The deadline of a request: who owes us the rest for too long is closed, and counted."""

import pytest

from app import telemetry
from app.ingest.protocol import GuardedProtocol, sweep


class Slow:
    """A connection that has begun a request."""

    def __init__(self) -> None:
        self.expired = 0

    def expire(self) -> None:
        self.expired += 1


def timeouts() -> float:
    return float(telemetry.REJECTED.labels("unknown", "timeout")._value.get())


def test_only_those_that_are_late_are_closed_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    late, in_time = Slow(), Slow()
    monkeypatch.setattr(GuardedProtocol, "receiving", {late: 100.0, in_time: 101.0})
    before = timeouts()
    assert sweep(110.5, 10.0) == 1
    assert (late.expired, in_time.expired, timeouts() - before) == (1, 0, 1)
    assert sweep(105.0, 10.0) == 0
    assert timeouts() - before == 1
