"""What GitHub's messages have in common: repository, account and commit, and how they read in our words.

A field that can be missing or null is optional; one of the wrong type is refused with its path.
https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

import re
from typing import Annotated, Any

from pydantic import Field, StrictInt

from app.events import Hints
from app.kernel.shapes import Shape
from app.kernel.text import MESSAGE_LIMIT, TITLE_LIMIT, clean

Hash = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{7,64}$")]
FullName = Annotated[str, Field(pattern=r"^[^/\s\x00]{1,140}/[^/\s\x00]{1,140}$")]

_HOST = re.compile(r"https?://([^/?#@\s\x00]{1,200})")
_NOTHING = re.compile("0+")
_KINDS = {"User": "human", "Bot": "bot", "Organization": "system", "Enterprise": "system"}


class Account(Shape):
    """A person, an app (`Bot`) or an organisation. Its number stays when `login` changes."""

    id: StrictInt | None = None
    login: str | None = None
    type: str | None = None


class Author(Shape):
    """Who wrote a commit; `username` only where the address belongs to an account."""

    name: str | None = None
    email: str | None = None
    username: str | None = None


class Commit(Shape):
    """A commit of a push, or the head of a run."""

    id: Hash | None = None
    message: str | None = None
    timestamp: str | None = None
    url: str | None = None
    author: Author | None = None


class Repository(Shape):
    """A repository. Its path may change, its number on this server never does."""

    id: StrictInt
    full_name: FullName
    html_url: str | None = None

    @property
    def host(self) -> str | None:
        """Which server it is on: github.com, or one of one's own."""
        found = _HOST.match(self.html_url or "")
        return found[1].lower() if found else None

    def page_of(self, sha: str) -> str | None:
        """The page of a commit, which messages about runs and deployments do not tell."""
        return f"{self.html_url}/commit/{sha}" if self.html_url else None

    @property
    def key(self) -> str:
        """What it is known by over its life: each server counts its repositories from one."""
        return f"{self.host}/{self.id}" if self.host else str(self.id)


class Body(Shape):
    """What every message carries."""

    repository: Repository
    sender: Account | None = None


def person(account: Account | None) -> dict[str, Any] | None:
    """An account as a person; None when it names nobody."""
    if account is None or not (account.login or account.id is not None):
        return None
    return {
        "name": account.login,
        "account_id": str(account.id) if account.id is not None else None,
        "kind": _KINDS.get(account.type or "User", "bot"),
    }


def commit(made: Commit | None, branch: str | None = None) -> dict[str, Any] | None:
    """A commit in our words."""
    if made is None or made.id is None:
        return None
    by = made.author
    return {
        "sha": made.id,
        "message": made.message,
        "author": _author(by) if by and (by.name or by.email) else None,
        "authored_at": made.timestamp,
        "url": made.url,
        "branch": branch,
    }


def real(sha: str | None) -> str | None:
    """A commit's id; zeros stand for none."""
    return None if sha is None or _NOTHING.fullmatch(sha) else sha


def repository(its: Repository) -> dict[str, Any]:
    """A repository in our words."""
    return {"provider": "github", "full_name": its.full_name, "uuid": its.key, "url": its.html_url}


def hints(its: Repository, environment: str | None = None) -> Hints:
    """From what the estate finds service and environment."""
    return Hints(service=(("repository", its.full_name),), environment=(("name", environment),) if environment else ())


def subject(*parts: object) -> str:
    """A natural key, fit to be kept."""
    return clean(":".join(str(part) for part in parts), TITLE_LIMIT)


def texts(*found: str | None) -> tuple[str, ...]:
    """Where tickets may be named: what is there, bounded."""
    return tuple(text[:MESSAGE_LIMIT] for text in found if text)


def _author(by: Author) -> dict[str, Any]:
    kind = "bot" if (by.username or by.name or "").endswith("[bot]") else "human"
    return {"name": by.name, "email": by.email, "kind": kind}
