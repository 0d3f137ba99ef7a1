"""DORA figures of a scope as samples: the measures' own numbers, none computed here."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import get_args

from app.exporter import shown
from app.exporter.shown import Sample, Shown
from app.facts.model import FailedBy, Kind
from app.kernel.clock import DAY, SECOND
from app.measures import Answer, Seen, answer
from app.measures.found import MEASURES
from app.measures.windows import ROLLING

LONGEST = max(ROLLING)
KINDS: tuple[str, ...] = get_args(Kind)
EVIDENCE: tuple[str, ...] = get_args(FailedBy)
COUNTED = (
    "deployment_frequency", "change_lead_time", "change_fail_rate", "failed_deployment_recovery", "rework_rate"
)  # fmt: skip
"""DORA's five, for which the number of rows is told."""
FACTS = ("deployments", "commits", "pulls", "incidents", "attempts", "open_failures", "open_incidents")
"""The kinds of facts that these samples are made of."""
_QUANTILES = {"p50": "0.5", "p90": "0.9"}
_QUALITY_DAYS = 28

Labels = tuple[str, ...]


def of_environment(service: str, environment: str, seen: Seen) -> Iterator[Sample]:
    """The samples of a service in an environment of production; `seen` are the facts of the longest window."""
    chain = service, environment
    for days in ROLLING:
        yield from _of_window((*chain, f"{days}d"), _last(seen, days))
    yield shown.OPEN, chain, len(seen.open_failures)
    if seen.open_failures:
        yield shown.OPEN_OLDEST, chain, min(point.at for point in seen.open_failures) / SECOND


def of_team(team: str, seen: Seen) -> Iterator[Sample]:
    """The samples of a team."""
    for days in ROLLING:
        found, labels = _answers(_last(seen, days)), (team, f"{days}d")
        yield from _value(shown.TEAM_FREQUENCY, labels, found["deployment_frequency"], "per_day")
        yield from _value(shown.TEAM_FAIL_RATIO, labels, found["change_fail_rate"], "ratio")
        yield from _value(shown.TEAM_REWORK, labels, found["rework_rate"], "ratio")
        yield from _quantiles(shown.TEAM_LEAD_TIME, labels, found["change_lead_time"])
        yield from _quantiles(shown.TEAM_RECOVERY, labels, found["failed_deployment_recovery"])


def of_quality(service: str, seen: Seen) -> Iterator[Sample]:
    """How far a service's numbers can be trusted."""
    for check, value in answer(MEASURES["data_quality"], _last(seen, _QUALITY_DAYS)).values.items():
        if value is not None:
            yield shown.QUALITY, (service, check), value


def of_stays(service: str, seen: Seen) -> Iterator[Sample]:
    """How long a service's changes stayed in each environment."""
    for days in ROLLING:
        found = answer(MEASURES["stage_dwell"], _last(seen, days))
        for environment in found.parts:
            yield from _quantiles(shown.DWELL, (service, environment, f"{days}d"), found, prefix=f"{environment}_")


def _of_window(labels: Labels, seen: Seen) -> Iterator[Sample]:
    found = _answers(seen)
    kinds = Counter(point.kind for point in seen.deployments if point.outcome == "succeeded")
    yield from ((shown.DEPLOYMENTS, (*labels, kind), kinds[kind]) for kind in KINDS)
    failed = found["change_fail_rate"]
    yield from ((shown.FAILED, (*labels, evidence), failed.parts.get(evidence, 0)) for evidence in EVIDENCE)
    yield shown.ATTEMPT_FAILURES, labels, found["attempt_failure_ratio"].parts["failed"]
    yield from _value(shown.FREQUENCY, labels, found["deployment_frequency"], "per_day")
    yield from _value(shown.FAIL_RATIO, labels, failed, "ratio")
    yield from _value(shown.REWORK, labels, found["rework_rate"], "ratio")
    lead = found["change_lead_time"]
    yield from _quantiles(shown.LEAD_TIME, (*labels, "commit"), lead)
    yield from _quantiles(shown.LEAD_TIME, (*labels, "first_commit"), lead, prefix="first_commit_")
    yield from _quantiles(shown.LEAD_TIME, (*labels, "merge"), lead, prefix="merge_")
    yield from _quantiles(shown.RECOVERY, labels, found["failed_deployment_recovery"])
    yield from _quantiles(shown.RESTORE, labels, found["time_to_restore"])
    yield from ((shown.SAMPLES, (*labels, name), found[name].n) for name in COUNTED)


def _answers(seen: Seen) -> Mapping[str, Answer]:
    return {name: answer(MEASURES[name], seen) for name in (*COUNTED, "attempt_failure_ratio", "time_to_restore")}


def _last(seen: Seen, days: int) -> Seen:
    return seen if days == LONGEST else seen.between(seen.end - days * DAY, seen.end)


def _value(metric: Shown, labels: Labels, found: Answer, name: str) -> Iterator[Sample]:
    value = found.values[name]
    if value is not None:
        yield metric, labels, value


def _quantiles(metric: Shown, labels: Labels, found: Answer, prefix: str = "") -> Iterator[Sample]:
    """p50 and p90, where there are rows, and where nothing that is open could move them."""
    for name, quantile in _QUANTILES.items():
        value = found.values.get(prefix + name)
        if value is not None:
            yield metric, (*labels, quantile), value
