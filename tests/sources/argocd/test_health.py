from datetime import UTC, datetime

import pytest

from tests.sources.argocd.conftest import Told, state

DEGRADED = {"status": "Degraded", "message": "one pod", "lastTransitionTime": "2026-11-20T10:05:00Z"}


def test_a_change_of_health_is_told_at_its_time(told: Told) -> None:
    draft = told(state(health=DEGRADED, trigger="health"))[-1]
    assert (draft.type, draft.status, draft.original_status) == ("deployment.health_changed", "degraded", "Degraded")
    assert draft.occurred_at == draft.fields["since"] == datetime(2026, 11, 20, 10, 5, tzinfo=UTC)
    assert draft.fields["message"] == "one pod"
    assert draft.fields["version"] == "1.2.3"


def test_the_same_change_in_any_message_is_the_same_news(told: Told) -> None:
    first = told(state(health=DEGRADED, trigger="health"))[-1]
    again = told(state({"phase": "Running"}, health=DEGRADED, reconciledAt="2026-11-20T11:00:00Z"))[-1]
    later = told(state(health=DEGRADED | {"lastTransitionTime": "2026-11-20T12:00:00Z"}))[-1]
    assert (first.identity, first.state, first.occurred_at) == (again.identity, again.state, again.occurred_at)
    assert later.occurred_at != first.occurred_at


@pytest.mark.parametrize("status", ["Healthy", "Degraded", "Progressing", "Suspended", "Missing", "Unknown"])
def test_every_status_has_our_word(told: Told, status: str) -> None:
    assert told(state(health=DEGRADED | {"status": status}))[-1].status == status.lower()


def test_an_old_argo_cd_tells_a_change_only_when_it_sends_for_it(told: Told) -> None:
    timeless = {"status": "Degraded", "message": None}
    told_for_it = told(state(health=timeless, trigger="health"))[-1]
    assert told_for_it.type == "deployment.health_changed"
    assert told_for_it.occurred_at == datetime(2026, 11, 20, 10, 1, 1, tzinfo=UTC)
    assert "since" not in told_for_it.fields
    assert [draft.type for draft in told(state(health=timeless))] == ["deployment.finished"]
    no_time = told(state(health=timeless, trigger="health", reconciledAt=None))
    assert [draft.type for draft in no_time] == ["deployment.finished"]


def test_an_unknown_word_is_no_health(told: Told) -> None:
    assert [draft.type for draft in told(state(health=DEGRADED | {"status": "Glowing"}))] == ["deployment.finished"]
