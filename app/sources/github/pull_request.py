"""`pull_request`: the life of a pull request. One that is closed was merged or not; only `merged` tells.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
"""

from typing import Any

from pydantic import AliasPath, Field, StrictBool, StrictInt

from app.events import Draft
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Parsed
from app.sources.github import reading
from app.sources.github.reading import Account, Body, Hash

TYPES = {
    "opened": "pull_request.opened",
    "reopened": "pull_request.updated",
    "edited": "pull_request.updated",
    "synchronize": "pull_request.updated",
    "ready_for_review": "pull_request.updated",
    "converted_to_draft": "pull_request.updated",
    "closed": "pull_request.declined",
}


class PullRequest(Shape):
    """The request. Until it is merged, `merge_commit_sha` is a try of GitHub's that lands nowhere."""

    number: StrictInt
    title: str | None = None
    body: str | None = None
    state: str | None = None
    draft: StrictBool | None = None
    html_url: str | None = None
    user: Account | None = None
    source_branch: str | None = Field(None, validation_alias=AliasPath("head", "ref"))
    source_commit: Hash | None = Field(None, validation_alias=AliasPath("head", "sha"))
    target_branch: str | None = Field(None, validation_alias=AliasPath("base", "ref"))
    merged: StrictBool | None = None
    merged_at: str | None = None
    merge_commit_sha: Hash | None = None
    created_at: str | None = None
    updated_at: str | None = None


class PullRequestMessage(Body):
    """The message. `repository` is the one that the request goes to."""

    action: str
    pull_request: PullRequest


def read(body: dict[str, Any]) -> Parsed:
    """One `pull_request.*`; labels, reviews and assignments are no news of ours."""
    message = fit(PullRequestMessage, body)
    its, asked = message.repository, message.pull_request
    kind = TYPES.get(message.action)
    if kind is None:
        return Ignored("unused_action")
    merged = message.action == "closed" and asked.merged is True
    moment = parse_timestamp(asked.merged_at if merged else None) or parse_timestamp(asked.updated_at)
    subject = reading.subject("pull_request", its.key, asked.number)
    landed = asked.merge_commit_sha if merged else None
    shown = (landed, asked.target_branch) if landed else (asked.source_commit, asked.source_branch)
    return [
        Draft(
            type="pull_request.merged" if merged else kind,
            subject=subject,
            identity=subject,
            state=message.action,
            occurred_at=moment or parse_timestamp(asked.created_at),
            hints=reading.hints(its),
            original_status=asked.state,
            original_type=f"pull_request.{message.action}",
            instance=its.host,
            texts=reading.texts(asked.title, asked.source_branch, asked.body),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(message.sender),
                "commit": {"sha": shown[0], "branch": shown[1]} if shown[0] else None,
                "pull_request": _ours(asked, merged=merged),
                "links": {"pull_request": asked.html_url},
                "merged_at": moment if merged else None,
            },
        )
    ]


def _ours(asked: PullRequest, *, merged: bool) -> dict[str, Any]:
    return {
        "id": asked.number,
        "title": asked.title,
        "url": asked.html_url,
        "state": "merged" if merged else asked.state,
        "source_branch": asked.source_branch,
        "target_branch": asked.target_branch,
        "author": reading.person(asked.user),
        "merge_commit": asked.merge_commit_sha if merged else None,
        "draft": asked.draft,
    }
