from typing import Any

import pytest

from app.sources.argocd import SOURCE
from tests.sources.argocd.conftest import HISTORY, OWN, inbound, state


def key(body: dict[str, Any]) -> str | None:
    return SOURCE.dedupe(inbound(body))


def test_a_state_that_is_sent_again_has_the_same_key() -> None:
    assert key(state()) == key(state(reconciledAt="2026-11-20T10:05:00Z", conditions=[{"type": "x"}]))


@pytest.mark.parametrize(
    "other",
    [
        state({"phase": "Failed"}),
        state({"startedAt": "2026-11-20T10:00:01Z"}),
        state({"finishedAt": "2026-11-20T10:01:01Z"}),
        state(trigger="health"),
        state(operationPending=True),
        state(history=[*HISTORY, OWN]),
        state(health={"status": "Healthy", "lastTransitionTime": "2026-11-20T10:01:00Z"}),
        state(health={"status": "Degraded", "lastTransitionTime": None}),
        state(argocd={"instance": "us"}),
        state(app=state()["app"] | {"uid": "u-2"}),
    ],
)
def test_other_news_has_another_key(other: dict[str, Any]) -> None:
    assert key(other) != key(state())


def test_what_is_not_our_body_is_named_by_its_hash() -> None:
    assert key({"metadata": {"name": "x"}}) is None
    assert key({"schema": "shipbell.argocd/v2"}) is None
    assert key(state(app=None)) is None
