"""Incidents: their lives out of what was told of them, and the deployments that they are put down to."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.facts.artifacts import Artifact, commit_in
from app.facts.blame import INCIDENT_WITHIN
from app.facts.claims import Claim
from app.facts.model import Deployment, Incident

URGENT = frozenset({"P1", "P2"})
_ORDER = {"incident.opened": 0, "incident.acknowledged": 1, "incident.unacknowledged": 2, "incident.resolved": 3,
          "incident.reopened": 4, "incident.cancelled": 5}  # fmt: skip
_ENDS = frozenset({"incident.resolved", "incident.cancelled"})


def incident(claims: Iterable[Claim]) -> Incident | None:
    """What the claims about one incident come to, in whatever order they came. The first word on its end stands.

    None while only its end was told: without a beginning it would count as one that was mended in no time.
    """
    told = sorted(claims, key=lambda claim: (claim.at, _ORDER[claim.type], claim.event_id))
    if all(claim.type in _ENDS and claim["opened_at"] is None for claim in told):
        return None
    opened = [claim for claim in told if claim.type == "incident.opened"]
    ended, state, known = None, "open", None
    for claim in told:
        if claim.type == "incident.acknowledged" and ended is None:
            known, state = known or claim.at, "acknowledged"
        elif claim.type == "incident.unacknowledged" and ended is None:
            state = "open"  # nobody has it any more; that somebody had it first at `known` stays true
        elif claim.type == "incident.resolved" and ended is None:
            ended, state = claim["resolved_at"] or claim.at, "resolved"
        elif claim.type == "incident.reopened":
            ended, state = None, "open"
        elif claim.type == "incident.cancelled":
            ended, state = ended or claim.at, "cancelled"
    first = opened[0] if opened else told[0]
    where = [claim for claim in told if claim.service != "unmapped"] or told
    owner: dict[str, str] = next((claim["owner"] for claim in told if claim["owner"]), {})
    return Incident(
        id=first.subject,
        source=first["source"] or "",
        service=where[0].service,
        environment=next((claim.environment for claim in told if claim.environment), None),
        title=_first(told, "title"),
        priority=_first([first, *told], "priority"),
        opened_at=_first([*opened, *told], "opened_at") or first.at,
        acknowledged_at=known,
        resolved_at=ended,
        state=state,  # type: ignore[arg-type]  # always one of its four states
        deployment_id=None,
        link=None,
        others=(),
        team=owner.get("team"),
        business_area=owner.get("business_area"),
        url=_first(told, "url"),
        evidence=tuple(sorted(claim.event_id for claim in told)),
        tier=_first(told, "tier"),
        pod=owner.get("pod"),
        component=owner.get("component"),
    )


def names(claims: Iterable[Claim]) -> Artifact | None:
    """The deployment that an incident names, by its commit or version; None if it names none."""
    for claim in claims:
        if claim["sha"] or claim["version"]:
            return Artifact(claim["sha"] or commit_in(claim["version"]), claim["version"], "")
    return None


def linked(one: Incident, named: Artifact | None, deployments: Sequence[Deployment]) -> Incident:
    """The incident with the deployment that it is put down to: the one that it names, else the nearest before it.

    `deployments` are those of its service and of its environment (of production, if it says none) before it.
    """
    before = sorted((each for each in deployments if each.counts and each.live_at <= one.opened_at), key=_order)
    if one.state == "cancelled":
        return one
    if named is not None:
        meant = [each for each in before if _is(each, named)]
        if meant:
            return replace(one, deployment_id=meant[-1].id, link="explicit")
    near = [each for each in before if one.opened_at - each.live_at <= INCIDENT_WITHIN]
    if one.priority not in URGENT or not near:
        return one
    others = tuple(each.id for each in reversed(near[:-1]))
    return replace(one, deployment_id=near[-1].id, link="window", others=others[:MOST_OTHERS])


MOST_OTHERS = 20
"""How many other suspects of an incident are kept, the nearest first."""


def _is(deployment: Deployment, named: Artifact) -> bool:
    return Artifact(deployment.sha, deployment.version, deployment.artifact).agrees(named)


def _order(deployment: Deployment) -> tuple[int, str]:
    return deployment.live_at, deployment.id


def _first(claims: Sequence[Claim], name: str) -> Any:
    return next((claim[name] for claim in claims if claim[name] is not None), None)
