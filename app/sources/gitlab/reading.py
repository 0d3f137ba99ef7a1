"""What GitLab's messages have in common: project, user and commit, and how they read in our words.

A field that can be missing or null is optional; one of the wrong type is refused with its path.
https://docs.gitlab.com/user/project/integrations/webhook_events/
"""

import re
from typing import Annotated, Any

from pydantic import Field, StrictInt

from app.events import Hints
from app.kernel.shapes import Shape
from app.kernel.text import MESSAGE_LIMIT, TITLE_LIMIT, clean

Hash = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{7,64}$")]
FullName = Annotated[str, Field(pattern=r"^[^/\s\x00]{1,255}(/[^/\s\x00]{1,255})+$", max_length=1000)]

_HOST = re.compile(r"https?://([^/?#@\s\x00]{1,200})")
_NOTHING = re.compile("0+")
# Tokens of a project or a group act as users of these names.
# https://docs.gitlab.com/user/project/settings/project_access_tokens/#bot-users-for-projects
_BOT = re.compile(r"(?:project|group)_\d+_bot(?:_.*)?|.*-bot|ghost", re.IGNORECASE)


class User(Shape):
    """A person, or a token that acts as one. The address may read `[REDACTED]`."""

    id: StrictInt | None = None
    name: str | None = None
    username: str | None = None
    email: str | None = None


class Author(Shape):
    """Who wrote a commit."""

    name: str | None = None
    email: str | None = None


class Commit(Shape):
    """A commit. `timestamp` is the author's: it may be years old after a rebase."""

    id: Hash | None = None
    message: str | None = None
    timestamp: str | None = None
    url: str | None = None
    author: Author | None = None


class Project(Shape):
    """A project. Its path may change, its number on this installation never does."""

    id: StrictInt
    path_with_namespace: FullName
    web_url: str | None = None

    @property
    def host(self) -> str | None:
        """Which installation it is on."""
        return host_of(self.web_url)

    @property
    def key(self) -> str:
        """What it is known by over its life: each installation counts its projects from one."""
        return f"{self.host}/{self.id}" if self.host else str(self.id)


class Body(Shape):
    """What nearly every message carries."""

    project: Project
    user: User | None = None


def host_of(url: str | None) -> str | None:
    """The host (and port) of an address of a page."""
    found = _HOST.match(url or "")
    return found[1].lower() if found else None


def person(user: User | None) -> dict[str, Any] | None:
    """A user as a person; None when it names nobody."""
    if user is None or not (user.name or user.username or user.id is not None):
        return None
    return {
        "name": user.name or user.username,
        "email": _address(user.email),
        "account_id": str(user.id) if user.id is not None else None,
        "kind": "bot" if _BOT.fullmatch(user.username or "") else "human",
    }


def commit(made: Commit | None, branch: str | None = None) -> dict[str, Any] | None:
    """A commit in our words."""
    if made is None or made.id is None:
        return None
    by = made.author
    return {
        "sha": made.id,
        "message": made.message,
        "author": {"name": by.name, "email": _address(by.email)} if by and (by.name or by.email) else None,
        "authored_at": made.timestamp,
        "url": made.url,
        "branch": branch,
    }


def real(sha: str | None) -> str | None:
    """A commit's id; zeros stand for none."""
    return None if sha is None or _NOTHING.fullmatch(sha) else sha


def repository(its: Project) -> dict[str, Any]:
    """A repository in our words."""
    return {"provider": "gitlab", "full_name": its.path_with_namespace, "uuid": its.key, "url": its.web_url}


def hints(its: Project, environment: str | None = None, tier: str | None = None) -> Hints:
    """From what the estate finds service and environment. GitLab's tier is a label: an estate may ask for it."""
    labels = {"environment": environment, "environment_tier": tier}
    return Hints(
        service=(("repository", its.path_with_namespace),),
        environment=(("name", environment),) if environment else (),
        labels={key: value for key, value in labels.items() if value},
    )


def subject(*parts: object) -> str:
    """A natural key, fit to be kept."""
    return clean(":".join(str(part) for part in parts), TITLE_LIMIT)


def texts(*found: str | None) -> tuple[str, ...]:
    """Where tickets may be named: what is there, bounded."""
    return tuple(text[:MESSAGE_LIMIT] for text in found if text)


def _address(email: str | None) -> str | None:
    return email if email and "@" in email else None
