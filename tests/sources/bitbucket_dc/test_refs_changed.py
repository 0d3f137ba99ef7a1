"""Pushes: each ref with the commits that it brought, both forms of times, and gaps that are told."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from app.sources import Ignored
from tests.sources.bitbucket_dc.conftest import ZEROS, A, B, C, Send

KEY = "repo:refs_changed"


def change(name: str, before: str, after: str, kind: str = "BRANCH") -> dict[str, Any]:
    return {"ref": {"displayId": name, "type": kind}, "fromHash": before, "toHash": after, "type": "UPDATE"}


def commit(sha: str, *parents: str, at: object = 1763651400000) -> dict[str, Any]:
    return {
        "id": sha,
        "message": f"SHOP-1 {sha[0]}",
        "author": {"name": "Ines", "emailAddress": "ines@example.com"},
        "authorTimestamp": at,
        "parents": [{"id": parent} for parent in parents],
    }


def drafts(send: Send, *changes: dict[str, Any], **more: Any) -> list[Draft]:
    found = send(KEY, changes=list(changes), **more)
    assert isinstance(found, list)
    return found


def test_each_ref_has_the_commits_that_lead_to_it(send: Send) -> None:
    moves = change("main", A, B), change("x", ZEROS, C)
    main, other = drafts(send, *moves, commits=[commit(C, A), commit(B, A)])
    assert [made["sha"] for made in main.fields["commits"]] == [B]
    assert [made["sha"] for made in other.fields["commits"]] == [C]
    assert (main.fields["truncated"], other.fields["truncated"]) == (False, False)


@pytest.mark.parametrize(
    "told",
    [{}, {"commits": []}, {"commits": [commit(C, B)]}, {"toCommit": commit(C, A)}, {"commits": [commit(C)]}],
)
def test_what_does_not_reach_back_is_a_gap(send: Send, told: dict[str, Any]) -> None:
    (draft,) = drafts(send, change("main", A, C), **told)
    assert draft.fields["truncated"] is True
    assert draft.fields["commit"]["sha"] == C


@pytest.mark.parametrize("at", [1763651400123, "2025-11-20T15:10:00.123Z"])
def test_both_forms_of_times_are_passed_on(send: Send, at: object) -> None:
    (draft,) = drafts(send, change("main", A, B), commits=[commit(B, A, at=at)], date="2026-11-20T10:12:41+0100")
    assert draft.fields["commits"][0]["authored_at"] == at
    assert draft.occurred_at == datetime(2026, 11, 20, 9, 12, 41, tzinfo=UTC)


def test_of_an_annotated_tag_that_came_alone_the_commit_is_told(send: Send) -> None:
    (alone,) = drafts(send, change("v1", ZEROS, B, "TAG"), toCommit=commit(A))
    pair = drafts(send, change("v1", ZEROS, B, "TAG"), change("main", ZEROS, A), toCommit=commit(A))
    assert (alone.fields["after"], alone.fields["commit"]["message"]) == (A, "SHOP-1 a")
    assert pair[0].fields["after"] == B
    assert alone.fields["commits"] == []


def test_a_branch_that_went(send: Send) -> None:
    (draft,) = drafts(send, change("x", A, ZEROS))
    assert (draft.state, draft.fields["before"], draft.fields["after"]) == ("deleted", A, None)
    assert (draft.fields["commit"], draft.fields["truncated"]) == (None, False)


def test_a_push_of_nothing_is_none(send: Send) -> None:
    assert send(KEY, changes=[]) == Ignored("no_change")


def test_what_is_no_move_is_refused(send: Send) -> None:
    with pytest.raises(BadPayload) as refusal:
        send(KEY, changes=[change("main", A, B), change("x", ZEROS, ZEROS)])
    assert refusal.value.path == "changes[1].toHash"
