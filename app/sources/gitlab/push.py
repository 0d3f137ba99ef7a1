"""`Push Hook` and `Tag Push Hook`: a branch or a tag that came, moved or went.

There is no time of the push, no word on rewritten history, and no message at all for a push of more than three
branches or tags. Of the commits the newest twenty are told, the oldest of them first.
https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events
"""

from typing import Annotated, Any

from pydantic import Field, StrictInt

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.shapes import fit
from app.kernel.text import LIST_LIMIT
from app.sources import Parsed
from app.sources.gitlab import reading
from app.sources.gitlab.reading import Body, Commit, Hash, User

KINDS = {"refs/heads/": "branch", "refs/tags/": "tag"}


class Push(Body):
    """The message. `checkout_sha` is the commit, also where `after` is an annotated tag; null on deletion."""

    ref: Annotated[str, Field(min_length=1)]
    before: Hash | None = None
    after: Hash | None = None
    checkout_sha: Hash | None = None
    message: str | None = None
    user_id: StrictInt | None = None
    user_name: str | None = None
    user_username: str | None = None
    user_email: str | None = None
    commits: list[Commit] | None = None
    total_commits_count: StrictInt | None = None


def read(kind: str, body: dict[str, Any]) -> Parsed:
    """One `change.pushed`."""
    push = fit(Push, body)
    its = push.project
    name, ref_kind = _ref(push.ref)
    before, after = reading.real(push.before), reading.real(push.after)
    if before is None and after is None:
        raise BadPayload("neither an old nor a new commit", "after")
    state = "deleted" if after is None else "created" if before is None else "updated"
    tag, told = ref_kind == "tag", (push.commits or [])[::-1]
    head = (push.checkout_sha or after) if after else None
    commits = [made for made in map(reading.commit, told[:LIST_LIMIT]) if made]
    return [
        Draft(
            type="change.pushed",
            subject=reading.subject(ref_kind, its.key, name),
            # Neither a time nor a number tells one push from another: the same move of the same ref is the same news.
            identity=f"push:{its.key}:{push.ref}:{before}:{after}",
            state=state,
            hints=reading.hints(its),
            original_type=kind,
            instance=its.host,
            texts=reading.texts(name, push.message, *(made.message for made in told[:LIST_LIMIT])),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(_pusher(push)),
                "commit": _head(head, commits, None if tag else name),
                "ref": name,
                "ref_kind": ref_kind,
                "before": None if tag else before,  # of a tag it may be the tag's own object: no commit
                "after": head,
                "created": state == "created",
                "deleted": state == "deleted",
                "truncated": (push.total_commits_count or 0) > len(told),
                "commits": [] if tag else commits,
            },
        )
    ]


def _ref(ref: str) -> tuple[str, str]:
    for prefix, kind in KINDS.items():
        if ref.startswith(prefix) and len(ref) > len(prefix):
            return ref.removeprefix(prefix), kind
    raise BadPayload("neither a branch nor a tag", "ref")


def _pusher(push: Push) -> User:
    return User(id=push.user_id, name=push.user_name, username=push.user_username, email=push.user_email)


def _head(sha: str | None, commits: list[dict[str, Any]], branch: str | None) -> dict[str, Any] | None:
    """The commit that the ref is at, with all that is told of it."""
    if sha is None:
        return None
    known = next((made for made in commits if made["sha"] == sha), {"sha": sha})
    return {**known, "branch": branch}
