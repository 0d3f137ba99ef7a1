"""How a captured file becomes a message to a room, and where it may land."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from app.kernel.samples import read_sample
from app.sources import Inbound
from tests.conformance import golden
from tests.conformance.folder import captured_folder
from tests.conformance.golden import SOURCES

HEADERS = {"content-type": "application/json", "x-shipbell-service": "checkout"}
PROCESSED, IGNORED, QUARANTINED = ("processed",), ("ignored",), ("quarantined",)
FINE = ("processed", "ignored")
ANY = ("processed", "ignored", "quarantined")

EXPECTED: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    # folder, file, source, where it may land: states, or the types of its events; the first line that fits counts
    ("bitbucket", "issue.*", "bitbucket", IGNORED),
    ("bitbucket", "pipeline.span_created*", "bitbucket", IGNORED),
    ("bitbucket", "repo.push*", "bitbucket", ("change.pushed",)),
    ("bitbucket", "repo.commit_status*inprogress*", "bitbucket", ("pipeline.started",)),
    ("bitbucket", "repo.commit_status*", "bitbucket", ("pipeline.finished",)),
    ("bitbucket", "pullrequest.created*", "bitbucket", ("pull_request.opened",)),
    ("bitbucket", "pullrequest.updated*", "bitbucket", ("pull_request.updated",)),
    ("bitbucket", "pullrequest.fulfilled*", "bitbucket", ("pull_request.merged",)),
    ("bitbucket", "pullrequest.rejected*", "bitbucket", ("pull_request.declined",)),
    ("bitbucket", "*.json", "bitbucket", FINE),
    ("bitbucket-dc", "diagnostics*", "bitbucket-dc", IGNORED),
    ("bitbucket-dc", "repo.refs_changed*", "bitbucket-dc", ("change.pushed",)),
    ("bitbucket-dc", "pr.opened*", "bitbucket-dc", ("pull_request.opened",)),
    ("bitbucket-dc", "pr.merged*", "bitbucket-dc", ("pull_request.merged",)),
    ("bitbucket-dc", "pr.declined*", "bitbucket-dc", ("pull_request.declined",)),
    ("bitbucket-dc", "*.json", "bitbucket-dc", FINE),
    ("gitlab", "Push_Hook*", "gitlab", ("change.pushed",)),
    ("gitlab", "Tag_Push_Hook*", "gitlab", ("change.pushed",)),
    ("gitlab", "Merge_Request_Hook*merged*", "gitlab", ("pull_request.merged",)),
    ("gitlab", "Merge_Request_Hook*open*", "gitlab", ("pull_request.opened",)),
    ("gitlab", "Pipeline_Hook*success*", "gitlab", ("pipeline.finished",)),
    ("gitlab", "Job_Hook*production*", "gitlab", ("deployment.finished",)),
    ("gitlab", "Deployment_Hook*", "gitlab", ("deployment.finished",)),
    ("gitlab", "*.json", "gitlab", FINE),
    ("github", "*.json", "github", FINE),
    ("jira", "webhook*created*", "jira", ("ticket.created",)),
    ("jira", "webhook*updated*", "jira", ("ticket.updated",)),
    ("jira", "webhook*deleted*", "jira", ("ticket.deleted",)),
    ("jira", "webhook*", "jira", FINE),
    ("argocd/rendered", "*.json", "argocd", FINE),
    ("sourceclear", "webhook*as_documented_not_json*", "sourceclear", QUARANTINED),
    ("sourceclear", "webhook_scan*", "sourceclear", ("security.scan_finished",)),
    ("sourceclear", "webhook_vuln*", "sourceclear", ("security.vulnerability_changed",)),
    ("sourceclear", "*.json", "scans", PROCESSED),
    ("sourceclear", "*.txt", "scans", QUARANTINED),
    ("sourceclear", "*.csv", "scans", QUARANTINED),
    ("veracode", "*.json", "scans", PROCESSED),
    ("veracode", "*.xml", "scans", PROCESSED),
    ("opsgenie", "*create*", "opsgenie", ("incident.opened",)),
    ("opsgenie", "acknowledge*", "opsgenie", ("incident.acknowledged",)),
    ("opsgenie", "unacknowledge*", "opsgenie", ("incident.unacknowledged",)),
    ("opsgenie", "close*", "opsgenie", ("incident.resolved",)),
    ("opsgenie", "rest_*", "opsgenie", QUARANTINED),
    ("opsgenie", "*.json", "opsgenie", IGNORED),
    ("pagerduty", "*triggered_v3*", "pagerduty", ("incident.opened",)),
    ("pagerduty", "*v2_incident_trigger*", "pagerduty", ("incident.opened",)),
    ("pagerduty", "*resolved_v3*", "pagerduty", ("incident.resolved",)),
    ("pagerduty", "rest_*", "pagerduty", QUARANTINED),
    ("pagerduty", "*_v3.json", "pagerduty", IGNORED),
    ("alertmanager", "*.json", "alertmanager", ("incident.opened",)),
    ("aws", "*lambda-overwrite-code*", "eventbridge", ("deployment.finished",)),
    ("aws", "ecs-doc-08*", "eventbridge", ("deployment.started",)),
    ("aws", "ecs-doc-1*", "eventbridge", ("deployment.finished",)),
    ("aws", "*.json", "eventbridge", IGNORED),
    ("kubernetes", "core-event-scaled-down-to-0*", "kubernetes", ("deployment.finished",)),
    ("kubernetes", "*truncated*", "kubernetes", QUARANTINED),
    ("kubernetes", "*.json", "kubernetes", IGNORED),
    ("junit", "non-junit*", "tests", QUARANTINED),
    ("junit", "*.xml", "tests", ("tests.finished",)),
    ("dora/cdevents", "service_deployed*", "cloudevents", ("deployment.finished",)),
    ("dora/cdevents", "service_upgraded*", "cloudevents", ("deployment.finished",)),
    ("dora/cdevents", "pipelinerun_started*", "cloudevents", ("pipeline.started",)),
    ("dora/cdevents", "pipelinerun_finished*", "cloudevents", ("pipeline.finished",)),
    ("dora/cdevents", "change_created*", "cloudevents", ("pull_request.opened",)),
    ("dora/cdevents", "incident_reported*", "cloudevents", ("incident.opened",)),
    ("dora/cdevents", "testsuiterun_finished*", "cloudevents", ("tests.finished",)),
    ("dora/cdevents", "*.json", "cloudevents", IGNORED),
    ("sarif", "native_*", "scans", QUARANTINED),
    ("sarif", "*.sarif*", "scans", PROCESSED),
)


@dataclass(frozen=True, slots=True)
class Captured:
    """A message to a room, and where it may land."""

    name: str
    source: str
    message: Inbound = field(repr=False)
    lands: tuple[str, ...]


def captured() -> Iterator[Captured]:
    """Every captured message for a room that there is; where none were captured, the rooms' own samples."""
    root = captured_folder()
    if root is None:
        for source, name in golden.all_samples():
            yield _request(golden.folder(SOURCES[source]) / "samples" / f"{name}.http", source)
        return
    for path in sorted(root.rglob("*")):
        folder = path.relative_to(root).parent.as_posix()
        if path.suffix == ".http" and folder in SOURCES:
            yield _request(path, folder)
        elif path.is_file():
            yield from _body(path, folder)


