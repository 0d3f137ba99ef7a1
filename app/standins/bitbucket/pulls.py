"""A pull request as Bitbucket shows it: with SHAs of twelve digits."""

from typing import Any

from app.standins.bitbucket.repositories import SHORT, Repository, links, moment, repository, user
from app.standins.story.model import PullRequest


def pull_request(here: Repository, one: PullRequest) -> dict[str, Any]:
    """A pull request; `merge_commit` is null until it is merged."""
    page, people = f"{here.api}/pullrequests/{one.id}", f"{here.web}/pull-requests/{one.id}"
    names = ("commits", "approve", "diff", "diffstat", "comments", "activity", "merge", "decline", "statuses")
    return {
        "comment_count": 0,
        "task_count": 0,
        "type": "pullrequest",
        "id": one.id,
        "title": one.title,
        "description": "",
        "state": one.state,
        "draft": False,
        "merge_commit": _short(here, one.merge) if one.merge else None,
        "close_source_branch": True,
        "closed_by": user(one.closed_by) if one.closed_by else None,
        "author": user(one.author),
        "reason": "Not needed any more" if one.state == "DECLINED" else "",
        "created_on": exactly(one.created),
        "updated_on": exactly(one.updated),
        "destination": _end(here, "main", one.base),
        "source": _end(here, one.branch, one.commits[0]),
        "reviewers": [],
        "participants": [],
        "links": {
            "self": {"href": page},
            "html": {"href": people},
            **{name: {"href": f"{page}/{name}"} for name in names},
        },
        "summary": {"type": "rendered", "raw": "", "markup": "markdown", "html": ""},
    }


def exactly(us: int) -> str:
    """Microseconds, with the zone in digits."""
    return moment(us)[:-6] + f".{us % 1_000_000:06}" + moment(us)[-6:]


def _end(here: Repository, branch: str, sha: str) -> dict[str, Any]:
    return {"branch": {"name": branch}, "commit": _short(here, sha), "repository": repository(here)}


def _short(here: Repository, sha: str) -> dict[str, Any]:
    return {"type": "commit", "hash": sha[:SHORT], "links": links(here, sha[:SHORT])}
