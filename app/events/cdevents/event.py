"""One event of ours as a CDEvent: its type, its context, what it says, and beside it what CDEvents cannot say."""

from collections.abc import Callable
from typing import Any

from app.events.cdevents import changes, runs
from app.events.cdevents.attributes import attributes
from app.events.cdevents.links import Join, chain_id, links
from app.events.cdevents.names import View, known, source_uri
from app.events.cdevents.said import Said, Why

SPEC_VERSION = "0.6.0-draft"
UNKNOWN = Join()

MAKERS: dict[str, Callable[[View], Said | Why]] = {
    "change.pushed": changes.pushed,
    "pull_request.opened": changes.pull_request,
    "pull_request.updated": changes.pull_request,
    "pull_request.merged": changes.pull_request,
    "pull_request.declined": changes.pull_request,
    "repository.renamed": changes.repository_renamed,
    "pipeline.started": runs.pipeline,
    "pipeline.finished": runs.pipeline,
    "deployment.finished": runs.deployment_finished,
    "security.scan_finished": runs.scan_finished,
    "tests.finished": runs.tests_finished,
    "incident.opened": runs.incident,
    "incident.resolved": runs.incident,
    "ticket.created": changes.ticket,
    "ticket.updated": changes.ticket,
    "gate.decided": runs.gate_decided,
}
"""The types that may have a CDEvent; no other has one."""

TYPES: dict[str, tuple[str, tuple[str, ...]]] = {
    "branch.created": ("0.3.0", ()),
    "branch.deleted": ("0.3.0", ()),
    "change.created": ("0.4.0", ()),
    "change.updated": ("0.3.0", ()),
    "change.merged": ("0.3.0", ()),
    "change.abandoned": ("0.3.0", ()),
    "repository.modified": ("0.3.0", ()),
    "pipelinerun.started": ("0.3.0", ("pipelineName", "uri")),
    "pipelinerun.finished": ("0.3.0", ()),
    "service.deployed": ("0.3.0", ("environment", "artifactId")),
    "service.rolledback": ("0.3.0", ("environment", "artifactId")),
    "testoutput.published": ("0.3.0", ("outputType", "format")),
    "testsuiterun.finished": ("0.3.0", ("outcome", "environment")),
    "incident.detected": ("0.3.0", ("environment",)),
    "incident.reported": ("0.3.0", ("environment", "ticketURI")),
    "incident.resolved": ("0.3.0", ("environment",)),
    "ticket.created": ("0.2.0", ("summary", "creator", "uri")),
    "ticket.updated": ("0.2.0", ("uri",)),
    "approval.closed": (
        "0.1.0", ("approvalDetailsUrl", "resourceTargetUrl", "responder", "decision", "status"),
    ),
}  # fmt: skip
"""Each kind of CDEvent that we write: its version, and what its content must say."""


def cdevent(view: View, join: Join = UNKNOWN) -> dict[str, Any] | Why:
    """The CDEvent of a flat view, or why it has none. Its id is the event's, so it is the same whenever it is made."""
    maker = MAKERS.get(view["type"])
    said = maker(view) if maker else Why.NO_TYPE
    if isinstance(said, Why):
        return said
    version, required = TYPES[said.kind]
    if said.about is None or not said.content.keys() >= set(required):
        return Why.INCOMPLETE
    context = {
        "specversion": SPEC_VERSION,
        "id": view["id"],
        "source": source_uri(view),
        "type": f"dev.cdevents.{said.kind}.{version}",
        "timestamp": view["occurred_at"],
        "chainId": chain_id(view, join),
        "links": links(view, join),
    }
    return {
        "context": known(context),
        "subject": {**said.about, "content": dict(said.content)},
        "customData": {**attributes(view), "shipbell": dict(view)},
        "customDataContentType": "application/json",
    }
