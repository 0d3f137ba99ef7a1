"""Pull requests: closed is not merged, and a try of a merge is no merge."""

from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored
from tests.sources.github.conftest import KEY, A, B, Send

One = Callable[..., Draft]


def asked(**more: Any) -> dict[str, Any]:
    return {
        "number": 87,
        "title": "SHOP-412 Keep the card",
        "state": "open",
        "user": {"login": "ines-varga", "id": 5, "type": "User"},
        "head": {"ref": "SHOP-412", "sha": A, "repo": None},
        "base": {"ref": "main"},
        "merged": False,
        "merge_commit_sha": B,
        "created_at": "2026-11-18T14:10:05Z",
        "updated_at": "2026-11-20T09:12:45Z",
        **more,
    }


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("opened", "pull_request.opened"),
        ("synchronize", "pull_request.updated"),
        ("edited", "pull_request.updated"),
        ("reopened", "pull_request.updated"),
        ("ready_for_review", "pull_request.updated"),
        ("converted_to_draft", "pull_request.updated"),
        ("closed", "pull_request.declined"),
    ],
)
def test_what_was_not_merged_has_no_merge_commit(one: One, action: str, kind: str) -> None:
    draft = one("pull_request", action=action, pull_request=asked())
    assert (draft.type, draft.subject) == (kind, f"pull_request:{KEY}:87")
    assert (draft.fields["pull_request"]["merge_commit"], draft.fields["merged_at"]) == (None, None)
    assert draft.fields["commit"] == {"sha": A, "branch": "SHOP-412"}


def test_a_merge_has_its_own_time_and_commit(one: One) -> None:
    merged = asked(state="closed", merged=True, merged_at="2026-11-20T09:12:40Z")
    draft = one("pull_request", action="closed", pull_request=merged)
    assert draft.type == "pull_request.merged"
    assert draft.occurred_at == draft.fields["merged_at"] == parse_timestamp("2026-11-20T09:12:40Z")
    assert draft.fields["commit"] == {"sha": B, "branch": "main"}
    assert (draft.fields["pull_request"]["merge_commit"], draft.fields["pull_request"]["state"]) == (B, "merged")


@pytest.mark.parametrize("action", ["labeled", "assigned", "review_requested", "x"])
def test_other_actions_are_no_news(send: Send, action: str) -> None:
    assert send("pull_request", action=action, pull_request=asked()) == Ignored("unused_action")
