"""A chain: all deployments of one service in one environment, in the order in which they went live."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app.facts.artifacts import WHOLE, Artifact, Seen, digits_in
from app.facts.history import is_hotfix
from app.facts.lineage import Behind, Carried, Graph, carried
from app.facts.model import Arrival, Attempt, Commit, Deployment, Kind
from app.facts.rollouts import Rollout, tries_between
from app.facts.rows import attempt_of, deployment_of
from app.kernel.clock import SECOND

FAR = 20
"""How many deployments back history is walked through: what was live before that is not looked into again."""


@dataclass(frozen=True, slots=True)
class Before:
    """What came before the deployments that are derived: all that their derivation needs of it.

    `recent` are the `live_at` (µs) of at most FAR deployments, the oldest first.
    """

    last: Deployment | None = None
    seen: Seen = field(default_factory=Seen)
    recent: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What the chain comes to. `waits` are, by deployment or attempt, the commits and versions that it hangs on."""

    deployments: list[Deployment]
    attempts: list[Attempt]
    arrivals: list[Arrival]
    waits: dict[str, frozenset[str]]
    reverted: dict[str, tuple[str, ...]]
    doubtful: set[str]


class Chain:
    """Folds rollouts into deployments, one after the other."""

    def __init__(self, service: str, environment: str, before: Before, graph: Graph) -> None:
        self._service, self._environment, self._graph = service, environment, graph
        self._last, self._seen = before.last, before.seen
        self._recent, self._behind = list(before.recent), Behind()
        self._since = before.last.live_at if before.last else 0
        self.told = Told([], [], [], {}, {}, set())

    def fold(self, live: Sequence[Rollout], tries: Sequence[Rollout]) -> Told:
        """All rollouts: those that went live in their order, and the others."""
        counts, kept = tries_between(tries, live, self._since), []
        for rollout, failed in zip(live, counts, strict=True):
            if not self._strays(rollout):
                kept.append(rollout)
                self._add(rollout, failed)
        self._tries(kept, tries)
        return self.told

    def _strays(self, rollout: Rollout) -> bool:
        """Whether it is evidence of nothing: where deployments have a record, a scale to zero must not become one."""
        return rollout.vague and self._last is not None and "evidence_only" not in self._last.flags

    def _add(self, rollout: Rollout, failed: int) -> None:
        artifact, live_at = rollout.artifact, rollout.live_at or 0
        brought = self._carried(artifact, live_at)
        revision = rollout.first_said("revision")
        same = self._last is not None and _same(self._last, artifact, revision)
        kind = self._kind(rollout, artifact, brought, same, revision)
        if kind == "rollback":
            brought = Carried(waits=brought.waits, doubt=brought.doubt)
        flags = self._flags(rollout, brought)
        if same and self._last:
            revision = revision or self._last.revision
        tickets = {key for report in rollout.reports for key in report["tickets"] or ()}
        tickets.update(brought.tickets)
        tickets.update(key for request in brought.requests.values() for key in request.tickets)
        deployment = deployment_of(
            self._service,
            self._environment,
            rollout,
            kind,
            live_at,
            self._last,
            revision=revision,
            flags=flags,
            attempts=failed + 1,
            failed_attempts=failed,
            commits=len(brought.arrivals),
            re_arrivals=brought.again,
            tickets=tuple(sorted(tickets)),
        )
        self._arrive(deployment, brought)

    def _carried(self, artifact: Artifact, live_at: int) -> Carried:
        """What it carries; nothing where that cannot be known or it is the same again."""
        last = self._last
        if artifact.sha is None:
            return Carried(waits=_unresolved(artifact))
        if last is None or _artifact(last).agrees(artifact):
            return Carried(waits=frozenset({artifact.sha}))
        if last.sha is None:
            return Carried(flags=frozenset({"unknown_lineage"}), waits=frozenset({artifact.sha}))
        horizon = self._recent[0] if len(self._recent) >= FAR else 0
        return carried(self._graph, self._behind, artifact.sha, last.sha, last.live_at, horizon)

    def _kind(self, rollout: Rollout, artifact: Artifact, brought: Carried, same: bool, revision: str | None) -> Kind:
        last = self._last
        if last is None:
            return "release"
        if same:
            if revision and last.revision and revision != last.revision:
                return "config"
            return "heal" if rollout.first_said("automated") else "redeploy"
        first, current = self._seen.first(artifact), self._seen.first(_artifact(last))
        if first is not None and current is not None and first < current:
            return "rollback"
        if first is None and rollout.first_said("rollback"):
            return "rollback"
        return "hotfix" if brought.hotfix or is_hotfix(rollout.first_said("branch")) else "release"

    def _flags(self, rollout: Rollout, brought: Carried) -> tuple[str, ...]:
        flags = set(brought.flags)
        if self._last is None:
            flags.add("seed")
        if rollout.artifact.sha is None:
            flags.add("unknown_artifact")
        if rollout.vague:
            flags.add("evidence_only")
        if not rollout.healthy:
            flags.add("unconfirmed")
        return tuple(sorted(flags))

    def _arrive(self, deployment: Deployment, brought: Carried) -> None:
        """Note what it brought, and make it the last one."""
        arrivals = [self._arrival(deployment, commit, brought) for commit in brought.arrivals]
        if deployment.kind == "config" and (commit := self._graph.commits.get(deployment.revision or "")):
            arrivals.append(self._arrival(deployment, commit, Carried(), config=True))
        for arrival in arrivals:
            self._graph.live.setdefault(arrival.sha, deployment.live_at)
        for commit in brought.arrivals:
            if commit.original:
                self._graph.copied.add(self._graph.full(commit.original))
        if deployment.sha:
            self._graph.live.setdefault(deployment.sha, deployment.live_at)
        self.told.deployments.append(deployment)
        self.told.arrivals.extend(arrivals)
        self.told.waits[deployment.id] = brought.waits
        self.told.reverted[deployment.id] = brought.reverted
        self.told.doubtful.update({deployment.id} if brought.doubt else ())
        self._seen.add(_artifact(deployment), deployment.live_at)
        self._recent = [*self._recent[-FAR + 1 :], deployment.live_at]
        self._last = deployment

    def _arrival(self, deployment: Deployment, commit: Commit, brought: Carried, *, config: bool = False) -> Arrival:
        request = brought.requests.get(commit.sha)
        authored = commit.authored_at if commit.authored_at is not None else commit.committed_at
        lead = None if authored is None else (deployment.live_at - authored) / SECOND
        flags = {"squashed"} if commit.sha in brought.squashed else set()
        flags |= {"approximate"} & brought.flags
        flags |= {"no_time"} if lead is None else {"negative"} if lead < 0 else set()
        return Arrival(
            service=self._service,
            environment=self._environment,
            repository=commit.repository,
            sha=commit.sha,
            deployment_id=deployment.id,
            live_at=deployment.live_at,
            authored_at=commit.authored_at,
            committed_at=commit.committed_at,
            pushed_at=commit.pushed_at,
            merged_at=request.merged_at if request else None,
            lead_seconds=lead if lead is not None and lead >= 0 else None,
            clock="config" if config else "commit",
            author=commit.author,
            author_kind=commit.author_kind,
            pull_request=request.id if request else commit.pull_request,
            flags=tuple(sorted(flags)),
            original=self._graph.full(commit.original) if commit.original else None,
            tier=deployment.tier,
            team=deployment.team,
        )

    def _tries(self, live: Sequence[Rollout], tries: Sequence[Rollout]) -> None:
        """Every try as an attempt: those that went live, those that failed, those whose end nobody has told."""
        here, deployments = (self._service, self._environment), self.told.deployments
        for rollout, deployment in zip(live, deployments, strict=True):
            self.told.attempts.append(attempt_of(*here, rollout, deployment.id, deployment.live_at))
        ends = [each.live_at for each in deployments]
        for rollout in tries:
            place = bisect_left(ends, rollout.first.at)
            after = deployments[place] if place < len(ends) else None
            mine = after is not None and _artifact(after).agrees(rollout.artifact)
            attempt = attempt_of(*here, rollout, after.id if after and mine else None, rollout.first.at)
            if attempt.outcome == "succeeded":  # on some of its targets
                attempt = replace(attempt, outcome="unknown")
            superseded = after is not None and attempt.outcome == "unknown" and rollout.first.outcome is None
            self.told.attempts.append(replace(attempt, outcome="superseded") if superseded else attempt)
            self.told.waits[attempt.id] = _unresolved(rollout.artifact)


def _same(last: Deployment, artifact: Artifact, revision: str | None) -> bool:
    """Whether it is what runs already. What names nothing is known by the platform's own revision."""
    named = artifact.sha or artifact.version
    return _artifact(last).agrees(artifact) or (not named and revision is not None and revision == last.revision)


def _artifact(deployment: Deployment) -> Artifact:
    return Artifact(deployment.sha, deployment.version, deployment.artifact)


def _unresolved(artifact: Artifact) -> frozenset[str]:
    """What may yet tell which commit it is."""
    if artifact.sha is None:
        return frozenset({f"={artifact.version}", *digits_in(artifact.version)} if artifact.version else ())
    return frozenset({artifact.sha} if len(artifact.sha) < WHOLE else ())
