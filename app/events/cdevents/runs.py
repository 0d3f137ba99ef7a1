"""Pipelines, deployments, scans, tests and gates as CDEvents say them."""

from urllib.parse import quote

from app.events.cdevents.changes import subject
from app.events.cdevents.names import View, known, named, part, uri
from app.events.cdevents.purl import artifact
from app.events.cdevents.said import Said, Why

_OUTCOMES = {"succeeded": "success", "failed": "failure", "stopped": "cancel", "error": "error"}
_VERDICTS = {"allow": "approved", "block": "rejected"}


def pipeline(view: View) -> Said | Why:
    """A pipeline run that began or ended."""
    build = part(view, "build")
    name = build.get("name") or part(view, "repository").get("full_name")
    said = {"pipelineName": name, "uri": uri(build.get("url") or part(view, "links").get("pipeline"))}
    if view["type"] == "pipeline.started":
        return Said("pipelinerun.started", known(said), subject(view))
    outcome = _OUTCOMES.get(view.get("status") or "")
    if outcome is None:
        return Why.NO_OUTCOME
    return Said(
        "pipelinerun.finished", known(said | {"outcome": outcome, "errors": view.get("failed_step")}), subject(view)
    )


def deployment_finished(view: View) -> Said | Why:
    """What went live is a service that was deployed or rolled back; what did not is a run that failed.

    CDEvents have no deployment that fails. Whether it is the first one or an upgrade an event cannot tell.
    """
    operation, status = part(view, "operation"), view.get("status")
    if not view.get("canonical", True):
        return Why.EVIDENCE
    if operation.get("dry_run") or operation.get("partial"):
        return Why.NOTHING_NEW
    if status in ("failed", "stopped"):
        return _failed(view)
    if status != "succeeded":
        return Why.NO_OUTCOME
    kind = "service.rolledback" if view.get("rollback") else "service.deployed"
    return Said(kind, _where(view), named(view, "service"))


def _failed(view: View) -> Said:
    links, service = part(view, "links"), named(view, "service") or {}
    said = {
        "pipelineName": part(view, "original").get("service") or service.get("id"),
        "uri": uri(links.get("argocd") or links.get("pipeline")),
        "outcome": _OUTCOMES[view["status"]],
        "errors": view.get("error"),
    }
    return Said("pipelinerun.finished", known(said), subject(view))


def _where(view: View) -> dict[str, object]:
    return known({"environment": named(view, "environment"), "artifactId": artifact(view)})


def incident(view: View) -> Said | Why:
    """An incident with a page of its own was reported, one without detected; and it was resolved."""
    page = uri(view.get("url"))
    kind = "resolved" if view["type"] == "incident.resolved" else "reported" if page else "detected"
    said = {
        "description": view.get("title"),
        "service": named(view, "service"),
        "ticketURI": page if kind == "reported" else None,
        **_where(view),
    }
    return Said(f"incident.{kind}", known(said), subject(view))


def scan_finished(view: View) -> Said | Why:
    """The report of a security scan: the nearest that CDEvents have. A scan that did not run has none."""
    if view.get("status") == "error":
        return Why.NO_OUTCOME
    page = uri(view.get("report_url"))
    said = {"outputType": "report", "format": "text/html" if page else "application/json", "uri": page}
    return Said("testoutput.published", known(said), subject(view))


def tests_finished(view: View) -> Said | Why:
    """A suite that ran in an environment."""
    outcome = _OUTCOMES.get(view.get("status") or "")
    if outcome is None:
        return Why.NO_OUTCOME
    suite, failures = view.get("suite"), view.get("failures") or [{}]
    said = {
        "outcome": outcome,
        "environment": named(view, "environment"),
        "testSuite": known({"id": suite, "name": suite, "uri": uri(view.get("report_url"))}) if suite else None,
        "reason": failures[0].get("message") or failures[0].get("name"),
    }
    return Said("testsuiterun.finished", known(said), subject(view))


def gate_decided(view: View) -> Said | Why:
    """An approval that is closed, by the gate or by whoever went past it. What it guards is a page in its links."""
    verdict, who, links = _VERDICTS.get(view.get("verdict") or ""), view.get("bypassed_by"), part(view, "links")
    if verdict is None and not who:
        return Why.NO_OUTCOME
    decision = "approved" if who else verdict
    kind, name = ("person", who) if who else ("gate", view.get("gate") or "")
    guarded = (links.get(each) for each in ("pipeline", "argocd", "pull_request", "commit"))
    said = {
        "approvalDetailsUrl": f"/api/v1/events/{view['id']}",
        "resourceTargetUrl": uri(next(filter(None, guarded), None)),
        "responder": f"urn:shipbell:{kind}:{quote(name, safe='')}" if name else None,
        "decision": decision,
        "status": decision,
    }
    return Said("approval.closed", known(said), subject(view))
