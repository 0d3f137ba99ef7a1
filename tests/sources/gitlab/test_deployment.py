"""Deployments, and the jobs that do them: one subject, the whole commit, and what is none."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from app.sources import Ignored
from tests.sources.gitlab.conftest import KEY, A, Send

One = Callable[..., Draft]


def told(**more: Any) -> dict[str, Any]:
    return {
        "status": "success",
        "status_changed_at": "2021-04-28 21:50:00 +0200",
        "deployment_id": 15,
        "deployable_id": 796,
        "environment": "production",
        "environment_tier": "production",
        "short_sha": A[:8],
        "commit_url": f"https://gitlab.example.com/acme/checkout/-/commit/{A}",
        "ref": "main",
        **more,
    }


def job(**more: Any) -> dict[str, Any]:
    return {
        "build_id": 796,
        "build_status": "success",
        "build_started_at": "2021-04-28 19:45:00 UTC",
        "build_finished_at": "2021-04-28 19:50:00 UTC",
        "ref": "main",
        "tag": False,
        "sha": A,
        "pipeline_id": 31,
        "environment": {"name": "production", "action": "start", "deployment_tier": "production"},
        **more,
    }


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [
        ("running", "deployment.started", None),
        ("success", "deployment.finished", "succeeded"),
        ("failed", "deployment.finished", "failed"),
        ("canceled", "deployment.finished", "stopped"),
    ],
)
def test_deployment_and_job_speak_of_the_same(one: One, status: str, kind: str, outcome: str | None) -> None:
    record = one("Deployment Hook", **told(status=status))
    evidence = one("Job Hook", **job(build_status=status))
    assert (record.type, record.status) == (evidence.type, evidence.status) == (kind, outcome)
    assert record.subject == evidence.subject == f"deployment:gitlab:{KEY}:job:796"
    assert record.identity != evidence.identity
    assert record.hints.environment == evidence.hints.environment == (("name", "production"),)
    assert record.fields["commit"]["sha"] == evidence.fields["commit"]["sha"] == A
    assert evidence.fields["commit"]["url"] == f"https://gitlab.example.com/acme/checkout/-/commit/{A}"
    assert evidence.fields["canonical"] is False
    assert record.occurred_at == datetime(2021, 4, 28, 19, 50, tzinfo=UTC)
    assert evidence.occurred_at == datetime(2021, 4, 28, 19, 50 if outcome else 45, tzinfo=UTC)


@pytest.mark.parametrize("status", ["blocked", "approved", "rejected", "created", "x"])
def test_waiting_for_an_approval_is_no_outcome(send: Send, status: str) -> None:
    assert send("Deployment Hook", **told(status=status)) == Ignored("unused_status")


def test_one_made_by_the_api_has_no_job(one: One) -> None:
    draft = one("Deployment Hook", **told(deployable_id=None, deployable_url=None, commit_url=None))
    assert draft.subject == f"deployment:gitlab:{KEY}:15"
    assert draft.fields["commit"]["sha"] == A[:8]


@pytest.mark.parametrize(
    ("ref", "version"),
    [
        ("1.0.0", "1.0.0"),
        ("v1.43.0-rc.1", "v1.43.0-rc.1"),
        ("main", None),
        ("release/1.2.3", None),
        ("1.43", None),
        (None, None),
    ],
)
def test_a_ref_that_reads_like_a_version_is_one(one: One, ref: str | None, version: str | None) -> None:
    assert one("Deployment Hook", **told(ref=ref)).fields["version"] == version


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"environment": None}, "no_environment"),
        ({"environment": {"name": "review/x", "action": "stop"}}, "no_deployment"),
        ({"environment": {"name": "production", "action": "verify"}}, "no_deployment"),
        ({"build_status": "pending"}, "unused_status"),
    ],
)
def test_jobs_that_deploy_nothing(send: Send, what: dict[str, Any], reason: str) -> None:
    assert send("Job Hook", **job(**what)) == Ignored(reason)


def test_an_old_job_names_its_project_by_its_page(one: One, send: Send) -> None:
    page = {"homepage": "https://gitlab.example.com/acme/shop/checkout"}
    draft = one("Job Hook", **job(project=None, project_id=412, repository=page))
    assert draft.fields["repository"]["full_name"] == "acme/shop/checkout"
    assert draft.fields["repository"]["uuid"] == KEY
    with pytest.raises(BadPayload) as refusal:
        send("Job Hook", **job(project=None, project_id=412, repository={}))
    assert refusal.value.path == "project"
