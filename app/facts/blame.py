"""Failures: which deployments failed, by what evidence, since when that was known, and until when.

Precedence: an incident that names the deployment, a rollback, a revert or hotfix, an incident soon after it, bad
health. Each deployment fails at most once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from app.facts.artifacts import Artifact
from app.facts.health import Degraded, Word, degraded_after
from app.facts.model import Deployment, FailedBy, Incident
from app.kernel.clock import DAY

ROLLBACK_WITHIN = 7 * DAY
INCIDENT_WITHIN = DAY
_REMEDIES = frozenset({"rollback", "hotfix"})
_SILENT = frozenset({"heal", "redeploy"})


@dataclass(frozen=True, slots=True)
class _Charge:
    """What speaks against a deployment: `because` is an id, `of` the deployment that shows it, if one does."""

    by: FailedBy
    because: str
    explicit: bool | None = None


def blame(
    deployments: Sequence[Deployment],
    reverted: Mapping[str, Sequence[str]],
    incidents: Sequence[Incident],
    health: Sequence[Word],
) -> list[Deployment]:
    """The deployments with their failures.

    `reverted` are, by deployment, the deployments whose commits it takes back; `incidents` are linked already.
    """
    telling = [each for each in deployments if each.kind not in _SILENT and each.outcome == "succeeded"]
    charges: dict[str, list[_Charge]] = {}
    shown: dict[str, str] = {}
    back: set[str] = set()
    linked: dict[str, list[Incident]] = {}
    for incident in incidents:
        if incident.deployment_id and incident.state != "cancelled":
            linked.setdefault(incident.deployment_id, []).append(incident)
    halves = [each for each in deployments if _half_way(each)]
    for index, each in enumerate(telling):
        half = _ill_half(halves, telling[index - 1] if index else None, each, health) if halves else None
        found = _by_rollback(telling, index, half, back) if each.kind == "rollback" else []
        if each.kind == "hotfix":
            found = _by_hotfix(telling, index, half, reverted.get(each.id, ()))
        for target, charge in found:
            charges.setdefault(target, []).append(charge)
            shown[each.id] = target
    remedies = [each for each in telling if each.kind in _REMEDIES]
    return [
        _judged(_marked(each, shown, back), charges.get(each.id, ()), linked.get(each.id, ()), health, remedies)
        for each in deployments
    ]


def _marked(one: Deployment, shown: Mapping[str, str], back: Collection[str]) -> Deployment:
    """One deployment with what it says of others, and whether it was taken back with another."""
    if one.id not in shown and one.id not in back:
        return one
    return replace(one, failure_of=shown.get(one.id), reverted=one.id in back)


def _half_way(one: Deployment) -> bool:
    return "partially_changed" in one.flags


def _ill_half(
    halves: Sequence[Deployment], last: Deployment | None, remedy: Deployment, health: Sequence[Word]
) -> Deployment | None:
    """What stopped half-way after the `last` that went live, and was ill until the remedy: that is what it mends."""
    since = last.live_at if last else 0
    for each in reversed(halves):
        ill = degraded_after(health, each.live_at) if since <= each.live_at < remedy.live_at else None
        if ill and (ill.until is None or ill.until >= remedy.live_at):
            return each
    return None


def _by_rollback(
    telling: Sequence[Deployment], index: int, half: Deployment | None, back: set[str]
) -> list[tuple[str, _Charge]]:
    """The deployment just before a rollback failed; those between it and what came back were taken back with it."""
    rollback, place = telling[index], index if half else index - 1
    target = half or telling[place]
    if index == 0 or rollback.live_at - target.live_at > ROLLBACK_WITHIN:
        return []
    returned = _artifact(rollback)
    for between in reversed(telling[:place]):
        if _artifact(between).agrees(returned):
            break
        back.add(between.id)
    return [(target.id, _Charge("rollback", rollback.id))]


def _artifact(deployment: Deployment) -> Artifact:
    return Artifact(deployment.sha, deployment.version, deployment.artifact)


def _by_hotfix(
    telling: Sequence[Deployment], index: int, half: Deployment | None, reverted: Sequence[str]
) -> list[tuple[str, _Charge]]:
    """The deployments with the commits that it takes back, else what is ill half-way, else the last that counts."""
    hotfix = telling[index]
    if reverted:
        return [(target, _Charge("revert", hotfix.id)) for target in reverted]
    before = half or next((each for each in reversed(telling[:index]) if each.counts), None)
    return [(before.id, _Charge("hotfix", hotfix.id))] if before else []


def _judged(
    one: Deployment,
    charges: Sequence[_Charge],
    incidents: Sequence[Incident],
    health: Sequence[Word],
    remedies: Sequence[Deployment],
) -> Deployment:
    """One deployment with what was found against it."""
    partly = _half_way(one)
    ill = degraded_after(health, one.live_at) if health and (one.counts or partly) else None
    charge = _heaviest(charges, incidents, ill)
    if charge is None or not (one.counts or partly):
        return one
    ends = [(each.live_at, each.id) for each in remedies if each.live_at > one.live_at][:1]
    ends += [(each.resolved_at, each.id) for each in incidents if each.resolved_at is not None]
    known = [each.opened_at for each in incidents]
    if ill and (partly or charge.by == "degraded"):
        known.append(ill.since)
        ends += [(ill.until, ill.event_id)] if ill.until is not None else []
    ended = min(ends, default=(None, None))
    return replace(
        one,
        failed_by=charge.by,
        failed_because=charge.because,
        failed_confidence=None if charge.explicit is None else "explicit" if charge.explicit else "window",
        detected_at=min(known, default=None),
        recovered_at=ended[0],
        recovered_by=ended[1],
    )


def _heaviest(charges: Sequence[_Charge], incidents: Sequence[Incident], ill: Degraded | None) -> _Charge | None:
    """The evidence that goes before the others."""
    told = sorted(incidents, key=lambda each: (each.opened_at, each.id))
    explicit = [_Charge("incident", each.id, True) for each in told if each.link == "explicit"]
    rollback = [each for each in charges if each.by == "rollback"]
    mended = sorted((each for each in charges if each.by != "rollback"), key=lambda each: each.by, reverse=True)
    window = [_Charge("incident", each.id, False) for each in told if each.link == "window"]
    health = [_Charge("degraded", ill.event_id)] if ill else []
    return next(iter([*explicit, *rollback, *mended, *window, *health]), None)
