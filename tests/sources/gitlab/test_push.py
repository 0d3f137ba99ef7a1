"""Pushes and tags: what came, moved or went, newest first, and what the zeros and tag objects are not."""

from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from tests.sources.gitlab.conftest import KEY, ZEROS, A, B, C, Send

One = Callable[..., Draft]


def commit(sha: str, **more: Any) -> dict[str, Any]:
    return {"id": sha, "message": f"SHOP-1 {sha[0]}", "timestamp": "2026-11-18T15:02:11+01:00", **more}


def test_commits_are_told_newest_first(one: One) -> None:
    draft = one("Push Hook", ref="refs/heads/a/b", before=A, after=C, checkout_sha=C, commits=[commit(B), commit(C)])
    assert [made["sha"] for made in draft.fields["commits"]] == [C, B]
    assert draft.fields["commit"]["message"] == "SHOP-1 c"
    assert draft.fields["commit"]["branch"] == draft.fields["ref"] == "a/b"
    assert (draft.state, draft.fields["before"], draft.fields["after"]) == ("updated", A, C)
    assert draft.texts == ("a/b", "SHOP-1 c", "SHOP-1 b")
    assert draft.occurred_at is None


@pytest.mark.parametrize(("total", "truncated"), [(1, False), (27, True), (None, False)])
def test_more_commits_than_were_told_are_a_gap(one: One, total: int | None, truncated: bool) -> None:
    draft = one("Push Hook", ref="refs/heads/m", before=A, after=B, commits=[commit(B)], total_commits_count=total)
    assert draft.fields["truncated"] is truncated


def test_a_branch_that_came_and_one_that_went(one: One) -> None:
    came = one("Push Hook", ref="refs/heads/x", before=ZEROS, after=A, checkout_sha=A, commits=[])
    went = one("Push Hook", ref="refs/heads/x", before=A, after=ZEROS, checkout_sha=None, commits=[])
    assert (came.state, came.fields["before"], came.fields["commit"]["sha"]) == ("created", None, A)
    assert (went.state, went.fields["after"], went.fields["commit"]) == ("deleted", None, None)
    assert came.subject == went.subject == f"branch:{KEY}:x"


def test_of_an_annotated_tag_the_commit_is_told_and_its_object_never(one: One) -> None:
    came = one("Tag Push Hook", ref="refs/tags/v1", before=ZEROS, after=B, checkout_sha=A, commits=[commit(A)])
    moved = one("Tag Push Hook", ref="refs/tags/v1", before=B, after=C, checkout_sha=A)
    assert (came.fields["after"], came.fields["commit"]["sha"], came.fields["ref_kind"]) == (A, A, "tag")
    assert came.fields["commits"] == []
    assert moved.fields["before"] is None
    assert came.identity != moved.identity


def test_an_address_that_is_hidden_is_none(one: One) -> None:
    made = commit(A, author={"name": "Ines", "email": "[REDACTED]"})
    draft = one("Push Hook", ref="refs/heads/m", after=A, commits=[made], user_id=7, user_username="project_4_bot_1f")
    assert draft.fields["commits"][0]["author"] == {"name": "Ines", "email": None}
    assert draft.fields["actor"]["kind"] == "bot"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"ref": "refs/notes/x", "after": A}, "ref"),
        ({"ref": "refs/heads/", "after": A}, "ref"),
        ({"ref": "refs/heads/x", "before": ZEROS, "after": ZEROS}, "after"),
        ({"ref": "refs/heads/x", "after": "not a commit"}, "after"),
    ],
)
def test_what_is_no_move_is_refused(send: Send, body: dict[str, Any], path: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        send("Push Hook", **body)
    assert refusal.value.path == path
