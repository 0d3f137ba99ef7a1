"""What each type of event says beside the envelope. A closed union: dear to change, on purpose."""

from typing import Annotated, Literal

from pydantic import Field

from app.events.envelope import Envelope
from app.events.parts import Commit, Count, Link, ListCut, LongText, Moment, Part, Sha, Text, Texts

Severity = Literal["critical", "high", "medium", "low", "info", "unknown"]


class ChangePushed(Envelope):
    """Commits, a branch or a tag arrived at, or left, a repository: one event for each ref."""

    type: Literal["change.pushed"]
    ref: Text = Field(None, description="name of the branch or tag")
    ref_kind: Literal["branch", "tag"] | None = None
    before: Sha = Field(None, description="commit that the ref was at; absent when it was created")
    after: Sha = Field(None, description="commit that the ref is at; absent when it was deleted")
    created: bool = False
    deleted: bool = False
    forced: bool = Field(False, description="history was rewritten")
    truncated: bool = Field(False, description="there were more commits than the vendor told")
    commits: Annotated[list[Commit], ListCut] = Field([], description="newest first, as many as the vendor told")


class PullRequestChanged(Envelope):
    """A pull request was opened, updated, merged or declined."""

    type: Literal["pull_request.opened", "pull_request.updated", "pull_request.merged", "pull_request.declined"]
    merged_at: Moment = None
    commits: Annotated[list[Commit], ListCut] | None = Field(
        None, description="absent where the vendor does not tell them"
    )


class RepositoryRenamed(Envelope):
    """A repository has a new name; its uuid is the same."""

    type: Literal["repository.renamed"]
    old_full_name: Text = Field(None, description="what it was called; its new name is `repository.full_name`")


class Step(Part):
    """One step of a pipeline."""

    name: Text = None
    status: Text = None
    duration_seconds: float | None = None
    url: Link = None


class Pipeline(Envelope):
    """A pipeline run began or ended."""

    type: Literal["pipeline.started", "pipeline.finished"]
    status: Literal["succeeded", "failed", "stopped", "error", "waiting"] | None = Field(
        None, description="what came of it"
    )
    started_at: Moment = None
    finished_at: Moment = None
    duration_seconds: float | None = Field(None, description="from its start to its end")
    steps: Annotated[list[Step], ListCut] | None = None
    failed_step: Text = Field(None, description="name of the first step that failed")
    exit_code: int | None = Field(None, description="of the failed step")


class Operation(Part):
    """How a deployment was run."""

    automated: bool | None = Field(None, description="by the platform itself, not by a person")
    initiated_by: Text = Field(None, description="who pressed the button")
    retries: int | None = Field(None, description="how often it was tried again")
    dry_run: bool | None = Field(None, description="nothing was changed")
    partial: bool | None = Field(None, description="only some resources were synced")


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
    platform: Literal["argocd", "ecs", "lambda", "kubernetes", "bitbucket", "gitlab", "github", "reporter"] | None = (
        Field(None, description="what deployed it")
    )
    started_at: Moment = None
    finished_at: Moment = None
    duration_seconds: float | None = Field(None, description="from its start to its end")
    images: Texts = Field([], description="with their tags")
    revision: Text = Field(None, description="of the manifests (GitOps), not of the code")
    revisions: Texts = Field([], description="one for each source, where there are several")
    operation: Operation | None = None
    rollback: bool | None = Field(None, description="what was deployed before the latest is back")
    healthy: bool | None = Field(None, description="whether it was healthy at its end")
    error: LongText = Field(None, description="why it failed, in the platform's words")
    failed_resources: Annotated[list[FailedResource], ListCut] = []
    target: Target | None = None
    canonical: bool = Field(True, description="the record of the rollout; false: mere evidence of it")


class HealthChanged(Envelope):
    """What is deployed became healthy, degraded, or something between."""

    type: Literal["deployment.health_changed"]
    status: Literal["healthy", "degraded", "progressing", "suspended", "missing", "unknown"] | None = None
    since: Moment = Field(None, description="when it became so")
    message: LongText = Field(None, description="why, in the words of whoever says it")


class Manifest(Part):
    """Where the desired state is written."""

    path: Text = None
    line: int | None = None
    problem: Text = Field(None, description="why it could not be read")


class EnvironmentObserved(Envelope):
    """What is desired and what runs, as the collector saw it."""

    type: Literal["environment.observed"]
    status: Literal["in_sync", "out_of_sync", "unknown"] | None = None
    desired_version: Text = Field(None, description="what is written down")
    actual_version: Text = Field(None, description="what runs")
    images: Texts = []
    health: Text = Field(None, description="in the platform's words")
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
    where: Text = Field(None, description="file and line, or the library")
    fix: Text = Field(None, description="the version in which it is mended")


