"""The summary that a rule with a schedule sends: what happened since it did so last, and the measures of that time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.events import UNMAPPED, Draft
from app.kernel.clock import iso, to_datetime
from app.measures import answer
from app.measures.found import MEASURES
from app.measures.scope import Scope
from app.store import Connection
from app.store.measure_points import read
from app.store.summary import Happened, Kind

_SERVICES = 10
_DORA = {
    "deployments": "deployment_frequency",
    "lead_time_seconds": "change_lead_time",
    "change_fail_ratio": "change_fail_rate",
    "recovery_seconds": "failed_deployment_recovery",
    "restore_seconds": "time_to_restore",
    "rework_ratio": "rework_rate",
    "open_failures": "open_failures",
}
"""What a summary calls each measure."""


def summary_draft(rule: str, since: int, until: int, what: Happened, dora: Mapping[str, float | None]) -> Draft:
    """The summary of [since, until), µs, for a rule; the same moment gives the same event."""
    ended = {kind: number for kind, number in what.events.items() if kind[0] == "deployment.finished"}
    detail: dict[str, Any] = {
        "since": iso(since),
        "until": iso(until),
        "events": sum(what.events.values()),
        "deployments": sum(ended.values()),
        "failed_deployments": _count(ended, "deployment.finished", ("failed",)),
        "failed_pipelines": what.failed_pipelines,
        "merged_pull_requests": what.merged_pull_requests,
        "incidents": _count(what.events, "incident.opened"),
        "blocked_gates": what.blocked_gates,
        "dead_letters": what.dead_letters,
        "dora": dict(dora),
        "environments": _environments(ended),
        "services": _services(ended),
    }
    return Draft(
        type="shipbell.summary",
        subject=f"summary:{rule}",
        identity=f"{rule}:{until}",
        occurred_at=to_datetime(until),
        fields={"rule": rule, "summary": detail},
    )


def dora_of(connection: Connection, stages: Sequence[tuple[str, str]], since: int, until: int) -> dict[str, Any]:
    """The measures of production in [since, until), µs, by their names in a summary."""
    measures = [MEASURES[name] for name in _DORA.values()]
    kinds = {kind for measure in measures for kind in measure.facts}
    seen = read(connection, Scope(stages), kinds, since, until, until)
    return {name: answer(MEASURES[measure], seen).headline for name, measure in _DORA.items()}


def _count(events: Mapping[Kind, int], event_type: str, statuses: tuple[str, ...] = ()) -> int:
    return sum(
        number for kind, number in events.items() if kind[0] == event_type and (not statuses or kind[1] in statuses)
    )


def _environments(ended: Mapping[Kind, int]) -> list[dict[str, Any]]:
    by_name: dict[str, Counter[str | None]] = {}
    for (_, status, _, environment), number in ended.items():
        if environment is not None:
            by_name.setdefault(environment, Counter())[status] += number
    return [
        {
            "environment": name,
            "deployments": counts.total(),
            "succeeded": counts["succeeded"],
            "failed": counts["failed"],
        }
        for name, counts in sorted(by_name.items())
    ]


def _services(ended: Mapping[Kind, int]) -> list[dict[str, Any]]:
    """The busiest ones; what the estate does not know has no name to stand under."""
    busy: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for kind, number in ended.items():
        if kind[2] != UNMAPPED:
            busy[kind[2]] += number
            failed[kind[2]] += number if kind[1] == "failed" else 0
    first = sorted(busy.items(), key=lambda item: (-item[1], item[0]))[:_SERVICES]
    return [{"service": name, "deployments": number, "failed": failed[name]} for name, number in first]
