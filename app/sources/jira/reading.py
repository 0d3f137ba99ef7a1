"""What Jira's messages have in common: who did it, and which site it is.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

import re
from typing import Any

from pydantic import Field, StrictInt

from app.kernel.shapes import Shape
from app.kernel.text import TITLE_LIMIT, clean

Time = StrictInt | str | None
"""Milliseconds."""

# Asked by a scoped token, the same site calls itself by a number behind a gateway.
_SITE = re.compile(r"https?://(?:api\.atlassian\.com/ex/jira/([0-9A-Za-z-]{1,100})(?=/)|([^/?#@\s\x00]{1,200}))")


class User(Shape):
    """A user. Cloud knows them by `accountId`, Data Center by `key` and `name`."""

    account_id: str | None = Field(None, alias="accountId")
    key: str | None = None
    name: str | None = None
    display_name: str | None = Field(None, alias="displayName")
    email: str | None = Field(None, alias="emailAddress")
    account_type: str | None = Field(None, alias="accountType")


def person(user: User | None) -> dict[str, Any] | None:
    """A user as a person; None when it names nobody."""
    if user is None:
        return None
    name, key = user.display_name or user.name, user.account_id or user.key or user.name
    if not (name or key):
        return None
    kind = "bot" if user.account_type == "app" else "human"
    return {"name": name, "email": user.email, "account_id": key, "kind": kind}


def site_of(address: str | None) -> str | None:
    """The site that a thing is on, by its address in the API."""
    found = _SITE.match(address or "")
    return (found[1] or found[2]).lower() if found else None


def subject(*parts: object) -> str:
    """A natural key, fit to be kept."""
    return clean(":".join(str(part) for part in parts), TITLE_LIMIT)
