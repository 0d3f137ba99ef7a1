"""PagerDuty's log as the messages that its webhooks would have sent.

No entry is documented for an incident that was opened again: it shows by what comes after its end.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.clients.pagerduty import Entry, PagerDuty
from app.clients.spans import Page
from app.collector.incident_tool import Message, Told, Tool, is_told
from app.kernel.clock import iso, to_datetime, to_us
from app.sources.pagerduty import SOURCE
from app.sources.pagerduty.third import STATES

_KINDS = {
    "trigger_log_entry": "incident.triggered",
    "acknowledge_log_entry": "incident.acknowledged",
    "unacknowledge_log_entry": "incident.unacknowledged",
    "resolve_log_entry": "incident.resolved",
    "reopen_log_entry": "incident.reopened",
}
_GOES_ON = frozenset({"triggered", "acknowledged"})
_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Happened:
    """The entries of one incident in a page, the oldest first."""

    entries: Sequence[Entry]

    @property
    def id(self) -> str:
        return self.entries[0].incident.id


@dataclass(frozen=True, slots=True)
class _Step:
    kind: str
    at: datetime
    entry: Entry | None


def pagerduty_tool(client: PagerDuty) -> Tool[Happened]:
    """The tool of the client."""

    async def pages(since: datetime, until: datetime, _: bool) -> AsyncIterator[Page[Happened]]:
        async for page in client.entries(since, until):
            yield Page(_by_incident(page.items), page.upto)

    async def messages(happened: Happened, told: Sequence[Told]) -> Sequence[Message]:
        due = [step for step in _steps(happened, told) if not is_told(told, _type(step.kind), step.at)]
        if not due:
            return ()
        whole = await client.whole(happened.entries[-1])
        return [Message(_body(step, whole), {}) for step in due]

    return Tool("pagerduty", SOURCE, pages, lambda happened: happened.id, messages)


def _by_incident(entries: Iterable[Entry]) -> list[Happened]:
    found: dict[str, list[Entry]] = {}
    for each in sorted((each for each in entries if each.created_at), key=lambda each: str(each.created_at)):
        found.setdefault(each.incident.id, []).append(each)
    return [Happened(each) for each in found.values()]


def _steps(happened: Happened, told: Sequence[Told]) -> Iterator[_Step]:
    """What became of the incident, and with it that it was opened again, where that has to be."""
    ended: datetime | None = None
    for step in sorted([*_listed(happened), *_known(told)], key=lambda step: step.at):
        if step.kind == "incident.reopened":
            ended = None
        elif ended is not None and step.at - ended > _MOMENT and step.kind in _AFTER:
            yield _Step("incident.reopened", _touched(happened, ended, step.at), None)
            ended = None
        if step.kind == "incident.resolved":
            ended = ended or step.at
        if step.entry is not None:
            yield step
    incident = happened.entries[-1].incident
    last = incident.last_status_change_at
    if ended is not None and incident.status in _GOES_ON and last is not None and last - ended > _MOMENT:
        yield _Step("incident.reopened", last, None)


_AFTER = frozenset({"incident.acknowledged", "incident.resolved"})
"""What can only be said of an incident that goes on."""


def _listed(happened: Happened) -> Iterator[_Step]:
    """Each alert that is added to it is one more trigger: it was opened by the first of them."""
    triggered = False
    for entry in happened.entries:
        kind = _KINDS.get(entry.type)
        if kind is None or entry.created_at is None or (triggered and kind == "incident.triggered"):
            continue
        triggered = triggered or kind == "incident.triggered"
        opened = entry.incident.created_at if kind == "incident.triggered" else None
        yield _Step(kind, opened or entry.created_at, entry)


def _known(told: Sequence[Told]) -> Iterator[_Step]:
    kinds = {_type(kind): kind for kind in STATES}
    return (_Step(kinds[each.type], to_datetime(each.at), None) for each in told if each.type in kinds)


def _touched(happened: Happened, after: datetime, before: datetime) -> datetime:
    """When somebody touched it first between two times."""
    at = (each.created_at for each in happened.entries)
    return next((each for each in at if each is not None and after < each < before), before - _MOMENT)


def _type(kind: str) -> str:
    return f"incident.{STATES[kind]}"


def _body(step: _Step, whole: Entry) -> dict[str, Any]:
    incident, entry = whole.incident, step.entry
    data = {
        "id": incident.id,
        "title": incident.title,
        "html_url": incident.html_url,
        "urgency": incident.urgency,
        "created_at": incident.created_at.isoformat() if incident.created_at else None,
        "service": {"summary": incident.service or whole.service},
        "priority": {"summary": incident.priority} if incident.priority else None,
        # Why it ended is said of its end alone; before that it was none.
        "resolve_reason": incident.resolve_reason if step.kind == "incident.resolved" else None,
    }
    agent = {"summary": entry.agent, "type": entry.agent_type} if entry and entry.agent else None
    event = {"event_type": step.kind, "occurred_at": iso(to_us(step.at)), "agent": agent, "data": data}
    return {"event": event}
