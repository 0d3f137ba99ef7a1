"""Alerts of JSM Operations and Opsgenie, and Opsgenie's incidents, as the messages that both would have sent."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.clients.alert_answers import Alert
from app.clients.alerts import Alerts
from app.clients.declared import Declared
from app.clients.spans import Page
from app.collector.incident_tool import Message, Told, Tool, is_told
from app.kernel.clock import to_us
from app.sources.opsgenie import SOURCE, STATES
from app.sources.opsgenie.naming import ALERT_URL

LONG = timedelta(days=90)
"""How long an incident of Opsgenie may go on, and its end is still found: no list of theirs says what has changed."""


def alert_tool(name: str, client: Alerts | Declared, link: str | None) -> Tool[Alert]:
    """The tool of one client; `link` is where an alert is seen, with `{alertId}`."""

    def pages(since: datetime, until: datetime, first: bool) -> AsyncIterator[Page[Alert]]:
        if isinstance(client, Declared):
            return client.created(since if first else min(since, until - LONG), until)
        return client.created(since, until) if first else client.changed(since)

    async def messages(alert: Alert, told: Sequence[Told]) -> Sequence[Message]:
        due = [
            (action, at, by) for action, at, by in _life(alert) if not is_told(told, f"incident.{STATES[action]}", at)
        ]
        # Its details say which service is meant; messages of later actions have none, either.
        opened = any(action == "Create" for action, *_ in due)
        whole = await client.alert(alert.id) if opened and isinstance(client, Alerts) else alert
        seen = alert.link or link
        headers = {ALERT_URL: seen} if seen else {}
        return [Message(_body(whole, action, at, by), headers) for action, at, by in due]

    return Tool(name, SOURCE, pages, lambda alert: alert.id, messages)


def _life(alert: Alert) -> Iterator[tuple[str, datetime, str]]:
    """What happened to it, when, and who did it."""
    if alert.created is not None:
        yield "Create", alert.created, ""
    if alert.acknowledged_at is not None:
        yield "Acknowledge", alert.acknowledged_at, alert.acknowledged_by
    if alert.closed_at is not None:
        yield "Close", alert.closed_at, alert.closed_by


def _body(alert: Alert, action: str, at: datetime, by: str) -> dict[str, Any]:
    """The message; times in ms, and the last with six digits behind them."""
    told = {
        "alertId": alert.id,
        "message": alert.message,
        "tags": list(alert.tags),
        "entity": alert.entity,
        "priority": alert.priority,
        "details": dict(alert.details),
        "createdAt": to_us(alert.created) // 1000 if alert.created else None,
        "updatedAt": to_us(at) // 1000 * 10**6,
        "username": by or None,
    }
    return {
        "action": action,
        "source": {"type": "web" if "@" in by else "api"},
        "integrationName": alert.integration or None,
        "alert": {name: value for name, value in told.items() if value not in (None, "", [], {})},
    }
