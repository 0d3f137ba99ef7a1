"""Pipelines: which states are a beginning or an end, what broke, and what they ran for."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.events import Draft
from app.sources import Ignored
from tests.sources.gitlab.conftest import KEY, PROJECT, A, Send

One = Callable[..., Draft]
KIND = "Pipeline Hook"


def run(**more: Any) -> dict[str, Any]:
    times = {"created_at": "2026-11-20 09:12:45 UTC", "finished_at": "2026-11-20 09:16:00 UTC"}
    return {"id": 31, "ref": "main", "tag": False, "sha": A, "status": "success", **times, **more}


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        ("running", "pipeline.started", None),
        ("success", "pipeline.finished", "succeeded"),
        ("failed", "pipeline.finished", "failed"),
        ("canceled", "pipeline.finished", "stopped"),
        ("manual", "pipeline.finished", "waiting"),
        ("blocked", "pipeline.finished", "waiting"),
    ],
)
def test_states_that_are_news(one: One, status: str, kind: str, outcome: str | None) -> None:
    draft = one(KIND, object_attributes=run(status=status))
    assert (draft.type, draft.status, draft.subject) == (kind, outcome, f"build:{KEY}:31")
    assert draft.fields["duration_seconds"] == (195 if outcome else None)


def test_what_waits_is_not_dated_by_its_beginning(one: One) -> None:
    began = datetime(2026, 11, 20, 9, 12, 45, tzinfo=UTC)
    draft = one(KIND, object_attributes=run(status="manual", finished_at=None))
    assert (draft.occurred_at, draft.fields["started_at"], draft.fields["finished_at"]) == (None, began, None)
    assert one(KIND, object_attributes=run(status="running", finished_at=None)).occurred_at == began


@pytest.mark.parametrize(
    "status", ["created", "waiting_for_resource", "preparing", "pending", "skipped", "scheduled", "x"]
)
def test_states_that_are_none(send: Send, status: str) -> None:
    assert send(KIND, object_attributes=run(status=status)) == Ignored("unused_status")


def test_the_first_job_that_broke_it_is_told(one: One) -> None:
    jobs = [
        {"id": 9, "name": "deploy", "status": "failed"},
        {"id": 4, "name": "lint", "status": "failed", "allow_failure": True},
        {"id": 7, "name": "unit", "status": "failed", "duration": 17.1},
    ]
    draft = one(KIND, object_attributes=run(status="failed"), builds=jobs)
    assert draft.fields["failed_step"] == "unit"
    assert [step["name"] for step in draft.fields["steps"]] == ["lint", "unit", "deploy"]
    assert one(KIND, object_attributes=run(), builds=jobs).fields["failed_step"] is None


@pytest.mark.parametrize(
    ("what", "kind"),
    [
        ({}, "branch"),
        ({"tag": True}, "tag"),
        ({"source": "merge_request_event"}, "pull_request"),
        ({"ref": "refs/merge-requests/74/head"}, "pull_request"),
        ({"ref": None}, None),
    ],
)
def test_what_it_ran_for(one: One, what: dict[str, Any], kind: str | None) -> None:
    assert one(KIND, object_attributes=run(**what)).fields["build"].get("ref_kind") == kind


def test_a_merge_request_has_its_branch_and_not_the_hidden_ref(one: One) -> None:
    hidden = run(ref="refs/merge-requests/74/head")
    named = one(KIND, object_attributes=hidden, merge_request={"iid": 74, "source_branch": "SHOP-7-pay"})
    assert named.fields["build"]["ref"] == "SHOP-7-pay"
    assert "SHOP-7-pay" in named.texts
    assert one(KIND, object_attributes=hidden, merge_request={"iid": 74}).fields["build"]["ref"] == hidden["ref"]
    other = one(KIND, object_attributes=run(ref="main"), merge_request={"iid": 74, "source_branch": "SHOP-7-pay"})
    assert other.fields["build"]["ref"] == "main"


def test_an_old_shape_gets_the_address_of_its_page(one: One) -> None:
    page = one(KIND, object_attributes=run()).fields["links"]["pipeline"]
    assert page == f"{PROJECT['web_url']}/-/pipelines/31"
