"""`Merge Request Hook`: the life of a merge request.

It has no time of the merge (`updated_at` of the message that tells it) and names its author only by a number.
https://docs.gitlab.com/user/project/integrations/webhook_events/#merge-request-events
"""

from typing import Any

from pydantic import StrictBool, StrictInt

from app.events import Draft
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Parsed
from app.sources.gitlab import reading
from app.sources.gitlab.reading import Body, Commit, Hash

TYPES = {
    "open": "pull_request.opened",
    "reopen": "pull_request.updated",
    "update": "pull_request.updated",
    "merge": "pull_request.merged",
    "close": "pull_request.declined",
}


class Asked(Shape):
    """The request. `iid` is the number that people see; `merge_commit_sha` is null after a fast-forward."""

    iid: StrictInt
    action: str | None = None
    state: str | None = None
    title: str | None = None
    description: str | None = None
    url: str | None = None
    source_branch: str | None = None
    target_branch: str | None = None
    author_id: StrictInt | None = None
    draft: StrictBool | None = None
    merge_commit_sha: Hash | None = None
    last_commit: Commit | None = None
    created_at: str | None = None
    updated_at: str | None = None


class MergeRequestMessage(Body):
    """The message. `project` is the one that the request goes to."""

    object_attributes: Asked


def read(kind: str, body: dict[str, Any]) -> Parsed:
    """One `pull_request.*`; approvals are no news of ours."""
    message = fit(MergeRequestMessage, body)
    its, asked = message.project, message.object_attributes
    found = TYPES.get(asked.action or "")
    if found is None:
        return Ignored("unused_action")
    merged = found == "pull_request.merged"
    moment = parse_timestamp(asked.updated_at) or parse_timestamp(asked.created_at)
    subject = reading.subject("pull_request", its.key, asked.iid)
    head = reading.commit(asked.last_commit, asked.source_branch)
    landed = {"sha": asked.merge_commit_sha, "branch": asked.target_branch} if asked.merge_commit_sha else head
    return [
        Draft(
            type=found,
            subject=subject,
            identity=subject,
            state=asked.action or "",
            occurred_at=moment,
            hints=reading.hints(its),
            original_status=asked.state,
            original_type=kind,
            instance=its.host,
            texts=reading.texts(asked.title, asked.source_branch, asked.description),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(message.user),
                "commit": landed if merged else head,
                "pull_request": _ours(message, landed["sha"] if merged and landed else None),
                "links": {"pull_request": asked.url},
                "merged_at": moment if merged else None,
            },
        )
    ]


def _ours(message: MergeRequestMessage, merge_commit: str | None) -> dict[str, Any]:
    asked, user = message.object_attributes, message.user
    own = user is not None and user.id is not None and user.id == asked.author_id
    return {
        "id": asked.iid,
        "title": asked.title,
        "url": asked.url,
        "state": asked.state,
        "source_branch": asked.source_branch,
        "target_branch": asked.target_branch,
        "author": reading.person(user) if own else None,
        "merge_commit": merge_commit,
        "draft": asked.draft,
    }
