"""Who made a call of AWS: a user, somebody in a role, or AWS itself.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from typing import Any

from app.kernel.shapes import Shape
from app.kernel.text import clean


class Issuer(Shape):
    """The role."""

    userName: str | None = None  # noqa: N815


class Session(Shape):
    """How the role was taken."""

    sessionIssuer: Issuer | None = None  # noqa: N815


class Identity(Shape):
    """The caller. A role's session has its name at the end of the ARN: a person's address, or a machine's word."""

    type: str | None = None
    arn: str | None = None
    userName: str | None = None  # noqa: N815
    invokedBy: str | None = None  # noqa: N815
    sessionContext: Session | None = None  # noqa: N815


def actor(who: Identity | None) -> dict[str, Any] | None:
    """The caller as a person; a role in which no person can be seen is a machine."""
    if who is None:
        return None
    if who.invokedBy:
        return {"name": clean(who.invokedBy), "kind": "system"}
    if who.type == "IAMUser" and who.userName:
        return {"name": clean(who.userName), "kind": "human"}
    session = (who.arn or "").rpartition("/")[2]
    if "@" in session:
        return {"name": clean(session), "email": clean(session), "kind": "human"}
    issuer = who.sessionContext.sessionIssuer if who.sessionContext else None
    role = (issuer.userName if issuer else None) or session
    return {"name": clean(role), "kind": "bot"} if role else None
