"""What events add up to. Times are µs since 1970, UTC; durations are seconds; what is not known is None."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["release", "hotfix", "config", "rollback", "redeploy", "heal"]
Outcome = Literal["succeeded", "failed", "superseded", "unknown"]
FailedBy = Literal["rollback", "hotfix", "revert", "incident", "degraded"]
Clock = Literal["commit", "config"]


@dataclass(frozen=True, slots=True)
class Deployment:
    """An attempt that changed what runs, or ran the same again, and went live.

    `artifact` is what the chain tells things apart by: the commit if it is known, else the version.
    `sha` is in full where a push told it. `counts` says that it is in the deployment frequency and in the
    denominator of the change fail rate. `failed_because` is the id of the deployment, incident or event that says so;
    `failure_of` is, of a rollback or hotfix, the deployment that it shows as failed; `recovered_by` is the deployment
    or incident that ended the failure. `commits` arrived with it for the first time, `re_arrivals` were live before.
    Flags: seed, unknown_artifact, evidence_only, unknown_lineage, incomplete (some of its commits are not told),
    approximate, partially_changed, unconfirmed (nobody said that it was healthy).
    """

    id: str
    service: str
    environment: str
    tier: str | None
    team: str | None
    business_area: str | None
    pod: str | None
    component: str | None
    artifact: str
    version: str | None
    sha: str | None
    repository: str | None
    revision: str | None
    kind: Kind
    outcome: Outcome
    started_at: int | None
    live_at: int
    attempts: int
    failed_attempts: int
    batch_id: str | None
    previous_id: str | None
    counts: bool
    failed_by: FailedBy | None
    failed_because: str | None
    failed_confidence: Literal["explicit", "window"] | None
    failure_of: str | None
    detected_at: int | None
    recovered_at: int | None
    recovered_by: str | None
    reverted: bool
    rework: bool
    commits: int
    re_arrivals: int
    tickets: tuple[str, ...]
    flags: tuple[str, ...]
    evidence: tuple[str, ...]
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One rollout operation as one or several sources report it. `changed` is whether anything in the environment was.

    One that failed before it changed anything counts for the attempt failure ratio, never for the change fail rate.
    `deployment_id` is the deployment that it became, or the one that it was tried before; `at` (µs) orders attempts.
    """

    id: str
    service: str
    environment: str
    deployment_id: str | None
    outcome: Outcome
    started_at: int | None
    finished_at: int | None
    artifact: str
    version: str | None
    sha: str | None
    changed: bool
    error: str | None
    evidence: tuple[str, ...]
    tier: str | None = None
    team: str | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """The first time that a commit became live in a chain.

    `lead_seconds` is `live_at` less the author date; negative ones are None with the flag `negative`. `clock` is
    `config` for the manifests' commit of a config-only deployment. `original` is the commit that it was cherry-picked
    from. Flags: negative, no_time, squashed, approximate.
    """

    service: str
    environment: str
    repository: str
    sha: str
    deployment_id: str
    live_at: int
    authored_at: int | None
    committed_at: int | None
    pushed_at: int | None
    merged_at: int | None
    lead_seconds: float | None
    clock: Clock
    author: str | None
    author_kind: str | None
    pull_request: int | None
    flags: tuple[str, ...]
    original: str | None = None
    tier: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as pushes and pull requests tell it. `original` is the commit that it says it was cherry-picked from.

    `pull_request` is the first of those that it is told to be in, merged or not.
    """

    repository: str
    sha: str
    message: str | None
    author: str | None
    author_kind: str | None
    authored_at: int | None
    committed_at: int | None
    pushed_at: int | None
    pull_request: int | None
    merge: bool
    original: str | None
    tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request. `commits` are its own, also where they were squashed; `hotfix` by its branch, labels or title."""

    repository: str
    id: int
    title: str | None
    author: str | None
    source_branch: str | None
    opened_at: int | None
    first_commit_at: int | None
    merged_at: int | None
    merge_commit: str | None
    head: str | None
    commits: tuple[str, ...]
    hotfix: bool
    tickets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident. `id` is its subject; `others` are further deployments that might have been its cause."""

    id: str
    source: str
    service: str
    environment: str | None
    title: str | None
    priority: str | None
    opened_at: int
    acknowledged_at: int | None
    resolved_at: int | None
    state: Literal["open", "acknowledged", "resolved", "cancelled"]
    deployment_id: str | None
    link: Literal["explicit", "window"] | None
    others: tuple[str, ...]
    team: str | None
    business_area: str | None
    url: str | None
    evidence: tuple[str, ...]
    tier: str | None = None
    pod: str | None = None
    component: str | None = None


@dataclass(frozen=True, slots=True)
class EnvironmentState:
    """What is wanted and what runs. `since` is when the deployment that runs went live, `as_of` the newest word."""

    service: str
    environment: str
    tier: str | None
    team: str | None
    desired_version: str | None
    actual_version: str | None
    in_sync: bool | None
    health: str | None
    deployment_id: str | None
    since: int | None
    as_of: int


@dataclass(frozen=True, slots=True)
class Scan:
    """A security scan that ended; the counts are of open findings."""

    id: str
    service: str
    environment: str | None
    at: int
    tool: str | None
    kind: str | None
    scan_id: str | None
    verdict: str
    critical: int
    high: int
    medium: int
    low: int
    advisory: bool
    version: str | None
    sha: str | None
    report_url: str | None


@dataclass(frozen=True, slots=True)
class TestRun:
    """A run of tests, as its latest report tells it."""

    __test__ = False

    id: str
    service: str
    environment: str | None
    at: int
    suite: str | None
    run_id: str | None
    status: str | None
    passed: int | None
    failed: int | None
    skipped: int | None
    flaky: int | None
    total: int | None
    version: str | None
    sha: str | None
    report_url: str | None


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What a gate answered."""

    id: str
    service: str
    environment: str | None
    at: int
    gate: str | None
    verdict: str | None
    version: str | None
    sha: str | None
    reasons: tuple[str, ...]
    bypassed_by: str | None


@dataclass(frozen=True, slots=True)
class Restatement:
    """A number's row that changed after it was first derived: `what` is kind of row and field,
    `object` the row's id, then what was there, what is there now, and which event did it."""

    at: int
    event_id: str
    service: str
    environment: str | None
    what: str
    object: str
    before: str | None
    after: str | None
