"""Merge requests: their life, what a merge left, and whose they are."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.events import Draft
from app.sources import Ignored
from tests.sources.gitlab.conftest import KEY, A, B, Send

One = Callable[..., Draft]
KIND = "Merge Request Hook"


def asked(**more: Any) -> dict[str, Any]:
    return {
        "iid": 87,
        "id": 90412,
        "title": "SHOP-412 Keep the card",
        "state": "opened",
        "action": "open",
        "author_id": 31,
        "source_branch": "SHOP-412",
        "target_branch": "main",
        "last_commit": {"id": A, "message": "x"},
        "created_at": "2026-11-18 14:10:05 UTC",
        "updated_at": "2026-11-20 09:12:41 UTC",
        "url": "https://gitlab.example.com/acme/checkout/-/merge_requests/87",
        **more,
    }


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("open", "pull_request.opened"),
        ("reopen", "pull_request.updated"),
        ("update", "pull_request.updated"),
        ("merge", "pull_request.merged"),
        ("close", "pull_request.declined"),
    ],
)
def test_each_action_is_a_type_of_the_same_subject(one: One, action: str, kind: str) -> None:
    draft = one(KIND, object_attributes=asked(action=action))
    assert (draft.type, draft.subject) == (kind, f"pull_request:{KEY}:87")
    assert draft.occurred_at == datetime(2026, 11, 20, 9, 12, 41, tzinfo=UTC)


@pytest.mark.parametrize("action", ["approved", "unapproved", "approval", "unapproval", None, "x"])
def test_approvals_are_no_news(send: Send, action: str | None) -> None:
    assert send(KIND, object_attributes=asked(action=action)) == Ignored("unused_action")


@pytest.mark.parametrize(("merge_commit", "landed"), [(B, B), (None, A)])
def test_a_fast_forward_lands_what_the_branch_was_at(one: One, merge_commit: str | None, landed: str) -> None:
    draft = one(KIND, object_attributes=asked(action="merge", state="merged", merge_commit_sha=merge_commit))
    assert draft.fields["pull_request"]["merge_commit"] == draft.fields["commit"]["sha"] == landed
    assert draft.fields["merged_at"] == draft.occurred_at


def test_until_then_nothing_landed(one: One) -> None:
    draft = one(KIND, object_attributes=asked(merge_commit_sha=B))
    assert (draft.fields["pull_request"]["merge_commit"], draft.fields["merged_at"]) == (None, None)
    assert (draft.fields["commit"]["sha"], draft.fields["commit"]["branch"]) == (A, "SHOP-412")


@pytest.mark.parametrize(("user", "author"), [(31, "Ines"), (32, None), (None, None)])
def test_the_author_is_known_only_if_they_do_it_themselves(one: One, user: int | None, author: str | None) -> None:
    who = {"id": user, "name": "Ines", "username": "ines"} if user else None
    draft = one(KIND, user=who, object_attributes=asked())
    assert (draft.fields["pull_request"]["author"] or {}).get("name") == author


@pytest.mark.parametrize(
    "text",
    ["2026-11-20 09:12:41 UTC", "2026-11-20T09:12:41Z", "2026-11-20T10:12:41.000+01:00", "2026-11-20 10:12:41 +0100"],
)
def test_every_form_of_a_date_is_the_same_time(one: One, text: str) -> None:
    draft = one(KIND, object_attributes=asked(updated_at=text))
    assert draft.occurred_at == datetime(2026, 11, 20, 9, 12, 41, tzinfo=UTC)
