"""`push`: a branch or a tag that came, moved or went.

At most 2,048 commits, the oldest first. There is no message for a push of more than three tags.
https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
"""

from typing import Annotated, Any

from pydantic import Field, StrictBool

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.shapes import fit
from app.kernel.text import LIST_LIMIT
from app.sources import Parsed
from app.sources.github import reading
from app.sources.github.reading import Body, Commit, Hash

KINDS = {"refs/heads/": "branch", "refs/tags/": "tag"}


class Push(Body):
    """The message. Of an annotated tag `after` is the tag's own object, and `head_commit` the commit."""

    ref: Annotated[str, Field(min_length=1)]
    before: Hash | None = None
    after: Hash | None = None
    forced: StrictBool | None = None
    head_commit: Commit | None = None
    commits: list[Commit] | None = None


def read(body: dict[str, Any]) -> Parsed:
    """One `change.pushed`."""
    push = fit(Push, body)
    its = push.repository
    name, kind = _ref(push.ref)
    before, after = reading.real(push.before), reading.real(push.after)
    if before is None and after is None:
        raise BadPayload("neither an old nor a new commit", "after")
    state = "deleted" if after is None else "created" if before is None else "updated"
    tag, told = kind == "tag", (push.commits or [])[::-1]
    head = reading.commit(push.head_commit, None if tag else name) or {"sha": after}
    return [
        Draft(
            type="change.pushed",
            subject=reading.subject(kind, its.key, name),
            # There is no time of the push: the same move of the same ref is the same news.
            identity=f"push:{its.key}:{push.ref}:{before}:{after}",
            state=state,
            hints=reading.hints(its),
            original_type="push",
            instance=its.host,
            texts=reading.texts(name, *(made.message for made in told[:LIST_LIMIT])),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(push.sender),
                "commit": head if after else None,
                "links": {"commit": head.get("url")} if after else None,
                "ref": name,
                "ref_kind": kind,
                "before": None if tag else before,  # of a tag it may be the tag's own object: no commit
                "after": (head["sha"] if tag else after) if after else None,
                "created": state == "created",
                "deleted": state == "deleted",
                "forced": push.forced or False,
                "truncated": len(told) > LIST_LIMIT,
                "commits": [] if tag else [made for made in map(reading.commit, told[:LIST_LIMIT]) if made],
            },
        )
    ]


def _ref(ref: str) -> tuple[str, str]:
    for prefix, kind in KINDS.items():
        if ref.startswith(prefix) and len(ref) > len(prefix):
            return ref.removeprefix(prefix), kind
    raise BadPayload("neither a branch nor a tag", "ref")
