"""Pull requests: their life, whole hashes, times of both forms."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.events import Draft
from tests.sources.bitbucket_dc.conftest import REPOSITORY, A, B, Send

ENDED = datetime(2026, 11, 20, 9, 12, 41, 232000, UTC)


def asked(**more: Any) -> dict[str, Any]:
    return {
        "id": 87,
        "title": "SHOP-412 Keep the card",
        "state": "OPEN",
        "fromRef": {"displayId": "feature/SHOP-412", "latestCommit": A, "repository": REPOSITORY},
        "toRef": {"displayId": "main", "latestCommit": B, "repository": REPOSITORY},
        "author": {"user": {"name": "ines", "displayName": "Ines Varga", "id": 31}},
        "updatedDate": 1795165961232,
        **more,
    }


def one(send: Send, key: str, date: str | None = "2026-11-20T11:00:00+0200", **more: Any) -> Draft:
    drafts = send(key, date=date, pullRequest=asked(**more))
    assert isinstance(drafts, list)
    return drafts[0]


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("pr:opened", "pull_request.opened"),
        ("pr:from_ref_updated", "pull_request.updated"),
        ("pr:to_ref_updated", "pull_request.updated"),
        ("pr:modified", "pull_request.updated"),
        ("pr:merged", "pull_request.merged"),
        ("pr:declined", "pull_request.declined"),
        ("pr:deleted", "pull_request.declined"),
    ],
)
def test_each_key_is_a_type_of_the_same_subject(send: Send, key: str, kind: str) -> None:
    draft = one(send, key)
    assert (draft.type, draft.subject, draft.original_type) == (kind, "pull_request:56:87", key)
    assert draft.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert draft.texts == ("SHOP-412 Keep the card", "feature/SHOP-412")


@pytest.mark.parametrize("closed", [1795165961232, "2026-11-20T09:12:41.232Z"])
def test_a_merge_is_dated_by_its_end_in_either_form(send: Send, closed: object) -> None:
    draft = one(send, "pr:merged", state="MERGED", closedDate=closed, properties={"mergeCommit": {"id": B}})
    assert draft.fields["merged_at"] == draft.occurred_at == ENDED
    assert (draft.fields["commit"]["sha"], draft.fields["commit"]["branch"]) == (B, "main")
    assert (draft.fields["pull_request"]["merge_commit"], draft.fields["pull_request"]["state"]) == (B, "merged")


def test_a_page_that_is_not_told_is_below_that_of_the_repository(send: Send) -> None:
    base = "https://git.example.com/projects/ACME/repos/checkout"
    told = {"displayId": "main", "repository": {**REPOSITORY, "links": {"self": [{"href": f"{base}/browse"}]}}}
    draft = one(send, "pr:opened", toRef=told)
    assert draft.fields["links"]["pull_request"] == draft.fields["pull_request"]["url"] == f"{base}/pull-requests/87"
    own = "https://git.example.com/own/87"
    assert one(send, "pr:opened", toRef=told, links={"self": [{"href": own}]}).fields["pull_request"]["url"] == own
    nowhere = {"displayId": "main", "repository": {**REPOSITORY, "links": None}}
    assert one(send, "pr:opened", toRef=nowhere).fields["links"] == {"pull_request": None}


def test_without_a_date_it_is_when_it_was_changed(send: Send) -> None:
    assert one(send, "pr:opened", date=None).occurred_at == ENDED


def test_a_source_that_is_gone_and_a_service_user_are_read(send: Send) -> None:
    draft = one(send, "pr:opened", fromRef=None, author={"user": {"name": "ci", "type": "SERVICE"}})
    assert (draft.fields["commit"], draft.fields["pull_request"]["source_branch"]) == (None, None)
    assert draft.fields["pull_request"]["author"]["kind"] == "bot"
