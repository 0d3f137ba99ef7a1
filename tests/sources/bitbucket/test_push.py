"""Pushes: one event a change, and every way in which a half of a change may be missing."""

from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from app.sources import Ignored
from tests.sources.bitbucket.conftest import UUID, Send

A, B = "a" * 40, "b" * 40
One = Callable[..., Draft]


def ref(name: str, sha: str, kind: str = "branch", **target: Any) -> dict[str, Any]:
    return {"type": kind, "name": name, "target": {"hash": sha, **target}}


def push(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"changes": list(changes)}


def test_every_change_is_an_event(send: Send) -> None:
    drafts = send(
        "repo:push",
        push=push(
            {"old": ref("main", A), "new": ref("main", B)},
            {"old": None, "new": ref("topic", B)},
            {"old": None, "new": ref("v1", B, "tag")},
        ),
    )
    assert isinstance(drafts, list)
    assert [(draft.subject, draft.state) for draft in drafts] == [
        (f"branch:{UUID}:main", "updated"),
        (f"branch:{UUID}:topic", "created"),
        (f"tag:{UUID}:v1", "created"),
    ]
    assert len({draft.identity for draft in drafts}) == 3
    assert drafts[0].occurred_at is None, "the message has no time of the push"


@pytest.mark.parametrize("kind", ["branch", "tag"])
def test_deletion_has_no_commit(one: One, kind: str) -> None:
    draft = one("repo:push", push=push({"old": ref("x/y", A, kind), "new": None, "closed": True}))
    assert draft.fields["deleted"] is True
    assert draft.fields["created"] is False
    assert draft.fields["before"] == A
    assert draft.fields["after"] is None
    assert draft.fields["commit"] is None
    assert draft.fields["commits"] == []


def test_push_without_changes_says_nothing(send: Send) -> None:
    assert send("repo:push", push=push()) == Ignored("no_change")


def test_tag_that_is_called_like_a_branch_stays_a_tag(one: One) -> None:
    draft = one("repo:push", push=push({"old": None, "new": ref("feature/x", A, "tag", message="done")}))
    assert draft.fields["ref_kind"] == "tag"
    assert draft.fields["commit"]["branch"] is None


def test_forced_and_truncated_are_kept(one: One) -> None:
    commits = [{"hash": f"{n:040x}", "message": f"SHOP-{n} change"} for n in range(5)]
    change = {"old": ref("main", A), "new": ref("main", B), "forced": True, "truncated": True, "commits": commits}
    draft = one("repo:push", push=push(change))
    assert draft.fields["forced"] is True
    assert draft.fields["truncated"] is True
    assert [made["sha"] for made in draft.fields["commits"]] == [made["hash"] for made in commits]
    assert draft.texts == ("main", *(f"SHOP-{n} change" for n in range(5)))


def test_same_move_told_twice_is_the_same_news(one: One) -> None:
    there = push({"old": ref("main", A), "new": ref("main", B)})
    back = push({"old": ref("main", B), "new": ref("main", A), "forced": True})
    assert one("repo:push", push=there).identity == one("repo:push", push=there).identity
    assert one("repo:push", push=there).identity != one("repo:push", push=back).identity


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ({"raw": "Ines <i@example.com>"}, {"name": "Ines", "email": "i@example.com"}),
        ({"raw": "Ines"}, {"name": "Ines", "email": None}),
        ({"raw": "<i@example.com>"}, {"name": "", "email": "i@example.com"}),
        (
            {
                "raw": "ines <i@example.com>",
                "user": {"display_name": "Ines Varga", "account_id": "5:1", "type": "user"},
            },
            {"name": "Ines Varga", "account_id": "5:1", "kind": "human", "email": "i@example.com"},
        ),
        # The documentation's own sample puts the account where `author` is.
        ({"display_name": "Ines", "uuid": "{u}"}, {"name": "Ines", "account_id": "{u}", "kind": "human"}),
        ({}, None),
        (None, None),
    ],
)
def test_author_is_read_from_what_there_is(one: One, author: Any, expected: Any) -> None:
    draft = one("repo:push", push=push({"old": None, "new": ref("main", A, author=author)}))
    assert draft.fields["commit"]["author"] == expected


def test_change_without_old_and_new_is_refused_with_its_place(send: Send) -> None:
    with pytest.raises(BadPayload) as refusal:
        send("repo:push", push=push({"old": None, "new": ref("main", A)}, {"old": None, "new": None}))
    assert refusal.value.path == "push.changes[1]"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"x": 1}, "push.changes"),
        ([None], "push.changes[0]"),
        ([{"new": {"type": "branch", "name": 7}}], "push.changes[0].new.name"),
        ([{"new": ref("main", "not a hash")}], "push.changes[0].new.target.hash"),
    ],
)
def test_F14_drift_names_the_first_mismatch(send: Send, changes: Any, path: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        send("repo:push", push={"changes": changes})
    assert refusal.value.path == path
