"""A repository as Bitbucket shows it, with its people, commits and refs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from app.kernel.clock import iso, to_datetime
from app.standins.story.model import Commit, Person, Service
from app.standins.story.names import WORKSPACE

WEB = "https://bitbucket.org"
API = "https://api.bitbucket.org/2.0"
SHORT = 12
"""Digits of a SHA in pull requests."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A service's repository under the name that it has now."""

    service: Service
    slug: str

    @property
    def full_name(self) -> str:
        return f"{WORKSPACE}/{self.slug}"

    @property
    def api(self) -> str:
        return f"{API}/repositories/{self.full_name}"

    @property
    def web(self) -> str:
        return f"{WEB}/{self.full_name}"


def moment(us: int) -> str:
    """As commits and pull requests have it: whole seconds, with the zone in digits."""
    return to_datetime(us).isoformat(timespec="seconds")


def exact(us: int) -> str:
    """As pipelines have it: microseconds and `Z`."""
    return iso(us)


def changes(made: Iterable[Commit]) -> list[dict[str, Any]]:
    """The files that these commits touch: two of each, of which every sixteenth commit's second is a migration."""
    found: dict[str, list[int]] = {}
    for each in made:
        kind = f"db/migrations/V{each.sha[:4]}__change.sql" if each.sha[0] == "0" else f"tests/test_{each.sha[1]}.py"
        for path, lines in ((f"src/part_{each.sha[:1]}.py", int(each.sha[2:4], 16)), (kind, int(each.sha[4], 16))):
            count = found.setdefault(path, [0, 0])
            count[0] += lines
            count[1] += lines // 3
    return [
        {
            "type": "diffstat",
            "status": "modified",
            "lines_added": added,
            "lines_removed": removed,
            "old": {"type": "commit_file", "path": path, "escaped_path": quote(path)},
            "new": {"type": "commit_file", "path": path, "escaped_path": quote(path)},
        }
        for path, (added, removed) in sorted(found.items())
    ]


def repository(here: Repository) -> dict[str, Any]:
    """What others refer to."""
    return {
        "type": "repository",
        "full_name": here.full_name,
        "links": {
            "self": _link(here.api),
            "html": _link(here.web),
            "avatar": _link(f"{WEB}/avatar/{here.service.uuid}"),
        },
        "name": here.slug,
        "uuid": f"{{{here.service.uuid}}}",
    }


def whole_repository(here: Repository) -> dict[str, Any]:
    """The repository's own page."""
    first = min(here.service.commits.values(), key=lambda each: each.at)
    last = here.service.commits[here.service.main]
    return repository(here) | {
        "slug": here.slug,
        "is_private": True,
        "scm": "git",
        "workspace": {"type": "workspace", "slug": WORKSPACE, "name": WORKSPACE},
        "project": {"type": "project", "key": here.service.project, "name": here.service.team},
        "mainbranch": {"type": "branch", "name": "main"},
        "created_on": moment(first.at),
        "updated_on": moment(last.at),
    }


def user(person: Person) -> dict[str, Any]:
    """Somebody who has an account."""
    braced = quote(f"{{{person.uuid}}}")
    return {
        "display_name": person.name,
        "links": {
            "self": _link(f"{API}/users/{braced}"),
            "avatar": _link(f"https://avatar.example.com/{person.uuid}"),
            "html": _link(f"{WEB}/{braced}/"),
        },
        "type": "user",
        "uuid": f"{{{person.uuid}}}",
        "account_id": person.account_id,
        "nickname": person.name,
    }


def commit(here: Repository, one: Commit) -> dict[str, Any]:
    """A commit, as listings have it."""
    text = {"type": "rendered", "raw": one.message, "markup": "markdown", "html": f"<p>{one.message.strip()}</p>"}
    page = f"{here.api}/commit/{one.sha}"
    more = {name: _link(f"{page}/{name}") for name in ("approve", "comments", "statuses")}
    written = f"{one.author.name} <{one.author.email}>"
    return {
        "type": "commit",
        "hash": one.sha,
        "date": moment(one.at),
        "author": {"type": "author", "raw": written, "user": user(one.author)},
        "message": one.message,
        "summary": text,
        "links": {
            "self": _link(page),
            "html": _link(f"{here.web}/commits/{one.sha}"),
            "diff": _link(f"{here.api}/diff/{one.sha}"),
            "patch": _link(f"{here.api}/patch/{one.sha}"),
            **more,
        },
        "parents": [{"type": "commit", "hash": sha, "links": links(here, sha)} for sha in one.parents],
        "rendered": {"message": text},
        "repository": repository(here),
    }


def links(here: Repository, sha: str) -> dict[str, Any]:
    """Where a commit is, for programs and for people."""
    return {"self": _link(f"{here.api}/commit/{sha}"), "html": _link(f"{here.web}/commits/{sha}")}


def refs(here: Repository, kind: str) -> Iterator[dict[str, Any]]:
    """Branches or tags, in the order of the letters."""
    named = here.service.branches if kind == "branches" else here.service.tags
    for name, sha in sorted(named.items()):
        target = here.service.commits[sha]
        one: dict[str, Any] = {"name": name, "type": "branch" if kind == "branches" else "tag"}
        if kind == "tags":
            written = f"{target.author.name} <{target.author.email}>"
            one |= {"message": f"{name}\n", "date": moment(target.at)}
            one |= {"tagger": {"type": "author", "raw": written, "user": user(target.author)}}
        page, people = f"{here.api}/refs/{kind}/{quote(name)}", f"{here.web}/commits/{one['type']}/{quote(name)}"
        listing = _link(f"{here.api}/commits/{quote(name)}")
        yield one | {
            "target": commit(here, target),
            "links": {"self": _link(page), "commits": listing, "html": _link(people)},
        }


def _link(href: str) -> dict[str, str]:
    return {"href": href}