class ScanFinished(Envelope):
    """A security scan ended. The verdict is the tool's own, never invented."""

    type: Literal["security.scan_finished"]
    status: Literal["finished", "error"] | None = None
    tool: Text = Field(None, description="name of the scanner")
    kind: Literal["sast", "sca", "dast", "secrets", "iac", "container"] | None = None
    scan_id: Text = Field(None, description="the tool's own")
    verdict: Literal["passed", "failed", "passed_with_conditions", "pending", "unknown"] = Field(
        "unknown", description="somebody's word, never a guess"
    )
    findings: Findings | None = None
    total: Count | None = Field(None, description="of all findings, where the tool says only that")
    licences: Count | None = Field(None, description="findings about licences")
    outdated: Count | None = Field(None, description="libraries with a newer version")
    worst: Annotated[list[Finding], ListCut] = Field([], description="at most 25, worst first")
    policy: Text = Field(None, description="name of the policy that was applied")
    report_url: Link = None
    new_ticket_url: Link = Field(None, description="page that opens a ticket, by the estate: a card adds its fields")
    advisory: bool = Field(False, description="does not count for the policy (a sandbox, say)")


class VulnerabilityChanged(Envelope):
    """A known vulnerability appeared, went away or was judged anew after a scan."""

    type: Literal["security.vulnerability_changed"]
    status: Literal["new", "resolved", "changed"] | None = None
    severity: Severity = Field("unknown", description="by the CVSS score")
    cvss: float | None = Field(None, description="base score, 0 to 10")
    cve: Text = None
    title: Text = None
    library: Text = Field(None, description="in which it is")
    url: Link = None
    new_ticket_url: Link = Field(None, description="page that opens a ticket, by the estate: a card adds its fields")
    has_exploits: bool | None = Field(None, description="exploits are known")


class TestFailure(Part):
    """One failed test."""

    __test__ = False

    name: Text = None
    message: LongText = None


class TestsFinished(Envelope):
    """A run of tests ended."""

    type: Literal["tests.finished"]
    status: Literal["succeeded", "failed", "unknown"] | None = None
    suite: Text = Field(None, description="name of the suite")
    run_id: Text = Field(None, description="the same over all reports of a run")
    final: bool | None = Field(None, description="no more reports of this run will come")
    passed: Count | None = None
    failed: Count | None = None
    skipped: Count | None = None
    flaky: Count | None = Field(None, description="passed only when they were tried again")
    total: Count | None = None
    declared_tests: Count | None = Field(None, description="how many there should have been")
    duration_seconds: float | None = None
    failures: Annotated[list[TestFailure], ListCut] = Field([], description="the first ten")
    report_url: Link = None


class Incident(Envelope):
    """Something broke, or is whole again."""

    type: Literal[
        "incident.opened",
        "incident.acknowledged",
        "incident.unacknowledged",
        "incident.resolved",
        "incident.reopened",
        "incident.cancelled",
    ]
    external_id: Text = Field(None, description="the incident tool's own")
    title: Text = None
    priority: Literal["P1", "P2", "P3", "P4", "P5"] | None = Field(None, description="P1 is worst")
    opened_at: Moment = None
    resolved_at: Moment = None
    url: Link = None


class TicketDetail(Part):
    """A ticket. `restricted` means that no text of it ever leaves."""

    key: Text = None
    project: Text = None
    summary: Text = None
    status: Text = None
    status_category: Text = Field(None, description="to do, in progress or done, in the tool's words")
    type: Text = None
    fix_versions: Texts | None = Field(
        None, description="absent where the tool does not say, empty where there is none"
    )
    assignee: Text = None
    sprint: Text = None
    changed: Texts = Field([], description="names of the fields that changed")
    restricted: bool = Field(False, description="no text of it ever leaves")


class Ticket(Envelope):
    """A ticket, or a version of tickets, changed."""

    type: Literal["ticket.created", "ticket.updated", "ticket.deleted", "version.released"]
    ticket: TicketDetail | None = None


class GateDecided(Envelope):
    """A gate was asked, and answered."""

    type: Literal["gate.decided"]
    gate: Text = Field(None, description="name of the gate")
    verdict: Literal["allow", "block", "unknown"] | None = None
    reasons: Texts = Field([], description="why, one line each")
    bypassed_by: Text = Field(None, description="who went past it all the same")
    bypass_reason: Text = None
    checked_tickets: Texts | None = Field(None, description="what it looked at")
