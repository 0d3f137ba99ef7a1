"""What pushes and pull requests tell of a repository's history, as links from a commit to what is in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from app.facts.claims import Claim, View, moment, person, repository_key
from app.facts.model import Commit, PullRequest

How = Literal["line", "side", "gap", "forced"]
"""`line`: the commit before it. `side`: merged in. `gap`: before it, but some between are not told. `forced`: was
before it until history was rewritten."""

_PICKED = re.compile(r"\(cherry picked from commit ([0-9a-f]{7,64})\)")
_REVERTS = re.compile(r"This reverts commit ([0-9a-f]{7,64})")
_HOTFIX = re.compile(r"(?<![a-z])hot[-_ ]?fix", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """From a commit to one that is in it."""

    child: str
    parent: str
    how: How


def commits_of(view: View) -> list[Commit]:
    """The commits that an event tells, with the tickets of the event that their messages name."""
    repository = repository_key(view) if view.get("commits") or view.get("before") else None
    if repository is None:
        return []
    pushed = moment(view["occurred_at"]) if view["type"] == "change.pushed" else None
    keys = [link["key"] for link in view.get("tickets") or [] if link.get("key")]
    told = [made for made in (view.get("commits") or []) if made.get("sha")]
    request = (view.get("pull_request") or {}).get("id") if view["type"].startswith("pull_request.") else None
    found = [_commit(repository, made, pushed, keys, request) for made in told]
    before = view.get("before")
    if before and all(made["sha"] != before for made in told):  # there is such a commit: a tag that holds a part of it
        found.append(_commit(repository, {"sha": before}, None, ()))  # may be all that was told of what was live first
    return found


def _commit(repository: str, made: View, pushed: int | None, keys: Iterable[str], request: int | None = None) -> Commit:
    message = made.get("message")
    author, kind = person(made.get("author"))
    upper = (message or "").upper()
    return Commit(
        repository=repository,
        sha=made["sha"],
        message=message,
        author=author,
        author_kind=kind,
        authored_at=moment(made.get("authored_at")),
        committed_at=moment(made.get("committed_at")),
        pushed_at=pushed,
        pull_request=request,
        merge=is_merge(message),
        original=_first(_PICKED, message) if message and "cherry picked" in message else None,
        tickets=tuple(sorted(key for key in keys if key in upper and _names(upper, key))),
    )


def _names(upper: str, key: str) -> bool:
    """Whether a text names a ticket: SHOP-4 is neither in SHOP-41 nor in WORKSHOP-4."""
    start = upper.find(key)
    while start >= 0:
        before, after = upper[start - 1 : start], upper[start + len(key) :][:1]
        if not (before.isascii() and before.isalnum()) and not after.isdecimal():
            return True
        start = upper.find(key, start + 1)
    return False


def together(one: Commit, two: Commit) -> Commit:
    """What two events say of one commit: the earliest times, the longest text; in either order the same."""
    message = _longest(one.message, two.message)
    return Commit(
        one.repository,
        one.sha,
        message,
        _longest(one.author, two.author),
        _longest(one.author_kind, two.author_kind),
        _earliest(one.authored_at, two.authored_at),
        _earliest(one.committed_at, two.committed_at),
        _earliest(one.pushed_at, two.pushed_at),
        _earliest(one.pull_request, two.pull_request),
        one.merge if message == one.message else two.merge,
        _longest(one.original, two.original),
        one.tickets if one.tickets == two.tickets else tuple(sorted({*one.tickets, *two.tickets})),
    )


def links_of(view: View) -> list[Link]:
    """The links that a push tells: the parents of its commits, where it has them.

    Else its commits are a line; if a merge is among them, the head holds them all.
    """
    if view["type"] != "change.pushed" or view.get("ref_kind") == "tag":
        return []
    commits = [made for made in (view.get("commits") or []) if made.get("sha")]
    if commits and all(made.get("parents") is not None for made in commits):
        return [
            Link(made["sha"], parent, "side" if place else "line")
            for made in commits
            for place, parent in enumerate(made["parents"])
            if parent
        ]
    shas = list(dict.fromkeys(made["sha"] for made in commits))
    if not shas and view.get("after"):
        shas = [view["after"]]
    if not shas:
        return []
    before = view.get("before")
    how: How = "forced" if view.get("forced") else "gap" if view.get("truncated") else "line"
    if any(is_merge(made.get("message")) for made in commits):
        found = [Link(shas[0], sha, "side") for sha in shas[1:]]
        end = shas[0]
    else:
        found = [Link(child, parent, "line") for child, parent in pairwise(shas)]
        end = shas[-1]
    if before and before not in shas:
        found.append(Link(end, before, how))
    return found


def names_of(view: View) -> list[tuple[str, str]]:
    """(name, commit) that an event tells: a tag, or a version or number that a pipeline built."""
    commit = (view.get("commit") or {}).get("sha")
    if view["type"] == "change.pushed" and view.get("ref_kind") == "tag":
        sha = view.get("after") or commit
        return [(view["ref"], sha)] if sha and view.get("ref") else []
    if view["type"] != "pipeline.finished" or not commit or view.get("status") not in (None, "succeeded"):
        return []
    build = view.get("build") or {}
    names = [view.get("version"), f"build-{build['number']}" if build.get("number") is not None else None]
    return [(name, commit) for name in names if name]


def pull_request(claims: Iterable[Claim]) -> PullRequest | None:
    """What the claims about one pull request come to, in whatever order they came."""
    told = sorted(claims, key=lambda claim: (claim.at, claim.event_id))
    if not told:
        return None
    said: dict[str, Any] = {}
    for claim in told:
        said.update({name: value for name, value in claim.said.items() if value is not None})
    merges = [claim for claim in told if claim.type == "pull_request.merged"]
    heads = [claim["commit"] for claim in told if claim.type != "pull_request.merged" and claim["commit"]]
    words = " ".join(str(each) for each in (said.get("source_branch"), said.get("title"), *said.get("labels", ())))
    return PullRequest(
        repository=said["repository"],
        id=said["id"],
        title=said.get("title"),
        author=said.get("author"),
        source_branch=said.get("source_branch"),
        opened_at=min((claim.at for claim in told if claim.type == "pull_request.opened"), default=None),
        first_commit_at=min((claim["first"] for claim in told if claim["first"]), default=None),
        merged_at=min((claim["merged_at"] or claim.at for claim in merges), default=None),
        merge_commit=next((sha for claim in merges if (sha := claim["merge_commit"] or claim["commit"])), None),
        head=heads[-1] if heads else None,
        commits=tuple(said.get("commits") or ()),
        hotfix=bool(_HOTFIX.search(words)),
        tickets=tuple(sorted({key for claim in told for key in claim["tickets"] or ()})),
    )


def is_merge(message: str | None) -> bool:
    """Whether a message is that of a merge: nobody's own change."""
    return message is not None and message.startswith(("Merge ", "Merged "))


def is_hotfix(text: str | None) -> bool:
    """Whether a branch, label or title says hotfix."""
    return bool(_HOTFIX.search(text or ""))


def reverts(message: str | None) -> list[str]:
    """The commits that a message says it takes back."""
    return _REVERTS.findall(message) if message and "This reverts" in message else []


def _first(pattern: re.Pattern[str], text: str | None) -> str | None:
    found = pattern.search(text or "")
    return found[1] if found else None


def _longest(one: str | None, two: str | None) -> str | None:
    if one == two or two is None:
        return one
    return two if one is None or (len(two), two) > (len(one), one) else one


def _earliest(one: int | None, two: int | None) -> int | None:
    if one is None or two is None:
        return two if one is None else one
    return min(one, two)
