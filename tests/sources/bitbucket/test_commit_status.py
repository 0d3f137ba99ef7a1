"""Builds: what a run is known by, its outcome, its times, and whose it is not."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from tests.sources.bitbucket.conftest import UUID, Send

SHA = "c" * 40
One = Callable[..., Draft]
UPDATED = "repo:commit_status_updated"


def status(**more: Any) -> dict[str, Any]:
    return {
        "key": "3343801",
        "state": "SUCCESSFUL",
        "name": "Pipeline #7 for main",
        "refname": "main",
        "url": "https://bitbucket.org/acme/checkout/addon/pipelines/home#!/results/7",
        "created_on": "2026-11-20T09:00:00.000000+00:00",
        "updated_on": "2026-11-20T09:05:30.500000+00:00",
        "commit": {"hash": SHA, "message": "SHOP-1 done", "author": {"raw": "Ines <i@example.com>"}},
        **more,
    }


@pytest.mark.parametrize(
    ("state", "kind", "outcome"),
    [
        ("INPROGRESS", "pipeline.started", None),
        ("SUCCESSFUL", "pipeline.finished", "succeeded"),
        ("FAILED", "pipeline.finished", "failed"),
        ("STOPPED", "pipeline.finished", "stopped"),
    ],
)
def test_state_decides_type_and_outcome(one: One, state: str, kind: str, outcome: str | None) -> None:
    draft = one(UPDATED, commit_status=status(state=state))
    assert (draft.type, draft.status, draft.original_status) == (kind, outcome, state)
    assert draft.occurred_at == datetime(2026, 11, 20, 9, 5, 30, 500_000, UTC)
    assert draft.fields["started_at"] == datetime(2026, 11, 20, 9, tzinfo=UTC)
    final = outcome is not None
    assert draft.fields["finished_at"] == (draft.occurred_at if final else None)
    assert draft.fields["duration_seconds"] == (330.5 if final else None)


@pytest.mark.parametrize(
    "url",
    [
        "https://bitbucket.org/acme/checkout/addon/pipelines/home#!/results/142",
        "https://bitbucket.org/acme/checkout/pipelines/results/142",
        "https://bitbucket.org/acme/checkout/pipelines/results/142/steps/%7Bx%7D",
    ],
)
def test_run_is_known_by_the_number_in_its_url(one: One, url: str) -> None:
    draft = one(UPDATED, commit_status=status(url=url))
    assert draft.subject == f"build:{UUID}:142"
    assert draft.fields["build"]["number"] == 142


def test_next_run_on_the_same_commit_and_ref_is_another_build(one: One) -> None:
    """Its key is the same (a hash of the ref's name) and it arrives as `updated`: only the number tells."""
    first = one(UPDATED, commit_status=status())
    again = one(UPDATED, commit_status=status(url="https://bitbucket.org/acme/checkout/pipelines/results/8"))
    assert first.subject != again.subject


@pytest.mark.parametrize(
    "url", ["https://ci.example.com/pipelines/results/9", "https://bitbucket.org.example.com/a/b/pipelines/results/9"]
)
def test_another_ci_is_known_by_commit_and_key(one: One, url: str) -> None:
    draft = one(UPDATED, commit_status=status(key="jenkins", name="unit tests", url=url))
    assert draft.subject == f"build:{UUID}:{SHA}:jenkins"
    assert draft.fields["build"] == {"number": None, "url": url, "name": "unit tests", "ref": "main"}


def test_run_with_a_number_needs_no_key(one: One) -> None:
    assert one(UPDATED, commit_status=status(key=None)).subject == f"build:{UUID}:7"


def test_commit_comes_from_the_link_where_there_is_no_other(one: One) -> None:
    link = "https://api.bitbucket.org/2.0/repositories/acme/checkout/commit/b7f6f6ef4c59"
    page = "https://bitbucket.org/acme/checkout/commits/b7f6f6ef4c59"
    draft = one(UPDATED, commit_status=status(commit=None, key="k", url=None, links={"commit": {"href": link}}))
    assert draft.fields["commit"] == {"sha": "b7f6f6ef4c59", "url": page}
    assert draft.fields["links"]["commit"] == page
    assert draft.subject == f"build:{UUID}:b7f6f6ef4c59:k"


def test_workspace_is_the_actor_and_never_the_author(one: One) -> None:
    team = {"type": "team", "display_name": "Acme", "username": "acme", "uuid": "{w}"}
    draft = one(UPDATED, actor=team, commit_status=status())
    assert draft.fields["actor"] == {"name": "Acme", "account_id": "{w}", "kind": "system"}
    assert draft.fields["commit"]["author"] == {"name": "Ines", "email": "i@example.com"}


@pytest.mark.parametrize("refname", [None, "main"])
def test_ref_may_be_unknown(one: One, refname: str | None) -> None:
    draft = one(UPDATED, commit_status=status(refname=refname))
    assert draft.fields["build"]["ref"] == refname
    assert draft.fields["commit"]["branch"] is None, "a ref's name does not say that it is a branch"


def test_end_before_start_has_no_duration(one: One) -> None:
    draft = one(UPDATED, commit_status=status(updated_on="2026-11-20T08:59:59+00:00"))
    assert draft.fields["duration_seconds"] is None


@pytest.mark.parametrize(
    ("drift", "path"),
    [
        ({"state": "COMPLETED"}, "commit_status.state"),
        ({"state": None}, "commit_status.state"),
        ({"key": None, "url": None}, "commit_status.key"),
        ({"key": "", "url": "https://ci.example.com/1"}, "commit_status.key"),
        ({"commit": {"hash": []}}, "commit_status.commit.hash"),
    ],
)
def test_F14_drift_names_the_first_mismatch(send: Send, drift: dict[str, Any], path: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        send(UPDATED, commit_status=status(**drift))
    assert refusal.value.path == path
