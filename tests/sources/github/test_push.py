"""Pushes and tags: newest first, rewritten history, robots, and tags whose object is no commit."""

from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from tests.sources.github.conftest import KEY, ZEROS, A, B, C, Send

One = Callable[..., Draft]


def commit(sha: str, **author: Any) -> dict[str, Any]:
    by = {"name": "Ines", "email": "ines@example.com", **author}
    return {"id": sha, "message": f"SHOP-1 {sha[0]}", "timestamp": "2026-11-18T15:02:11+01:00", "author": by}


@pytest.mark.parametrize("forced", [True, False, None])
def test_commits_are_told_newest_first(one: One, forced: bool | None) -> None:
    told = [commit(B, username="renovate[bot]"), commit(C)]
    draft = one("push", ref="refs/heads/a/b", before=A, after=C, forced=forced, commits=told, head_commit=told[1])
    assert [made["sha"] for made in draft.fields["commits"]] == [C, B]
    assert [made["author"]["kind"] for made in draft.fields["commits"]] == ["human", "bot"]
    assert (draft.subject, draft.fields["commit"]["branch"]) == (f"branch:{KEY}:a/b", "a/b")
    assert draft.fields["forced"] is bool(forced)
    assert draft.fields["truncated"] is False


def test_of_too_many_commits_the_newest_are_kept_and_the_gap_is_told(one: One) -> None:
    told = [commit(f"{number:040x}") for number in range(1, 131)]
    draft = one("push", ref="refs/heads/m", before=A, after=told[-1]["id"], commits=told)
    assert (len(draft.fields["commits"]), draft.fields["commits"][0]["sha"]) == (100, told[-1]["id"])
    assert draft.fields["truncated"] is True


def test_of_an_annotated_tag_the_commit_is_told(one: One) -> None:
    draft = one("push", ref="refs/tags/v1", before=ZEROS, after=B, commits=[], head_commit=commit(A))
    assert (draft.fields["after"], draft.fields["commit"]["sha"], draft.fields["commit"]["branch"]) == (A, A, None)


def test_where_a_moved_tag_was_is_no_commit(one: One) -> None:
    draft = one("push", ref="refs/tags/v1", before=C, after=B, commits=[], head_commit=commit(A))
    assert (draft.state, draft.fields["before"]) == ("updated", None)


def test_a_branch_that_went(one: One) -> None:
    draft = one("push", ref="refs/heads/x", before=A, after=ZEROS, commits=[], head_commit=None)
    assert (draft.state, draft.fields["before"], draft.fields["after"]) == ("deleted", A, None)
    assert draft.fields["commit"] is None


@pytest.mark.parametrize(("ref", "after"), [("refs/notes/x", A), ("refs/heads/x", ZEROS)])
def test_what_is_no_move_is_refused(send: Send, ref: str, after: str) -> None:
    with pytest.raises(BadPayload):
        send("push", ref=ref, before=ZEROS, after=after)
