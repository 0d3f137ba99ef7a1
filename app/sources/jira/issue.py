"""`jira:issue_created`, `_updated` and `_deleted`: the life of a ticket.

Of a ticket with a security level nothing leaves this room but that there is one: its key. Comments carry tickets with
a handful of fields; they are not read at all, because a field that is not told is not empty.
https://developer.atlassian.com/cloud/jira/platform/webhooks/
"""

from typing import Any

from pydantic import AliasPath, Field

from app.events import Draft, Hints
from app.kernel.shapes import Shape, fit
from app.kernel.text import LIST_LIMIT, MESSAGE_LIMIT
from app.kernel.timestamps import parse_timestamp
from app.sources import Parsed
from app.sources.jira import reading
from app.sources.jira.reading import Time, User
from app.sources.jira.sprint import sprint_of

TYPES = {
    "jira:issue_created": "ticket.created",
    "jira:issue_updated": "ticket.updated",
    "jira:issue_deleted": "ticket.deleted",
}


class Version(Shape):
    """A version that the ticket is planned for."""

    name: str


class Fields(Shape):
    """The ticket's fields. Names of statuses are in the site's language; the category's key is not."""

    summary: str | None = None
    type: str | None = Field(None, validation_alias=AliasPath("issuetype", "name"))
    status: str | None = Field(None, validation_alias=AliasPath("status", "name"))
    category: str | None = Field(None, validation_alias=AliasPath("status", "statusCategory", "key"))
    assignee: User | None = None
    fix_versions: list[Version] | None = Field(None, alias="fixVersions")
    security: Any = None


class Issue(Shape):
    """The ticket. `key` changes when it moves to another project, `id` never does."""

    id: str | int
    key: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,254}-[0-9]{1,12}$")
    address: str | None = Field(None, alias="self")
    fields: Fields


class Item(Shape):
    """One field that changed."""

    field: str | None = None


class Changelog(Shape):
    """What changed."""

    id: str | int | None = None
    items: list[Item] | None = None


class IssueMessage(Shape):
    """The message. A deletion has no changelog."""

    timestamp: Time = None
    user: User | None = None
    issue: Issue
    changelog: Changelog | None = None


def read(kind: str, body: dict[str, Any]) -> Parsed:
    """One `ticket.*`."""
    message = fit(IssueMessage, body)
    issue, changes = message.issue, message.changelog or Changelog()
    site = reading.site_of(issue.address)
    subject = reading.subject("ticket", "jira", site or "", issue.id)
    project = issue.key.rpartition("-")[0]
    draft = Draft(
        type=TYPES[kind],
        subject=subject,
        identity=subject,
        state=str(changes.id or ""),
        occurred_at=parse_timestamp(message.timestamp),
        original_type=kind,
        instance=site,
        hints=Hints(service=(("project", project),)),
        fields={"ticket": {"key": issue.key, "project": project, "restricted": True}},
    )
    return [_told(draft, message, body) if issue.fields.security is None else draft]


def _told(draft: Draft, message: IssueMessage, body: dict[str, Any]) -> Draft:
    """The draft with what everybody may read."""
    key, its = message.issue.key, message.issue.fields
    changed = [item.field for item in (message.changelog or Changelog()).items or () if item.field]
    ticket = {
        "key": key,
        "project": draft.fields["ticket"]["project"],
        "summary": its.summary,
        "status": its.status,
        "status_category": its.category,
        "type": its.type,
        "fix_versions": _names(its.fix_versions),
        "assignee": (reading.person(its.assignee) or {}).get("name"),
        "sprint": sprint_of(body["issue"]["fields"]),
        "changed": changed[:LIST_LIMIT],
    }
    return draft._replace(
        original_status=its.status,
        texts=(key, (its.summary or "")[:MESSAGE_LIMIT]),
        fields={"actor": reading.person(message.user), "ticket": ticket},
    )


def _names(versions: list[Version] | None) -> list[str] | None:
    """The names of versions, or None where the message does not tell them: that is not the same as none."""
    return None if versions is None else [each.name for each in versions[:LIST_LIMIT] if each.name]
