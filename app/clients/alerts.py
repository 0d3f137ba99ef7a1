"""Alerts of JSM Operations and of Opsgenie over REST: the same things under two addresses and in two envelopes.

https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-alerts/
https://docs.opsgenie.com/docs/alert-api
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.clients.addressed import segment
from app.clients.alert_answers import Alert
from app.clients.api import Api
from app.clients.faults import ApiFault
from app.clients.replies import read
from app.clients.spans import Page, in_spans
from app.kernel.clock import to_us

SIZE = 100
"""Alerts in one answer: the most there are."""
DEEPEST = 20_000
"""Offset and limit together are no more than this: https://docs.opsgenie.com/docs/alert-api#list-alerts"""
SPAN = timedelta(days=30)


class Alerts:
    """The questions that we ask; each raises ApiFault. `query` chooses alerts, in the words of their search."""

    def __init__(self, api: Api, *, jsm: bool, query: str = "") -> None:
        self.api, self._jsm, self._query = api, jsm, query.strip()
        self._path = "/v1/alerts" if jsm else "/v2/alerts"

    def created(self, since: datetime, until: datetime) -> AsyncIterator[Page[Alert]]:
        """Those that were created from then until then, the oldest first."""

        async def ask(begin: datetime, end: datetime, offset: int) -> tuple[Sequence[Alert], bool]:
            between = f"createdAt >= {_ms(begin)} AND createdAt < {_ms(end)}"
            return await self._page(between, "createdAt", "asc", offset)

        return in_spans(ask, since, until, span=SPAN, deepest=DEEPEST, size=SIZE, upstream=self.api.name)

    async def changed(self, since: datetime) -> AsyncIterator[Page[Alert]]:
        """Those that were touched since then, the latest first: their search knows no time of the last change."""
        for offset in range(0, DEEPEST, SIZE):
            alerts, more = await self._page("", "updatedAt", "desc", offset)
            fresh = [each for each in alerts if each.updated is None or each.updated >= since]
            yield Page(fresh)
            if not more or len(fresh) < len(alerts):
                return
        raise ApiFault(
            "integration_error", self.api.name, f"more than {DEEPEST} alerts changed: choose some by `query`"
        )

    async def alert(self, alert_id: str) -> Alert:
        """One alert, with its details."""
        found = (await self.api.get(f"{self._path}/{segment(alert_id)}")).value
        return read(Alert, found.get("data", found) if isinstance(found, dict) else found, self.api.name)

    async def _page(self, between: str, sort: str, order: str, offset: int) -> tuple[Sequence[Alert], bool]:
        chosen = f"({self._query})" if self._query and between else self._query
        query = " AND ".join(part for part in (between, chosen) if part)
        params: dict[str, str | int | Sequence[str]] = {"offset": offset, "sort": sort, "order": order}
        params["size" if self._jsm else "limit"] = SIZE
        if query:
            params["query"] = query
        return alerts_of(
            (await self.api.get(self._path, params)).value, "values" if self._jsm else "data", self.api.name
        )


def alerts_of(answer: Any, key: str, upstream: str) -> tuple[Sequence[Alert], bool]:
    """The alerts of an answer, and whether there is a next page: a full one that does not say so has one."""
    listed = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        raise ApiFault("integration_error", upstream, f"{key}: missing")
    paging = answer.get("links" if key == "values" else "paging")
    more = bool(paging.get("next")) if isinstance(paging, dict) else len(listed) == SIZE
    return [read(Alert, each, upstream) for each in listed], more and bool(listed)


def _ms(moment: datetime) -> int:
    return to_us(moment) // 1000
