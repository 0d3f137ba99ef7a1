"""incident.io's incidents over REST, and the changes of their status. https://api-docs.incident.io/tag/Incidents-V2/"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import AliasPath, BeforeValidator, Field

from app.clients.api import Api, Params
from app.clients.faults import ApiFault
from app.clients.replies import Moment, read
from app.clients.spans import Page

SIZE = 250
"""Incidents, or changes of one, in an answer."""
MOST_PAGES = 400

Text = Annotated[str, BeforeValidator(lambda value: value if isinstance(value, str) else "")]


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident; `raw` is all of it, in the form that webhooks have, too."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    mode: Text = ""
    visibility: Text = ""
    category: Annotated[Text, Field(validation_alias=AliasPath("incident_status", "category"))] = ""
    created_at: Moment = None
    updated_at: Moment = None
    raw: dict[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether webhooks tell of it, and it was no exercise: one written down afterwards has no end."""
        return self.visibility != "private" and self.mode in ("", "standard")


@dataclass(frozen=True, slots=True)
class Update:
    """What somebody wrote of an incident, and the status that it had from then on."""

    created_at: Moment = None
    category: Annotated[Text, Field(validation_alias=AliasPath("new_incident_status", "category"))] = ""
    status: Annotated[dict[str, Any] | None, Field(validation_alias="new_incident_status")] = None


class IncidentIo:
    """The questions that we ask; each raises ApiFault."""

    def __init__(self, api: Api) -> None:
        self.api = api

    async def changed(self, since: datetime) -> AsyncIterator[Page[Incident]]:
        """Incidents that were touched since that day or later; asked for by the day."""
        params: Params = {"page_size": SIZE, "updated_at[gte]": since.date().isoformat()}
        async for listed in self._pages("/v2/incidents", params, "incidents"):
            yield Page([read(Incident, {**each, "raw": each}, self.api.name) for each in listed])

    async def updates(self, incident_id: str) -> Sequence[Update]:
        """What was written of an incident, the oldest first."""
        params: Params = {"page_size": SIZE, "incident_id": incident_id}
        found = [
            read(Update, each, self.api.name)
            async for listed in self._pages("/v2/incident_updates", params, "incident_updates")
            for each in listed
        ]
        return sorted((each for each in found if each.created_at), key=lambda each: str(each.created_at))

    async def _pages(self, path: str, params: Params, key: str) -> AsyncIterator[list[dict[str, Any]]]:
        after = ""
        for _ in range(MOST_PAGES):
            answer = (await self.api.get(path, {**params, "after": after} if after else params)).value
            listed = answer.get(key) if isinstance(answer, dict) else None
            if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
                raise ApiFault("integration_error", self.api.name, f"{key}: missing")
            yield listed
            meta = answer.get("pagination_meta")
            last, after = after, str(meta.get("after") or "") if isinstance(meta, dict) else ""
            if not after or not listed or after == last:
                return
        raise ApiFault("integration_error", self.api.name, f"the pages of {path} have no end")
