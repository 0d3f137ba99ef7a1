"""What Bitbucket's messages have in common: account, commit and repository, and how they read in our words.

A field that can be missing or null is optional; one of the wrong type is refused with its path.
https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/
"""

from typing import Annotated, Any

from pydantic import AliasPath, BaseModel, ConfigDict, Field, StrictBool

from app.events import Hints
from app.kernel.text import MESSAGE_LIMIT, TITLE_LIMIT, clean

Hash = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{7,64}$")]
FullName = Annotated[str, Field(pattern=r"^[^/\s\x00]{1,140}/[^/\s\x00]{1,140}$")]
Page = Annotated[str | None, Field(validation_alias=AliasPath("links", "html", "href"))]
"""The address of the page for people; absent when it is not where it should be."""
Flag = StrictBool | None


class Shape(BaseModel):
    """The part of an object that we use; the vendor may add to it as they like."""

    model_config = ConfigDict(extra="ignore", defer_build=True)


class Account(Shape):
    """A person, a workspace (`team`) or an app. Older shapes have only `username`."""

    type: str | None = None
    display_name: str | None = None
    nickname: str | None = None
    username: str | None = None
    account_id: str | None = None
    uuid: str | None = None


class Author(Account):
    """Who wrote a commit. `user` is missing when the address belongs to no account; some shapes put it here itself."""

    raw: str | None = None
    user: Account | None = None


class Commit(Shape):
    """A commit. Pull requests give 12 characters of the hash, pushes and statuses all 40."""

    hash: Hash | None = None
    date: str | None = None
    message: str | None = None
    author: Author | None = None
    url: Page = None


class Repository(Shape):
    """A repository. `full_name` is its path in lower case and may change; `uuid` (in braces) never does."""

    full_name: FullName
    uuid: str | None = None
    url: Page = None

    @property
    def key(self) -> str:
        """What it is known by over its life; very old shapes have no uuid."""
        return self.uuid or self.full_name

    @property
    def workspace(self) -> str:
        return self.full_name.partition("/")[0]


class Body(Shape):
    """What every message carries."""

    repository: Repository
    actor: Account | None = None


def person(account: Account | None) -> dict[str, Any] | None:
    """An account as a person; None when it names nobody. Nothing but a `user` is shown as human."""
    if account is None:
        return None
    name = account.display_name or account.nickname or account.username
    key = account.account_id or account.uuid
    if not (name or key):
        return None
    kinds = {None: "human", "user": "human", "author": "human", "team": "system", "workspace": "system"}
    return {"name": name, "account_id": key, "kind": kinds.get(account.type, "bot")}


def author(written_by: Author | None) -> dict[str, Any] | None:
    """Who wrote a commit: the account where there is one, with the address from `Name <address>`."""
    if written_by is None:
        return None
    found = person(written_by.user) or person(written_by)
    name, _, rest = (written_by.raw or "").partition("<")
    if name.strip() or rest:
        found = found or {"name": name.strip()}
        found["email"] = rest.partition(">")[0].strip() or None
    return found


def commit(made: Commit | None, branch: str | None = None) -> dict[str, Any] | None:
    """A commit in our words. `date` is the author's: it may be years old after a rebase."""
    if made is None or made.hash is None:
        return None
    return {
        "sha": made.hash,
        "message": made.message,
        "author": author(made.author),
        "authored_at": made.date,
        "url": made.url,
        "branch": branch,
    }


def repository(its: Repository) -> dict[str, Any]:
    """A repository in our words."""
    return {"provider": "bitbucket", "full_name": its.full_name, "uuid": its.uuid, "url": its.url}


def hints(its: Repository) -> Hints:
    """From what the estate finds the service: a repository says nothing of environments."""
    return Hints(service=(("repository", its.full_name),))


def subject(*parts: object) -> str:
    """A natural key, fit to be kept."""
    return clean(":".join(str(part) for part in parts), TITLE_LIMIT)


def texts(*found: str | None) -> tuple[str, ...]:
    """Where tickets may be named: what is there, bounded."""
    return tuple(text[:MESSAGE_LIMIT] for text in found if text)
