"""`pr:*`: the life of a pull request. One that was deleted was never merged: it counts as declined.

https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html
"""

from typing import Any

from pydantic import AliasPath, Field, StrictBool, StrictInt

from app.events import Draft
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Parsed
from app.sources.bitbucket_dc import reading
from app.sources.bitbucket_dc.reading import Hash, Page, Repository, Time, User

TYPES = {
    "pr:opened": "pull_request.opened",
    "pr:from_ref_updated": "pull_request.updated",
    "pr:to_ref_updated": "pull_request.updated",
    "pr:modified": "pull_request.updated",
    "pr:merged": "pull_request.merged",
    "pr:declined": "pull_request.declined",
    "pr:deleted": "pull_request.declined",
}


class Source(Shape):
    """Where it comes from. It may be a tag, and lie in a fork."""

    name: str | None = Field(None, alias="displayId")
    commit: Hash | None = Field(None, alias="latestCommit")


class Target(Source):
    """Where it goes to."""

    repository: Repository


class PullRequest(Shape):
    """The request."""

    id: StrictInt
    title: str | None = None
    description: str | None = None
    state: str | None = None
    draft: StrictBool | None = None
    source: Source | None = Field(None, alias="fromRef")
    target: Target = Field(alias="toRef")
    author: User | None = Field(None, validation_alias=AliasPath("author", "user"))
    merge_commit: Hash | None = Field(None, validation_alias=AliasPath("properties", "mergeCommit", "id"))
    updated: Time = Field(None, alias="updatedDate")
    closed: Time = Field(None, alias="closedDate")
    page: Page = None

    @property
    def url(self) -> str | None:
        """Its page; many messages do not tell it, so it is found below that of the repository."""
        its = self.target.repository.url
        return self.page or (f"{its}/pull-requests/{self.id}" if its else None)


class PullRequestMessage(Shape):
    """The message. `date` is when it happened, in the server's own zone."""

    date: Time = None
    actor: User | None = None
    request: PullRequest = Field(alias="pullRequest")


def read(event_key: str, body: dict[str, Any]) -> Parsed:
    """One `pull_request.*`."""
    message = fit(PullRequestMessage, body)
    asked, kind = message.request, TYPES[event_key]
    its, merged = asked.target.repository, TYPES[event_key] == "pull_request.merged"
    ended = parse_timestamp(asked.closed) if kind in ("pull_request.merged", "pull_request.declined") else None
    moment = ended or parse_timestamp(message.date) or parse_timestamp(asked.updated)
    subject = reading.subject("pull_request", its.id, asked.id)
    source = asked.source or Source()
    sha, branch = (asked.merge_commit, asked.target.name) if merged else (source.commit, source.name)
    return [
        Draft(
            type=kind,
            subject=subject,
            identity=subject,
            state=event_key,
            occurred_at=moment,
            hints=reading.hints(its),
            original_status=asked.state,
            original_type=event_key,
            instance=its.host,
            texts=reading.texts(asked.title, source.name, asked.description),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(message.actor),
                "commit": {"sha": sha, "branch": branch, "url": f"{its.url}/commits/{sha}" if its.url else None}
                if sha
                else None,
                "pull_request": {
                    "id": asked.id,
                    "title": asked.title,
                    "url": asked.url,
                    "state": asked.state.lower() if asked.state else None,
                    "source_branch": source.name,
                    "target_branch": asked.target.name,
                    "author": reading.person(asked.author),
                    "merge_commit": asked.merge_commit if merged else None,
                    "draft": asked.draft,
                },
                "links": {"pull_request": asked.url},
                "merged_at": moment if merged else None,
            },
        )
    ]
