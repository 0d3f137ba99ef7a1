"""An event as points of Datadog's metrics: https://docs.datadoghq.com/api/latest/metrics/#submit-metrics

Points are taken up to an hour after they happened and never later, so there is no back-fill. A point that is sent
again has the same time, name and tags, and takes the place of the first.
"""

from collections.abc import Callable
from typing import Any

from app.events.datadog.calls import Call, Unsaid, View, moment, young
from app.events.datadog.tags import tags
from app.kernel.clock import HOUR, MINUTE, SECOND

LONGEST = HOUR
"""How old a point may be."""
_AHEAD = 10 * MINUTE
_COUNT, _GAUGE = 1, 3
Values = dict[str, tuple[int, float]]


def points_call(view: View, now: int) -> Call:
    """The call with all points of an event; `now` in µs. Raises Unsaid when it is too old, or counts nothing."""
    make = _MAKERS.get(view["type"])
    values = make(view) if make is not None else {}
    if not values:
        raise Unsaid("unsuitable")
    at, tagged = young(view, now, LONGEST, _AHEAD) // SECOND, tags(view)
    series: list[dict[str, Any]] = [
        {"metric": name, "type": kind, "points": [{"timestamp": at, "value": value}], "tags": tagged}
        for name, (kind, value) in values.items()
    ]
    return Call("/api/v2/series", {"series": series})


def _deployment(view: View) -> Values:
    if (view.get("operation") or {}).get("dry_run"):
        return {}
    return {"shipbell.deployments": (_COUNT, 1), **_seconds("shipbell.deployment.duration", view)}


def _pipeline(view: View) -> Values:
    return {"shipbell.pipelines": (_COUNT, 1), **_seconds("shipbell.pipeline.duration", view)}


def _opened(_: View) -> Values:
    return {"shipbell.incidents": (_COUNT, 1)}


def _resolved(view: View) -> Values:
    """How long it took; without its beginning there is nothing to say."""
    began, ended = moment(view, "opened_at"), moment(view, "resolved_at", "occurred_at")
    if began is None or ended is None or ended < began:
        return {}
    return {"shipbell.incident.time_to_restore": (_GAUGE, (ended - began) / SECOND)}


def _seconds(name: str, view: View) -> Values:
    duration = view.get("duration_seconds")
    return {} if duration is None else {name: (_GAUGE, float(duration))}


_MAKERS: dict[str, Callable[[View], Values]] = {
    "deployment.finished": _deployment,
    "pipeline.finished": _pipeline,
    "incident.opened": _opened,
    "incident.resolved": _resolved,
}
