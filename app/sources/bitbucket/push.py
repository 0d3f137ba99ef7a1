"""`repo:push`: one event for each branch or tag that came, moved or went.

The message has no time of the push and at most five commits, newest first (`truncated` says that there are more).
https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Push
"""

from typing import Any

from pydantic import Field

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.shapes import fit
from app.kernel.text import LIST_LIMIT
from app.sources import Ignored, Parsed
from app.sources.bitbucket import reading
from app.sources.bitbucket.reading import Body, Commit, Flag, Shape

KINDS = {"branch": "branch", "tag": "tag"}


class Ref(Shape):
    """A branch or a tag. A tag may be called like a branch (`feature/x`): only `type` tells."""

    type: str
    name: str = Field(min_length=1)
    message: str | None = None
    target: Commit | None = None


class Change(Shape):
    """`new` is null when the ref was deleted, `old` when it was created; tags and deletions have no `commits`."""

    old: Ref | None = None
    new: Ref | None = None
    forced: Flag = None
    truncated: Flag = None
    commits: list[Commit] | None = None


class Changes(Shape):
    """All refs of one push."""

    changes: list[Change]


class Push(Body):
    """The message."""

    push: Changes


def read(event_key: str, body: dict[str, Any]) -> Parsed:
    """One `change.pushed` for each change. A merge that closes its branch sends a second message: the deletion."""
    push = fit(Push, body)
    if not push.push.changes:
        return Ignored("no_change")
    return [_draft(event_key, push, index, change) for index, change in enumerate(push.push.changes)]


def _draft(event_key: str, push: Push, index: int, change: Change) -> Draft:
    ref = change.new or change.old
    if ref is None:
        raise BadPayload("neither an old nor a new ref", f"push.changes[{index}]")
    its, kind = push.repository, KINDS.get(ref.type)
    before, after = _hash(change.old), _hash(change.new)
    state = "deleted" if change.new is None else "created" if change.old is None else "updated"
    head = reading.commit(change.new.target, ref.name if kind == "branch" else None) if change.new else None
    commits = (change.commits or [])[:LIST_LIMIT]
    return Draft(
        type="change.pushed",
        subject=reading.subject(kind or "ref", its.key, ref.name),
        # Neither a time nor a number tells one push from another: the same move of the same ref is the same news.
        identity=f"push:{its.key}:{ref.type}:{ref.name}:{before}:{after}",
        state=state,
        hints=reading.hints(its),
        original_type=event_key,
        instance=its.workspace,
        texts=reading.texts(ref.name, ref.message, *(made.message for made in commits)),
        fields={
            "repository": reading.repository(its),
            "actor": reading.person(push.actor),
            "commit": head,
            "links": {"commit": head["url"]} if head else None,
            "ref": ref.name,
            "ref_kind": kind,
            "before": before,
            "after": after,
            "created": state == "created",
            "deleted": state == "deleted",
            "forced": change.forced or False,
            "truncated": change.truncated or False,
            "commits": [made for made in map(reading.commit, commits) if made],
        },
    )


def _hash(ref: Ref | None) -> str | None:
    return ref.target.hash if ref and ref.target else None
