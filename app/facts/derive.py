"""From claims to the facts of a chain, in two steps: what rolled out, then what that means.

Between the steps the caller finds what is known of the commits that rolled out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.facts.artifacts import Artifact
from app.facts.blame import blame
from app.facts.chain import Before, Chain, Told
from app.facts.claims import Claim
from app.facts.health import Word, degraded_after, words
from app.facts.incidents import linked
from app.facts.lineage import Graph
from app.facts.model import Arrival, Attempt, Deployment, Incident
from app.facts.reports import reports
from app.facts.rollouts import Rollout, rollouts
from app.facts.rows import deployment_of
from app.kernel.ids import derived_id


@dataclass(frozen=True, slots=True)
class Rolled:
    """What rolled out on a chain: what went live in that order, and the other tries."""

    live: Sequence[Rollout]
    tries: Sequence[Rollout]
    health: Sequence[Word]

    def shas(self) -> set[str]:
        """The commits that went live, whole or not."""
        return {each.artifact.sha for each in self.live if each.artifact.sha}

    def revisions(self) -> set[str]:
        """The manifests' commits that went live."""
        return {report["revision"] for each in self.live for report in each.reports if report["revision"]}


@dataclass(frozen=True, slots=True)
class Suspects:
    """What is needed to put incidents down to deployments beside the chain itself.

    `named` are artifacts by incident; `others` deployments that are not derived here: earlier ones of the chain, and
    those of the service's other environments of production. `holders` are deployments by the commits that they brought.
    """

    incidents: Sequence[Incident] = ()
    named: Mapping[str, Artifact] = field(default_factory=dict)
    others: Sequence[Deployment] = ()
    holders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a chain comes to. Of `doubtful` deployments more of the history could change what they carry."""

    deployments: Sequence[Deployment]
    attempts: Sequence[Attempt]
    arrivals: Sequence[Arrival]
    waits: Mapping[str, frozenset[str]]
    incidents: Sequence[Incident]
    doubtful: Collection[str] = ()


def roll(claims: Sequence[Claim], whole: Mapping[str, str]) -> Rolled:
    """What rolled out, by the claims of one chain. `whole`: see `app.facts.reports.reports`."""
    health = sorted((each for each in claims if each.family == "health"), key=_since)
    told = reports((each for each in claims if each.family == "deployment"), whole)
    live, tries = rollouts(told, health)
    return Rolled(live, tries, words(health))


def derive(service: str, environment: str, rolled: Rolled, before: Before, graph: Graph, suspects: Suspects) -> Facts:
    """The facts of a chain, or of its end after what came `before`."""
    told = Chain(service, environment, before, graph).fold(rolled.live, rolled.tries)
    halves = _partly(service, environment, rolled, before, told)
    deployments = sorted([*told.deployments, *halves.values()], key=_order)
    holders = dict(suspects.holders)
    for arrival in reversed(told.arrivals):
        holders[arrival.sha] = arrival.deployment_id
    for sha, request in graph.merges.items():  # who takes back a merge takes back what it stands for
        brought = next((holders[own] for own in map(graph.full, request.commits) if own in holders), None)
        if brought is not None:
            holders.setdefault(sha, brought)
    taken = {
        each: list(dict.fromkeys(holders[sha] for sha in shas if sha in holders and holders[sha] != each))
        for each, shas in told.reverted.items()
    }
    everywhere = [*deployments, *suspects.others]
    incidents = [
        linked(each, suspects.named.get(each.id), [one for one in everywhere if _about(each, one)])
        for each in suspects.incidents
    ]
    return Facts(
        blame(deployments, taken, incidents, rolled.health),
        [replace(each, deployment_id=halves[each.id].id) if each.id in halves else each for each in told.attempts],
        told.arrivals,
        told.waits,
        incidents,
        told.doubtful,
    )


def _about(incident: Incident, one: Deployment) -> bool:
    """Whether an incident is about where a deployment is: without an environment it is about production."""
    return one.environment == incident.environment if incident.environment else one.tier == "production"


def _partly(service: str, environment: str, rolled: Rolled, before: Before, told: Told) -> dict[str, Deployment]:
    """Tries that failed half-way and left what runs in bad health before anything else went live, by their attempts.

    A further try that makes it good ends the failure; that there was one stays true.
    """
    found: dict[str, Deployment] = {}
    for each in rolled.tries:
        first = each.first
        at = first.end or first.at
        attempt = derived_id("attempt", service, environment, first.subject)
        changed = first.outcome == "failed" and any(report["changed"] for report in each.reports)
        ill = degraded_after(rolled.health, at) if changed else None
        after = next((one.live_at for one in told.deployments if one.live_at > at), None)
        if ill and (after is None or ill.since < after):
            last = next((one for one in reversed(told.deployments) if one.live_at <= at), before.last)
            half = deployment_of(service, environment, each, "release", at, last, "failed")
            found[attempt] = replace(half, flags=("partially_changed",))
    return found


def _since(claim: Claim) -> tuple[int, str]:
    return claim["since"] or claim.at, claim.event_id


def _order(deployment: Deployment) -> tuple[int, str]:
    return deployment.live_at, deployment.id
