"""`repo:refs_changed`: one event for each branch or tag that came, moved or went.

Commits are told since version 7, at most five, for the push as a whole; `toCommit` since version 8. Nothing says
whether history was rewritten.
https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html
"""

from typing import Any

from pydantic import Field

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Parsed
from app.sources.bitbucket_dc import reading
from app.sources.bitbucket_dc.reading import Commit, Hash, Repository, User

KINDS = {"BRANCH": "branch", "TAG": "tag"}


class Ref(Shape):
    """A branch or a tag."""

    name: str = Field(min_length=1, alias="displayId")
    type: str


class Change(Shape):
    """A ref that moved; zeros stand for none. Of an annotated tag `toHash` is the tag's own object."""

    ref: Ref
    before: Hash | None = Field(None, alias="fromHash")
    after: Hash | None = Field(None, alias="toHash")


class Push(Shape):
    """The message. `date` is the time of the push, in the server's own zone."""

    date: reading.Time = None
    actor: User | None = None
    repository: Repository
    changes: list[Change]
    commits: list[Commit] | None = None
    to_commit: Commit | None = Field(None, alias="toCommit")


def read(event_key: str, body: dict[str, Any]) -> Parsed:
    """One `change.pushed` for each change."""
    push = fit(Push, body)
    if not push.changes:
        return Ignored("no_change")
    return [_draft(event_key, push, index, change) for index, change in enumerate(push.changes)]


def _draft(event_key: str, push: Push, index: int, change: Change) -> Draft:
    its, ref, kind = push.repository, change.ref, KINDS.get(change.ref.type)
    before, after = reading.real(change.before), reading.real(change.after)
    if before is None and after is None:
        raise BadPayload("neither an old nor a new commit", f"changes[{index}].toHash")
    state = "deleted" if after is None else "created" if before is None else "updated"
    branch = kind == "branch"
    told = _behind(push, after) if branch else []
    head = after and _head(push, after, branch=branch)
    whole = any(parent.id == before for made in told for parent in made.parents or ())
    return Draft(
        type="change.pushed",
        subject=reading.subject(kind or "ref", its.id, ref.name),
        identity=f"push:{its.id}:{ref.type}:{ref.name}:{before}:{after}",
        state=state,
        occurred_at=parse_timestamp(push.date),
        hints=reading.hints(its),
        original_type=event_key,
        instance=its.host,
        texts=reading.texts(ref.name, *(made.message for made in told)),
        fields={
            "repository": reading.repository(its),
            "actor": reading.person(push.actor),
            "commit": head and _commit(push, head, ref.name if branch else None),
            "ref": ref.name,
            "ref_kind": kind,
            "before": before if branch else None,
            "after": head,
            "created": state == "created",
            "deleted": state == "deleted",
            "truncated": state == "updated" and branch and not whole,
            "commits": [made for made in (reading.commit(each, its) for each in told) if made],
        },
    )


def _behind(push: Push, after: str | None) -> list[Commit]:
    """The commits of a push that this ref brought, newest first: those that are in the one that it is at now."""
    inside, found = {after}, []
    for made in push.commits or ():
        if made.id in inside:
            inside.update(parent.id for parent in made.parents or ())
            found.append(made)
    return found


def _head(push: Push, after: str, *, branch: bool) -> str:
    """The commit that the ref is at: of a tag that came alone, `toCommit` is the commit where `after` may be none."""
    alone = push.to_commit is not None and len(push.changes) == 1
    return push.to_commit.id if push.to_commit and alone and not branch else after


def _commit(push: Push, sha: str, branch: str | None) -> dict[str, Any]:
    known = [made for made in (push.to_commit, *(push.commits or ())) if made and made.id == sha]
    return (reading.commit(known[0], push.repository, branch) if known else None) or {"sha": sha, "branch": branch}
