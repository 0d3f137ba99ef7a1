"""What each type of event says beside the envelope. A closed union: dear to change, on purpose."""

from typing import Annotated, Literal

from app.events.envelope import Envelope
from app.events.parts import Commit, Count, Link, ListCut, LongText, Moment, Part, Sha, Text, Texts

Severity = Literal["critical", "high", "medium", "low", "info", "unknown"]


class ChangePushed(Envelope):
    """Commits, a branch or a tag arrived at, or left, a repository: one event for each ref."""

    type: Literal["change.pushed"]
    ref: Text = None
    ref_kind: Literal["branch", "tag"] | None = None
    before: Sha = None
    after: Sha = None
    created: bool = False
    deleted: bool = False
    forced: bool = False
    truncated: bool = False
    commits: Annotated[list[Commit], ListCut] = []


class PullRequestChanged(Envelope):
    """A pull request was opened, updated, merged or declined."""

    type: Literal["pull_request.opened", "pull_request.updated", "pull_request.merged", "pull_request.declined"]
    merged_at: Moment = None
    commits: Annotated[list[Commit], ListCut] | None = None


class RepositoryRenamed(Envelope):
    """A repository has a new name; its uuid is the same."""

    type: Literal["repository.renamed"]
    old_full_name: Text = None


class Step(Part):
    """One step of a pipeline."""

    name: Text = None
    status: Text = None
    duration_seconds: float | None = None
    url: Link = None


class Pipeline(Envelope):
    """A pipeline run began or ended."""

    type: Literal["pipeline.started", "pipeline.finished"]
    status: Literal["succeeded", "failed", "stopped", "error", "waiting"] | None = None
    started_at: Moment = None
    finished_at: Moment = None
    duration_seconds: float | None = None
    steps: Annotated[list[Step], ListCut] | None = None
    failed_step: Text = None
    exit_code: int | None = None


class Operation(Part):
    """How a deployment was run."""

    automated: bool | None = None
    initiated_by: Text = None
    retries: int | None = None
    dry_run: bool | None = None
    partial: bool | None = None


class FailedResource(Part):
    """One thing in the cluster that did not come up."""

    kind: Text = None
    namespace: Text = None
    name: Text = None
    status: Text = None
    message: LongText = None


class Target(Part):
    """Where a deployment went."""

    cluster: Text = None
    namespace: Text = None


class Deployment(Envelope):
    """A deployment attempt began or ended. `canonical` tells the record from mere evidence of it."""

    type: Literal["deployment.started", "deployment.finished"]
    status: Literal["succeeded", "failed", "stopped", "superseded", "unknown"] | None = None
    platform: Literal["argocd", "ecs", "lambda", "kubernetes", "bitbucket", "gitlab", "reporter"] | None = None
    started_at: Moment = None
    finished_at: Moment = None
    duration_seconds: float | None = None
    images: Texts = []
    revision: Text = None
    revisions: Texts = []
    operation: Operation | None = None
    rollback: bool | None = None
    healthy: bool | None = None
    error: LongText = None
    failed_resources: Annotated[list[FailedResource], ListCut] = []
    target: Target | None = None
    canonical: bool = True


class HealthChanged(Envelope):
    """What is deployed became healthy, degraded, or something between."""

    type: Literal["deployment.health_changed"]
    status: Literal["healthy", "degraded", "progressing", "suspended", "missing", "unknown"] | None = None
    since: Moment = None
    message: LongText = None


class Manifest(Part):
    """Where the desired state is written."""

    path: Text = None
    line: int | None = None
    problem: Text = None


class EnvironmentObserved(Envelope):
    """What is desired and what runs, as the collector saw it."""

    type: Literal["environment.observed"]
    status: Literal["in_sync", "out_of_sync", "unknown"] | None = None
    desired_version: Text = None
    actual_version: Text = None
    images: Texts = []
    health: Text = None
    manifest: Manifest | None = None


class Findings(Part):
    """How many open findings there are of each severity."""

    critical: Count = 0
    high: Count = 0
    medium: Count = 0
    low: Count = 0
    info: Count = 0
    unknown: Count = 0


class Finding(Part):
    """One of the worst findings. Never holds a secret that a scanner found."""

    severity: Severity = "unknown"
    title: Text = None
    cwe: Text = None
    cve: Text = None
    where: Text = None
    fix: Text = None


class ScanFinished(Envelope):
    """A security scan ended. The verdict is the tool's own, never invented."""

    type: Literal["security.scan_finished"]
    status: Literal["finished", "error"] | None = None
    tool: Text = None
    kind: Literal["sast", "sca", "dast", "secrets", "iac", "container"] | None = None
    scan_id: Text = None
    verdict: Literal["passed", "failed", "passed_with_conditions", "pending", "unknown"] = "unknown"
    findings: Findings | None = None
    total: Count | None = None
    licences: Count | None = None
    outdated: Count | None = None
    worst: Annotated[list[Finding], ListCut] = []
    policy: Text = None
    report_url: Link = None
    advisory: bool = False


class VulnerabilityChanged(Envelope):
    """A known vulnerability appeared, went away or was judged anew after a scan."""

    type: Literal["security.vulnerability_changed"]
    status: Literal["new", "resolved", "changed"] | None = None
    severity: Severity = "unknown"
    cvss: float | None = None
    cve: Text = None
    title: Text = None
    library: Text = None
    url: Link = None
    has_exploits: bool | None = None


class TestFailure(Part):
    """One failed test."""

    __test__ = False

    name: Text = None
    message: LongText = None


class TestsFinished(Envelope):
    """A run of tests ended."""

    type: Literal["tests.finished"]
    status: Literal["succeeded", "failed", "unknown"] | None = None
    suite: Text = None
    run_id: Text = None
    final: bool | None = None
    passed: Count | None = None
    failed: Count | None = None
    skipped: Count | None = None
    flaky: Count | None = None
    total: Count | None = None
    declared_tests: Count | None = None
    duration_seconds: float | None = None
    failures: Annotated[list[TestFailure], ListCut] = []
    report_url: Link = None


class Incident(Envelope):
    """Something broke, or is whole again."""

    type: Literal[
        "incident.opened", "incident.acknowledged", "incident.resolved", "incident.reopened", "incident.cancelled"
    ]
    external_id: Text = None
    title: Text = None
    priority: Literal["P1", "P2", "P3", "P4", "P5"] | None = None
    opened_at: Moment = None
    resolved_at: Moment = None
    url: Link = None


class TicketDetail(Part):
    """A ticket. `restricted` means that no text of it ever leaves."""

    key: Text = None
    project: Text = None
    summary: Text = None
    status: Text = None
    status_category: Text = None
    type: Text = None
    fix_versions: Texts = []
    assignee: Text = None
    sprint: Text = None
    changed: Texts = []
    restricted: bool = False


class Ticket(Envelope):
    """A ticket, or a version of tickets, changed."""

    type: Literal["ticket.created", "ticket.updated", "ticket.deleted", "version.released"]
    ticket: TicketDetail | None = None


class GateDecided(Envelope):
    """A gate was asked, and answered."""

    type: Literal["gate.decided"]
    gate: Text = None
    verdict: Literal["allow", "block", "unknown"] | None = None
    reasons: Texts = []
    bypassed_by: Text = None
    bypass_reason: Text = None
    checked_tickets: Texts | None = None


class OwnNews(Envelope):
    """News of Shipbell itself, routable like any other."""

    type: Literal[
        "shipbell.channel_broken", "shipbell.channel_mended", "shipbell.rules_reloaded", "shipbell.rules_rejected"
    ]
    channel: Text = None
    message: LongText = None
