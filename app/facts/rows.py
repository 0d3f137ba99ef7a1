"""Rows: a rollout written down as a deployment or an attempt, before lineage and failures are known."""

from typing import Any

from app.facts.model import Attempt, Deployment, Kind, Outcome
from app.facts.reports import Report
from app.facts.rollouts import NAMELESS, Rollout
from app.kernel.ids import derived_id

COUNTED = frozenset({"release", "hotfix", "config"})
_UNKNOWN: dict[str, None] = dict.fromkeys(
    ("failed_by", "failed_because", "failed_confidence", "failure_of", "detected_at", "recovered_at", "recovered_by")
)  # fmt: skip
"""What lineage and blame find out later."""


def deployment_of(
    service: str,
    environment: str,
    rollout: Rollout,
    kind: Kind,
    live_at: int,
    last: Deployment | None,
    outcome: Outcome = "succeeded",
    **known: Any,
) -> Deployment:
    """A rollout that went live at `live_at` (µs) after `last`; one that failed half-way counts for nothing.

    `known` are fields of which more is known than the rollout itself tells.
    """
    artifact, owner = rollout.artifact, rollout.first_said("owner") or {}
    revision, failed = rollout.first_said("revision"), outcome == "failed"
    first = min(rollout.reports, key=lambda report: (report["canonical"] is False, report.at, report.subject))
    starts = [report.start for report in rollout.reports if report.start is not None]
    fields: dict[str, Any] = dict(
        id=derived_id("deployment", service, environment, first.subject),
        service=service,
        environment=environment,
        tier=rollout.first_said("tier"),
        **{part: owner.get(part) for part in ("team", "business_area", "pod", "component")},
        artifact=artifact.key,
        version=artifact.version,
        sha=artifact.sha,
        repository=rollout.first_said("repository"),
        revision=revision,
        kind=kind,
        outcome=outcome,
        started_at=min(starts, default=None),
        live_at=live_at,
        attempts=1,
        failed_attempts=int(failed),
        batch_id=derived_id("batch", revision) if revision else None,
        previous_id=last.id if last else None,
        counts=kind in COUNTED and not failed,
        **_UNKNOWN,
        reverted=False,
        rework=kind in ("hotfix", "rollback"),
        commits=0,
        re_arrivals=0,
        tickets=(),
        flags=(),
        evidence=rollout.evidence,
        platform=_platform(first, *rollout.reports),
    )
    fields.update(known)
    return Deployment(**fields)


def _platform(*reports: Report) -> str | None:
    """What the first says that says any; but where it runs says more than who deployed it there."""
    names = [name for report in reports if (name := report["platform"])]
    return next((name for name in names if name in NAMELESS), next(iter(names), None))


def attempt_of(service: str, environment: str, rollout: Rollout, deployment_id: str | None, at: int) -> Attempt:
    """A rollout as an attempt, in the order of `at` (µs)."""
    first, artifact = rollout.first, rollout.artifact
    outcome = first.outcome or "unknown"
    ends = [report.end for report in rollout.reports if report.end is not None]
    starts = [report.start for report in rollout.reports if report.start is not None]
    return Attempt(
        id=derived_id("attempt", service, environment, first.subject),
        service=service,
        environment=environment,
        deployment_id=deployment_id,
        outcome=outcome,
        started_at=min(starts, default=None),
        finished_at=max(ends, default=None),
        artifact=artifact.key,
        version=artifact.version,
        sha=artifact.sha,
        changed=outcome == "succeeded" or any(report["changed"] for report in rollout.reports),
        error=rollout.first_said("error"),
        evidence=rollout.evidence,
        tier=rollout.first_said("tier"),
        team=(rollout.first_said("owner") or {}).get("team"),
        at=at,
    )
