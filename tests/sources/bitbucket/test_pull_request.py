"""Pull requests: their life, short hashes, and everything that may be gone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from tests.sources.bitbucket.conftest import UUID, Send

One = Callable[..., Draft]


def asked(**more: Any) -> dict[str, Any]:
    return {
        "id": 87,
        "title": "SHOP-412 Keep the card",
        "state": "OPEN",
        "draft": False,
        "author": {"type": "user", "display_name": "Ines Varga", "account_id": "5:1"},
        "source": {"branch": {"name": "feature/SHOP-412"}, "commit": {"hash": "d31df3425c5b"}},
        "destination": {"branch": {"name": "main"}, "commit": {"hash": "320cc39764dc"}},
        "merge_commit": None,
        "created_on": "2026-11-18T14:00:00+00:00",
        "updated_on": "2026-11-20T09:12:41.5+00:00",
        "links": {"html": {"href": "https://bitbucket.org/acme/checkout/pull-requests/87"}},
        **more,
    }


@pytest.mark.parametrize(
    ("event_key", "kind"),
    [
        ("pullrequest:created", "pull_request.opened"),
        ("pullrequest:updated", "pull_request.updated"),
        ("pullrequest:fulfilled", "pull_request.merged"),
        ("pullrequest:rejected", "pull_request.declined"),
    ],
)
def test_each_key_is_a_type_of_the_same_subject(one: One, event_key: str, kind: str) -> None:
    draft = one(event_key, pullrequest=asked())
    assert (draft.type, draft.subject, draft.original_type) == (kind, f"pull_request:{UUID}:87", event_key)
    assert draft.occurred_at == datetime(2026, 11, 20, 9, 12, 41, 500_000, UTC)
    assert draft.texts == ("SHOP-412 Keep the card", "feature/SHOP-412")


def test_merge_is_dated_and_shown_by_what_landed(one: One) -> None:
    draft = one("pullrequest:fulfilled", pullrequest=asked(state="MERGED", merge_commit={"hash": "BDF6fac0519f"}))
    assert draft.fields["merged_at"] == draft.occurred_at
    assert draft.fields["commit"]["sha"] == "BDF6fac0519f"
    assert draft.fields["commit"]["branch"] == "main"
    assert draft.fields["pull_request"]["merge_commit"] == "BDF6fac0519f"
    assert draft.fields["pull_request"]["state"] == "merged"


def test_fast_forwarded_requests_share_a_commit_and_stay_apart(one: One) -> None:
    same = {"hash": "c0e12b61e44b"}
    drafts = [one("pullrequest:fulfilled", pullrequest=asked(id=n, merge_commit=same)) for n in (1, 2)]
    assert drafts[0].identity != drafts[1].identity


def test_open_request_shows_what_it_proposes(one: One) -> None:
    draft = one("pullrequest:created", pullrequest=asked())
    assert draft.fields["commit"]["sha"] == "d31df3425c5b"
    assert draft.fields["commit"]["branch"] == "feature/SHOP-412"
    assert draft.fields["merged_at"] is None


def test_fork_branches_and_author_may_be_gone(one: One) -> None:
    gone = {"repository": None, "commit": None, "branch": {"name": "patch-1"}}
    draft = one("pullrequest:rejected", pullrequest=asked(source=gone, destination={"commit": None}, author=None))
    assert draft.fields["commit"] is None
    assert draft.fields["pull_request"]["source_branch"] == "patch-1"
    assert draft.fields["pull_request"]["target_branch"] is None
    assert draft.fields["pull_request"]["author"] is None


def test_deleted_account_is_what_the_vendor_calls_it(one: One) -> None:
    draft = one("pullrequest:created", pullrequest=asked(author={"display_name": "Former user", "type": "user"}))
    assert draft.fields["pull_request"]["author"] == {"name": "Former user", "account_id": None, "kind": "human"}


def test_very_old_shape_without_uuid_and_times_is_read(one: One) -> None:
    old = {"id": 1, "title": "t", "state": "OPEN", "author": {"username": "ines"}}
    draft = one("pullrequest:created", repository={"full_name": "acme/checkout"}, pullrequest=old)
    assert draft.subject == "pull_request:acme/checkout:1"
    assert draft.occurred_at is None
    assert draft.fields["pull_request"]["author"]["name"] == "ines"


def test_what_was_never_changed_is_as_old_as_it_is(one: One) -> None:
    draft = one("pullrequest:created", pullrequest=asked(updated_on=None, created_on="2026-11-20T10:00:00+01:00"))
    assert draft.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize("wrong", ["87", True, None, 8.5])
def test_F14_id_of_another_type_is_refused(send: Send, wrong: object) -> None:
    with pytest.raises(BadPayload) as refusal:
        send("pullrequest:created", pullrequest=asked(id=wrong))
    assert refusal.value.path == "pullrequest.id"
