"""The tickets of a service: fix versions, status, assignee and sprint, as Jira has them now."""

from collections.abc import Sequence
from typing import Any

from app.clients.jira_answers import Issue
from app.collector.issues import Issues
from app.collector.news import digest, report
from app.collector.work import Work
from app.kernel.clock import HOUR, MINUTE
from app.sources.jira import reading
from app.store.collected import MISSING, Seen

AGAIN = 15 * MINUTE
"""How long what Jira said of a ticket is believed, µs, give or take a third; its webhooks are heard at once."""
MISSING_AGAIN = 6 * HOUR
"""The same of a ticket that was not found, or is hidden."""


async def tell_tickets(work: Work, issues: Issues, service: str, keys: Sequence[str]) -> None:
    """Ask for the tickets that were not asked for lately, and tell those that changed. Raises ApiFault."""
    due = [key for key in keys if _is_due(work, key)]
    if not due:
        return
    names = {key: _name_now(work, key) for key in due}
    found = await issues.of(list(dict.fromkeys(names.values())))
    work.summary.looked["ticket"] += len(due)
    events, told = [], []
    for key, name in names.items():
        issue = found.get(name)
        if issue is not None and issue.key != name:  # from now on it is asked for under its new key, with the others
            work.note(Seen("moved", key, issue.key, work.now))
        seen = Seen("ticket", key, digest(_state(issue)) if issue else MISSING, work.now)
        before = work.before("ticket", key)
        if issue is None:
            _not_found(work, key)
            work.note(seen)
        elif before is None or before.digest != seen.digest:
            quiet = before is None
            # One that has moved is told under the key that commits name, too.
            both = dict.fromkeys((issue.key, key))
            subject = _subject(issues.jira.site, issue)
            events += [
                work.voiced(_updated(service, subject, each, issue), issue.updated, first=quiet) for each in both
            ]
            told.append(seen)
        else:
            work.note(seen)
    if events:
        await work.tell(report("ticket", events, told))


def _name_now(work: Work, key: str) -> str:
    """Under which key a ticket is asked for: it may have moved."""
    moved = work.before("moved", key)
    return moved.digest if moved else key


def _is_due(work: Work, key: str) -> bool:
    """Not all at the same time, though they were asked for at the same time: the hour has its limits."""
    before = work.before("ticket", key)
    if before is None:
        return True
    if before.digest == MISSING and before.at > work.now - MISSING_AGAIN:
        _not_found(work, key)
        return False
    spread = int(digest(key)[:4], 16) / 0xFFFF
    return before.at <= work.now - AGAIN * (2 + 2 * spread) / 3


def _not_found(work: Work, key: str) -> None:
    work.summary.not_known(f"{key}: not found in Jira, or hidden from the collector")


def _state(issue: Issue) -> list[Any]:
    """What of a ticket is news when it changes."""
    ticket = _ticket(issue)
    return [ticket[name] for name in sorted(ticket)]


def _subject(site: str, issue: Issue) -> str:
    """As its webhooks call it: by the number that it keeps, whatever its key becomes."""
    return reading.subject("ticket", "jira", reading.site_of(f"{site}/") or "", issue.id)


def _updated(service: str, subject: str, key: str, issue: Issue) -> dict[str, Any]:
    return {
        "type": "ticket.updated",
        "subject": subject,
        "key": key,
        "service": service,
        "occurred_at": issue.updated.isoformat() if issue.updated else None,
        "ticket": _ticket(issue) | {"key": key},
        "texts": [key],
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
        "fix_versions": None if issue.fix_versions is None else [each.name for each in issue.fix_versions],
        "assignee": issue.assignee,
        "sprint": sprint,
        "restricted": issue.restricted,
    }
