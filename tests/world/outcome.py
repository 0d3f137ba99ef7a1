"""What a world came to, in one shape for whoever worked it out, and the numbers that follow from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.facts import model
from app.facts.derive import Facts
from tests.world.brute import Answer

COUNTED = ("release", "hotfix", "config")


@dataclass(frozen=True)
class Row:
    """One deployment; times in µs, leads in seconds by whole commit id, None where the lead is negative."""

    live_at: int
    tier: str | None
    kind: str
    outcome: str
    counts: bool
    attempts: int
    flags: tuple[str, ...]
    leads: Mapping[str, float | None]
    back: int
    failed_by: str | None
    reverted: bool
    detected_at: int | None
    recovered_at: int | None


@dataclass(frozen=True)
class Incident:
    """One incident: whose, from when, until when, and the deployment (its `live_at`) that it is put down to."""

    key: str
    service: str
    environment: str | None
    opened_at: int
    resolved_at: int | None
    cause: int | None


@dataclass(frozen=True)
class World:
    """All of it, by (service, environment)."""

    chains: Mapping[tuple[str, str], tuple[Row, ...]]
    failed_attempts: int
    incidents: tuple[Incident, ...] = field(default=())


FLAGS = frozenset({"seed", "unknown_artifact", "unknown_lineage", "approximate", "partially_changed"})


def of_brute(answer: Answer) -> World:
    """The brute force's answer."""
    chains = {
        key: tuple(
            Row(one.live_at, one.tier, one.kind, one.outcome, one.counts, one.attempts, tuple(sorted(one.flags)),
                one.leads, len(one.back), one.failed_by, one.reverted, one.detected_at, one.recovered_at)
            for one in chain
        )
        for key, chain in answer.chains.items()
    }  # fmt: skip
    incidents = (
        Incident(each["external_id"], each["service"], each.get("environment"), each["from"], each["to"], each["cause"])
        for each in answer.incidents
    )
    return World(chains, answer.failed_attempts, tuple(sorted(incidents, key=lambda one: one.key)))


def of_facts(chains: Mapping[tuple[str, str], Facts], incidents: Iterable[model.Incident]) -> World:
    """The same of the facts floor's."""
    rows: dict[tuple[str, str], tuple[Row, ...]] = {}
    for key, facts in chains.items():
        rows[key] = tuple(
            Row(one.live_at, one.tier, one.kind, one.outcome, one.counts, one.attempts, one.flags,
                {each.sha: each.lead_seconds for each in facts.arrivals
                 if each.deployment_id == one.id and each.clock == "commit"},
                one.re_arrivals, one.failed_by, one.reverted, one.detected_at, one.recovered_at)
            for one in facts.deployments
        )  # fmt: skip
    lived = {one.id: one.live_at for facts in chains.values() for one in facts.deployments}
    tries = [one for facts in chains.values() for one in facts.attempts if one.outcome == "failed"]
    told = (
        Incident(one.id.rpartition(":")[2], one.service, one.environment, one.opened_at, one.resolved_at,
                 lived[one.deployment_id] if one.deployment_id else None)
        for one in incidents
    )  # fmt: skip
    return World(rows, len(tries), tuple(sorted(told, key=lambda one: one.key)))


def numbers(world: World, window: tuple[int, int] | None = None) -> dict[str, object]:
    """The figures of production, from the rows alone. What there is no data for is None."""
    first, last = window or (0, 2**62)
    rows = [one for chain in world.chains.values() for one in chain if one.tier == "production"]
    rows = [one for one in rows if first <= one.live_at < last]
    counted = [one for one in rows if one.counts]
    stake = [one for one in rows if one.counts or one.outcome == "failed"]
    failed = [one for one in stake if one.failed_by]
    changed = [one.kind for one in rows if one.kind in (*COUNTED, "rollback") and one.outcome == "succeeded"]
    rework = [kind for kind in changed if kind in ("hotfix", "rollback")]
    leads = [lead for one in rows for lead in one.leads.values()]
    hours = [lead / 3600 for lead in leads if lead is not None]
    incidents = [one for one in world.incidents if first <= one.opened_at < last and one.environment in (None, "prod")]
    restored = _minutes((one.opened_at, one.resolved_at) for one in incidents)
    return {
        "deployments": len(counted),
        "attempts_failed": world.failed_attempts,
        "lead_p50_h": percentile(hours, 0.5),
        "lead_p90_h": percentile(hours, 0.9),
        "negative": leads.count(None),
        "cfr": len(failed) / len(stake) if stake else None,
        "fdrt_min": _minutes((one.live_at, one.recovered_at) for one in failed),
        "detection_min": _minutes((one.detected_at, one.recovered_at) for one in failed),
        "open_failures": sum(one.recovered_at is None for one in failed),
        "restore_min": restored,
        "restore_p50_min": percentile(restored, 0.5),
        "open_incidents": sum(one.resolved_at is None for one in incidents),
        "rework": len(rework) / len(changed) if changed else None,
    }


def percentile(values: Iterable[float], share: float) -> float | None:
    """By linear interpolation between the two nearest, as SQL's PERCENTILE_CONT; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _minutes(pairs: Iterable[tuple[int | None, int | None]]) -> list[float]:
    return sorted((end - start) / 60e6 for start, end in pairs if start is not None and end is not None)
