"""The tickets of a service: fix versions, status, assignee and sprint, as Jira has them now."""

from collections.abc import Sequence
from typing import Any

from app.clients.jira import Jira
from app.clients.jira_answers import Issue
from app.collector.news import digest, report
from app.collector.work import Work
from app.kernel.clock import MINUTE
from app.store.collected import Seen

AGAIN = 15 * MINUTE
"""How long what Jira said of a ticket is believed, µs; its webhooks are heard at once."""
MISSING = "missing"


async def tell_tickets(work: Work, jira: Jira, service: str, keys: Sequence[str]) -> None:
    """Ask for the tickets that were not asked for lately, and tell those that changed. Raises ApiFault."""
    due = [key for key in keys if (before := work.before("ticket", key)) is None or before.at <= work.now - AGAIN]
    if not due:
        return
    sprint = await jira.sprint_field()
    found = await jira.issues(due, sprint=sprint)
    work.summary.looked["ticket"] += len(due)
    events, told = [], []
    for key in due:
        issue = found.found.get(key)
        seen = Seen("ticket", key, digest(_state(issue)) if issue else MISSING, work.now)
        before = work.before("ticket", key)
        if issue is None:
            work.summary.not_known(f"{key}: not found in Jira, or hidden from the collector")
            work.note(seen)
        elif before is None or before.digest != seen.digest:
            first = before is None
            events.append(work.voiced(_updated(service, issue, jira), issue.updated, first=first))
            told.append(seen)
        else:
            work.note(seen)
    if events:
        await work.tell(report("ticket", events, told))


def _state(issue: Issue) -> list[Any]:
    """What of a ticket is news when it changes."""
    ticket = _ticket(issue)
    return [ticket[name] for name in sorted(ticket)]


def _updated(service: str, issue: Issue, jira: Jira) -> dict[str, Any]:
    return {
        "type": "ticket.updated",
        "subject": f"ticket:{issue.key}",
        "service": service,
        "occurred_at": issue.updated.isoformat() if issue.updated else None,
        "ticket": _ticket(issue),
        "texts": [issue.key],
    }


def _ticket(issue: Issue) -> dict[str, Any]:
    """The ticket in our words; of a restricted one nothing that somebody wrote."""
    sprint = next((each.name for each in issue.sprints if each.state == "active"), None)
    return {
        "key": issue.key,
        "project": issue.key.rpartition("-")[0],
        "summary": issue.summary or None,
        "status": issue.status or None,
        "status_category": issue.category or None,
        "type": issue.type or None,
        "fix_versions": [] if issue.fix_versions is None else [each.name for each in issue.fix_versions],
        "assignee": issue.assignee,
        "sprint": sprint,
        "restricted": issue.restricted,
    }