def _request(path: Path, source: str) -> Captured:
    sample = read_sample(path.read_bytes())
    message = golden.inbound(SOURCES[source], sample.headers, sample.body)
    return Captured(f"{source}/{path.name}", source, message, ANY)


def _body(path: Path, folder: str) -> Iterator[Captured]:
    for where, pattern, source, lands in EXPECTED:
        if folder == where and fnmatch(path.name, pattern):
            if source in SOURCES:
                headers, body = {**HEADERS, **event_headers(path.name)}, enveloped(path)
                message = golden.inbound(SOURCES[source], headers, body)
                yield Captured(f"{folder}/{path.name}", source, message, lands)
            return


def enveloped(path: Path) -> bytes:
    """The body; a list of one record of CloudTrail as EventBridge sends it."""
    body = path.read_bytes()
    if path.parent.name != "aws" or not body.startswith(b"["):
        return body
    (record,) = json.loads(body)
    kind = {"source": "aws.lambda", "detail-type": "AWS API Call via CloudTrail"}
    return json.dumps({"version": "0", "id": "", **kind, "detail": record}).encode()


def event_headers(file: str) -> dict[str, str]:
    """The headers that name an event, from a file's name: `repo.push--…` is `repo:push`, `Push_Hook--…` a Push Hook."""
    event = file.partition("--")[0]
    return {
        "x-event-key": event.replace(".", ":", 1),
        "x-gitlab-event": event.replace("_", " "),
        "x-github-event": event,
    }
