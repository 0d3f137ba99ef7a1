"""`repo:updated`: of all that may change in a repository, only a new path is news to us.

https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Updated
"""

import re
from typing import Any

from app.events import Draft
from app.kernel.shapes import fit
from app.sources import Ignored, Parsed
from app.sources.bitbucket import reading
from app.sources.bitbucket.reading import Body, FullName, Shape

_SLUG = re.compile(r"[a-z0-9._-]{1,140}")


class Names(Shape):
    """A path before and after."""

    old: FullName | None = None
    new: FullName | None = None


class Titles(Shape):
    """A display name before and after; it need not look like the path."""

    old: str | None = None
    new: str | None = None


class Changed(Shape):
    """What changed; absent where it did not."""

    full_name: Names | None = None
    name: Titles | None = None


class Updated(Body):
    """The message."""

    changes: Changed | None = None


def read(event_key: str, body: dict[str, Any]) -> Parsed:
    """A `repository.renamed`, or nothing."""
    message = fit(Updated, body)
    old, new = _paths(message)
    if old is None or old == new:
        return Ignored("no_rename")
    its = message.repository.model_copy(update={"full_name": new})
    return [
        Draft(
            type="repository.renamed",
            subject=reading.subject("repository", its.key),
            identity=f"rename:{its.key}:{old}:{new}",
            hints=reading.hints(its),
            original_type=event_key,
            instance=its.workspace,
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(message.actor),
                "old_full_name": old,
            },
        )
    ]


def _paths(message: Updated) -> tuple[str | None, str]:
    """The path before, if it is certain, and now. Without `full_name` a display name counts that was the path's end."""
    now = message.repository.full_name
    changes = message.changes or Changed()
    if changes.full_name:
        return changes.full_name.old, changes.full_name.new or now
    titles, (workspace, _, slug) = changes.name or Titles(), now.partition("/")
    if titles.old and titles.new and titles.new.lower() == slug and _SLUG.fullmatch(titles.old.lower()):
        return f"{workspace}/{titles.old.lower()}", now
    return None, now
