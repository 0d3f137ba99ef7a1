"""`jira:version_released`: a version is out, as the people of the project say. It names its project only by a number.

https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from typing import Any

from pydantic import Field

from app.events import Draft
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Parsed
from app.sources.jira import reading
from app.sources.jira.reading import Time, User


class Version(Shape):
    """The version. `releaseDate` is a day that people plan, not the time of this news."""

    id: str | int
    name: str = Field(min_length=1)
    address: str | None = Field(None, alias="self")


class VersionMessage(Shape):
    """The message."""

    timestamp: Time = None
    user: User | None = None
    version: Version


def read(kind: str, body: dict[str, Any]) -> Parsed:
    """One `version.released`."""
    message = fit(VersionMessage, body)
    its = message.version
    site = reading.site_of(its.address)
    subject = reading.subject("version", "jira", site or "", its.id)
    return [
        Draft(
            type="version.released",
            subject=subject,
            identity=subject,
            occurred_at=parse_timestamp(message.timestamp),
            original_type=kind,
            instance=site,
            fields={"version": its.name, "actor": reading.person(message.user)},
        )
    ]
