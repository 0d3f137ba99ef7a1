"""PagerDuty's log entries over REST: when an incident was triggered, acknowledged and resolved, and by whom.

A list of incidents says only how each stands now, and cannot be asked what has changed.
https://developer.pagerduty.com/api-reference/c661e065403b5-list-log-entries
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AliasChoices, AliasPath, BeforeValidator, Field

from app.clients.addressed import segment
from app.clients.api import Api
from app.clients.faults import ApiFault
from app.clients.replies import Moment, read
from app.clients.spans import Page, in_spans

SIZE = 100
DEEPEST = 10_000
"""Offset and limit together are no more than this: https://developer.pagerduty.com/docs/pagination"""
SPAN = timedelta(days=30)

Text = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")]


def _at(first: str, *rest: str) -> Any:
    return Field(validation_alias=AliasPath(first, *rest))


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident as it is now; of a mere reference to it little but the `id` is known."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[Text, Field(validation_alias=AliasChoices("title", "summary"))] = ""
    status: Text = ""
    urgency: Text = ""
    html_url: Text = ""
    priority: Annotated[Text, _at("priority", "summary")] = ""
    service: Annotated[Text, _at("service", "summary")] = ""
    created_at: Moment = None
    last_status_change_at: Moment = None
    resolve_reason: Any = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to an incident: `trigger_log_entry`, `acknowledge_log_entry`, …; in whole seconds."""

    id: str
    type: Text
    incident: Incident
    created_at: Moment = None
    service: Annotated[Text, _at("service", "summary")] = ""
    agent: Annotated[Text, _at("agent", "summary")] = ""
    agent_type: Annotated[Text, _at("agent", "type")] = ""


class PagerDuty:
    """The questions that we ask; each raises ApiFault. `teams`: ids of those whose incidents are wanted, or all."""

    def __init__(self, api: Api, teams: Sequence[str] = ()) -> None:
        self.api, self._teams = api, tuple(teams)

    def entries(self, since: datetime, until: datetime) -> AsyncIterator[Page[Entry]]:
        """What happened from then until then, the important part of it, each with its incident."""

        async def ask(begin: datetime, end: datetime, offset: int) -> tuple[Sequence[Entry], bool]:
            params: dict[str, str | int | Sequence[str]] = {
                "since": begin.isoformat(),
                "until": end.isoformat(),
                "is_overview": "true",
                "include[]": "incidents",
                "time_zone": "UTC",
                "limit": SIZE,
                "offset": offset,
            }
            if self._teams:
                params["team_ids[]"] = self._teams
            answer = (await self.api.get("/log_entries", params)).value
            listed = answer.get("log_entries") if isinstance(answer, dict) else None
            if not isinstance(listed, list):
                raise ApiFault("integration_error", self.api.name, "log_entries: missing")
            wanted = [each for each in listed if isinstance(each, dict) and each.get("incident")]
            return [read(Entry, each, self.api.name) for each in wanted], bool(answer.get("more"))

        return in_spans(ask, since, until, span=SPAN, deepest=DEEPEST, size=SIZE, upstream=self.api.name)

    async def whole(self, entry: Entry) -> Entry:
        """The entry with what is known of its incident, where the list named nothing but its id."""
        if entry.incident.created_at is not None and (entry.incident.service or entry.service):
            return entry
        answer = (await self.api.get(f"/incidents/{segment(entry.incident.id)}")).value
        found = answer.get("incident") if isinstance(answer, dict) else None
        return replace(entry, incident=read(Incident, found, self.api.name))
