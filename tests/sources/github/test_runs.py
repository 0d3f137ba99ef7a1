"""Runs of workflows and deployments: which words are a beginning or an end, and what names them."""

from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.sources import Ignored
from tests.sources.github.conftest import KEY, A, Send

One = Callable[..., Draft]


def run(**more: Any) -> dict[str, Any]:
    times = {"run_started_at": "2026-11-20T09:12:45Z", "updated_at": "2026-11-20T09:16:00Z"}
    return {
        "id": 31,
        "name": "Build",
        "run_number": 42,
        "event": "push",
        "head_branch": "main",
        "head_sha": A,
        **times,
        **more,
    }


def deployed(state: str, **more: Any) -> dict[str, Any]:
    return {
        "deployment": {"id": 15, "sha": A, "ref": "main", "environment": "production", **more},
        "deployment_status": {"state": state, "description": "because", "created_at": "2026-11-20T09:20:31Z"},
    }


@pytest.mark.parametrize(
    ("conclusion", "status"),
    [
        ("success", "succeeded"),
        ("failure", "failed"),
        ("timed_out", "failed"),
        ("startup_failure", "error"),
        ("cancelled", "stopped"),
        ("action_required", "waiting"),
    ],
)
def test_what_came_of_a_run(one: One, conclusion: str, status: str) -> None:
    draft = one("workflow_run", action="completed", workflow_run=run(conclusion=conclusion))
    assert (draft.type, draft.status, draft.subject) == ("pipeline.finished", status, f"build:{KEY}:31")
    assert draft.fields["duration_seconds"] == 195


def test_a_run_has_a_name_and_no_number_because_each_workflow_counts_its_own(one: One) -> None:
    build = one("workflow_run", action="in_progress", workflow_run=run()).fields["build"]
    assert (build.get("number"), build["name"]) == (None, "Build #42")


def test_a_run_leads_to_its_commit(one: One) -> None:
    draft = one("workflow_run", action="in_progress", workflow_run=run(head_sha=A, head_commit=None))
    assert draft.fields["commit"]["url"] == f"https://github.com/acme/checkout/commit/{A}"


def test_a_further_attempt_is_news_about_the_same_run(one: One) -> None:
    first, second = (one("workflow_run", action="in_progress", workflow_run=run(run_attempt=n)) for n in (1, 2))
    assert first.subject == second.subject
    assert first.identity != second.identity


@pytest.mark.parametrize(
    ("action", "conclusion", "reason"),
    [
        ("requested", None, "unused_action"),
        ("completed", "skipped", "unused_conclusion"),
        ("completed", "neutral", "unused_conclusion"),
        ("completed", None, "unused_conclusion"),
    ],
)
def test_runs_that_are_no_news(send: Send, action: str, conclusion: str | None, reason: str) -> None:
    assert send("workflow_run", action=action, workflow_run=run(conclusion=conclusion)) == Ignored(reason)


@pytest.mark.parametrize(
    ("state", "kind", "status", "error"),
    [
        ("in_progress", "deployment.started", None, None),
        ("success", "deployment.finished", "succeeded", None),
        ("failure", "deployment.finished", "failed", "because"),
        ("error", "deployment.finished", "failed", "because"),
    ],
)
def test_how_a_deployment_goes(one: One, state: str, kind: str, status: str | None, error: str | None) -> None:
    draft = one("deployment_status", **deployed(state))
    assert (draft.type, draft.status, draft.fields["error"]) == (kind, status, error)
    assert draft.subject == f"deployment:github:{KEY}:15"
    assert draft.hints.environment == (("name", "production"),)
    assert (draft.fields["started_at"] or draft.fields["finished_at"]) == draft.occurred_at
    page = f"https://github.com/acme/checkout/commit/{A}"
    assert (draft.fields["commit"], draft.fields["platform"]) == ({"sha": A, "url": page}, "github")


def test_who_set_a_status_did_it_and_not_the_app_that_sends(one: One) -> None:
    told, app = deployed("success"), {"login": "acme-hooks[bot]", "id": 8, "type": "Bot"}
    assert one("deployment_status", **told, sender=app).fields["actor"]["name"] == "acme-hooks[bot]"
    told["deployment_status"]["creator"] = {"login": "ines", "id": 7, "type": "User"}
    assert one("deployment_status", **told, sender=app).fields["actor"]["name"] == "ines"


@pytest.mark.parametrize("state", ["pending", "queued", "waiting", "inactive", "x"])
def test_words_that_are_no_outcome(send: Send, state: str) -> None:
    assert send("deployment_status", **deployed(state)) == Ignored("unused_state")


@pytest.mark.parametrize(("ref", "version"), [("v1.43.0", "v1.43.0"), ("main", None), (None, None)])
def test_a_ref_that_reads_like_a_version_is_one(one: One, ref: str | None, version: str | None) -> None:
    assert one("deployment_status", **deployed("success", ref=ref)).fields["version"] == version
