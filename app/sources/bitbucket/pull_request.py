"""`pullrequest:created`, `updated`, `fulfilled` and `rejected`: the life of a pull request.

A fork, a branch or an account may be gone by the time: source repository, commits and author can all be null.
https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Pull-request-events
"""

from typing import Any

from pydantic import AliasPath, Field, StrictInt

from app.events import Draft
from app.kernel.shapes import fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Parsed
from app.sources.bitbucket import reading
from app.sources.bitbucket.reading import Account, Body, Commit, Flag, Page, Shape

TYPES = {
    "pullrequest:created": "pull_request.opened",
    "pullrequest:updated": "pull_request.updated",
    "pullrequest:fulfilled": "pull_request.merged",
    "pullrequest:rejected": "pull_request.declined",
}


class PullRequest(Shape):
    """The pull request. There is no time of the merge: it is `updated_on` of the message that tells it."""

    id: StrictInt
    title: str | None = None
    description: str | None = None
    state: str | None = None
    draft: Flag = None
    author: Account | None = None
    source_branch: str | None = Field(None, validation_alias=AliasPath("source", "branch", "name"))
    source_commit: Commit | None = Field(None, validation_alias=AliasPath("source", "commit"))
    target_branch: str | None = Field(None, validation_alias=AliasPath("destination", "branch", "name"))
    merge_commit: Commit | None = None
    created_on: str | None = None
    updated_on: str | None = None
    url: Page = None


class PullRequestMessage(Body):
    """The message. `repository` is the one that the request goes to."""

    pullrequest: PullRequest


def read(event_key: str, body: dict[str, Any]) -> Parsed:
    """One `pull_request.*`. A merge commit is no key: requests that were fast-forwarded share it."""
    message = fit(PullRequestMessage, body)
    its, asked = message.repository, message.pullrequest
    kind = TYPES[event_key]
    merged = kind == "pull_request.merged"
    moment = parse_timestamp(asked.updated_on) or parse_timestamp(asked.created_on)
    subject = reading.subject("pull_request", its.key, asked.id)
    return [
        Draft(
            type=kind,
            subject=subject,
            identity=subject,
            state=asked.state or "",
            occurred_at=moment,
            hints=reading.hints(its),
            original_status=asked.state,
            original_type=event_key,
            instance=its.workspace,
            texts=reading.texts(asked.title, asked.source_branch, asked.description),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(message.actor),
                "commit": reading.commit(asked.merge_commit, asked.target_branch)
                if merged
                else reading.commit(asked.source_commit, asked.source_branch),
                "pull_request": _ours(asked),
                "links": {"pull_request": asked.url},
                "merged_at": moment if merged else None,
            },
        )
    ]


def _ours(asked: PullRequest) -> dict[str, Any]:
    return {
        "id": asked.id,
        "title": asked.title,
        "url": asked.url,
        "state": asked.state.lower() if asked.state else None,
        "source_branch": asked.source_branch,
        "target_branch": asked.target_branch,
        "author": reading.person(asked.author),
        "merge_commit": asked.merge_commit.hash if asked.merge_commit else None,
        "draft": asked.draft,
    }
