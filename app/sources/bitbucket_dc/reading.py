"""What Data Center's messages have in common: repository, user and commit, and how they read in our words.

`links` are absent in many messages. Since version 10 times are ISO text instead of milliseconds, field by field.
https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html
"""

import re
from typing import Annotated, Any

from pydantic import AliasPath, Field, StrictInt

from app.events import Hints
from app.kernel.shapes import Shape
from app.kernel.text import MESSAGE_LIMIT, TITLE_LIMIT, clean

Hash = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{7,64}$")]
Word = Annotated[str, Field(pattern=r"^[^/\s\x00]{1,140}$")]
Time = StrictInt | str | None
"""Milliseconds, or ISO text since version 10."""
Page = Annotated[str | None, Field(validation_alias=AliasPath("links", "self", 0, "href"))]

_HOST = re.compile(r"https?://([^/?#@\s\x00]{1,200})")
_NOTHING = re.compile("0+")


class User(Shape):
    """A user. `type` is SERVICE for what is none; the author of a commit may have a name and an address only."""

    id: StrictInt | None = None
    name: str | None = None
    display_name: str | None = Field(None, alias="displayName")
    email: str | None = Field(None, alias="emailAddress")
    type: str | None = None


class Parent(Shape):
    """A commit before."""

    id: Hash


class Commit(Shape):
    """A commit."""

    id: Hash
    message: str | None = None
    author: User | None = None
    authored: Time = Field(None, alias="authorTimestamp")
    committed: Time = Field(None, alias="committerTimestamp")
    parents: list[Parent] | None = None


class Repository(Shape):
    """A repository; that of a person is in the project `~name`. Its path may change, its number never does."""

    id: StrictInt
    slug: Word
    project: Word = Field(validation_alias=AliasPath("project", "key"))
    page: Page = None

    @property
    def full_name(self) -> str:
        return f"{self.project}/{self.slug}"

    @property
    def url(self) -> str | None:
        """Its page, if the message tells it."""
        return self.page.removesuffix("/browse") if self.page else None

    @property
    def host(self) -> str | None:
        """Which installation it is on, if the message tells it."""
        found = _HOST.match(self.page or "")
        return found[1].lower() if found else None


def person(user: User | None) -> dict[str, Any] | None:
    """A user as a person; None when it names nobody."""
    if user is None or not (user.display_name or user.name or user.id is not None):
        return None
    return {
        "name": user.display_name or user.name,
        "email": user.email,
        "account_id": str(user.id) if user.id is not None else None,
        "kind": "bot" if user.type == "SERVICE" else "human",
    }


def commit(made: Commit | None, its: Repository, branch: str | None = None) -> dict[str, Any] | None:
    """A commit in our words."""
    if made is None:
        return None
    return {
        "sha": made.id,
        "message": made.message,
        "author": person(made.author),
        "authored_at": made.authored,
        "committed_at": made.committed,
        "url": f"{its.url}/commits/{made.id}" if its.url else None,
        "branch": branch,
    }


def real(sha: str | None) -> str | None:
    """A commit's id; zeros stand for none."""
    return None if sha is None or _NOTHING.fullmatch(sha) else sha


def repository(its: Repository) -> dict[str, Any]:
    """A repository in our words. The installation is no part of what it is known by: not every message tells it."""
    return {"provider": "bitbucket-dc", "full_name": its.full_name, "uuid": str(its.id), "url": its.url}


def hints(its: Repository) -> Hints:
    """From what the estate finds the service: a repository says nothing of environments."""
    return Hints(service=(("repository", its.full_name),))


def subject(*parts: object) -> str:
    """A natural key, fit to be kept."""
    return clean(":".join(str(part) for part in parts), TITLE_LIMIT)


def texts(*found: str | None) -> tuple[str, ...]:
    """Where tickets may be named: what is there, bounded."""
    return tuple(text[:MESSAGE_LIMIT] for text in found if text)
