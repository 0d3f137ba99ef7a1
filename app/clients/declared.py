"""Incidents of Opsgenie over REST, which people declare beside the alerts. https://docs.opsgenie.com/docs/incident-api"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime

from app.clients.addressed import segment
from app.clients.alert_answers import Alert
from app.clients.alerts import DEEPEST, SIZE, SPAN, alerts_of
from app.clients.api import Api, Params
from app.clients.faults import ApiFault
from app.clients.spans import Page, in_spans
from app.kernel.clock import to_us


class Declared:
    """The questions that we ask; each raises ApiFault. The names of services are asked for once."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self._names: dict[str, str] = {}

    def created(self, since: datetime, until: datetime) -> AsyncIterator[Page[Alert]]:
        """Those that were declared from then until then, the oldest first, with the name of the service in `entity`."""

        async def ask(begin: datetime, end: datetime, offset: int) -> tuple[Sequence[Alert], bool]:
            query = f"createdAt >= {to_us(begin) // 1000} AND createdAt < {to_us(end) // 1000}"
            params: Params = {"query": query, "sort": "createdAt", "order": "asc", "offset": offset, "limit": SIZE}
            found, more = alerts_of((await self.api.get("/v1/incidents", params)).value, "data", self.api.name)
            return [await self._named(each) for each in found], more

        return in_spans(ask, since, until, span=SPAN * 4, deepest=DEEPEST, size=SIZE, upstream=self.api.name)

    async def _named(self, incident: Alert) -> Alert:
        if not incident.services:
            return incident
        service = incident.services[0]
        if service not in self._names:
            self._names[service] = await self._name(service)
        return replace(incident, entity=self._names[service])

    async def _name(self, service: str) -> str:
        try:
            found = (await self.api.get(f"/v1/services/{segment(service)}")).value
        except ApiFault as fault:
            if fault.kind not in ("not_found", "forbidden"):
                raise
            return ""
        named = (found.get("data") or {}).get("name") if isinstance(found, dict) else None
        return named if isinstance(named, str) else ""
