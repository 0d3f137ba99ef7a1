"""The gauges of a channel: how it stands while it is ours, and nothing of it afterwards."""

from typing import Any

from app import telemetry
from app.channels import Outcome, Verdict
from tests.delivery.conftest import Post, until


def shown(metric: Any) -> float:
    return float(metric.labels("team")._value.get())


async def test_a_pause_is_shown_until_the_channel_is_somebody_elses(post: Post) -> None:
    told = post.open("team")
    told.script = [Outcome(Verdict.THROTTLED, "http_429", 429, 600)]
    post.start()
    await post.owe("a")
    await until(lambda: 590 < shown(telemetry.THROTTLED) <= 600, lambda: "the pause")
    await post.stop()
    assert shown(telemetry.THROTTLED) == 0


async def test_an_open_breaker_is_shown_until_the_channel_is_somebody_elses(post: Post) -> None:
    told = post.open("team")
    told.script = [Outcome(Verdict.BROKEN, "http_404", 404)]
    post.start()
    await post.owe("a")
    await until(lambda: shown(telemetry.BREAKER) == 2, lambda: "the breaker")
    await post.stop()
    assert shown(telemetry.BREAKER) == 0
