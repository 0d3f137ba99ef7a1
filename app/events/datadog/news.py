"""An event of ours as one of Datadog's: https://docs.datadoghq.com/api/latest/events/ (v1: any category)."""

from typing import Any, Literal

from app.events.datadog.calls import Call, View, young
from app.events.datadog.tags import tags
from app.kernel.clock import HOUR, MINUTE, SECOND
from app.kernel.ids import derived_id
from app.kernel.text import clean

LONGEST = 18 * HOUR
"""How old an event may be."""
_AHEAD = 10 * MINUTE
_TITLE, _TEXT, _KEY = 100, 4000, 100
_BAD = frozenset({"failed", "error", "block", "degraded", "missing", "incident.opened", "incident.reopened"})
_GOOD = frozenset({"succeeded", "passed", "allow", "healthy", "in_sync", "incident.resolved"})
_DOUBTFUL = frozenset({"stopped", "unknown", "out_of_sync", "waiting"})


def news_call(view: View, title: str, text: str, now: int) -> Call:
    """The call for an event and its card in words; `now` in µs. Raises Unsaid when it is older than 18 h.

    What is told of one subject (a deployment, an incident) has one key: Datadog shows it together.
    """
    at = young(view, now, LONGEST, _AHEAD)
    body: dict[str, Any] = {
        "title": clean(title or view["type"], _TITLE),
        "text": clean(text or title or view["type"], _TEXT),
        "date_happened": at // SECOND,
        "alert_type": _alert_type(view),
        "aggregation_key": _key(view["subject"]),
        "tags": tags(view),
    }
    return Call("/api/v1/events", body)


def _key(subject: str) -> str:
    return subject if len(subject) <= _KEY else derived_id("datadog", subject)


def _alert_type(view: View) -> Literal["error", "success", "warning", "info"]:
    said = {view["type"], view.get("status"), view.get("verdict")}
    if said & _BAD:
        return "error"
    if said & _GOOD:
        return "success"
    return "warning" if said & _DOUBTFUL else "info"
