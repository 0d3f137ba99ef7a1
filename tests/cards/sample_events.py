"""A handful of events of each type, full and bare, as the flat view that cards read."""

from typing import Any

import orjson

from app.events import flat, parse_event

ENVELOPE = {
    "id": "0" * 32,
    "subject": "deployment:argocd:main:7:1",
    "source": "argocd",
    "occurred_at": "2026-11-22T10:00:00Z",
    "received_at": "2026-11-22T10:00:01Z",
    "receipt": "r1",
}
COMMIT = {
    "sha": "4f1c0de9a7b3552c1d",
    "message": "PAY-7 round the cents\n\nLonger text.",
    "author": {"name": "Grace Hopper", "email": "grace@example.com"},
    "url": "https://git.example.com/acme/payments/commits/4f1c0de",
}
BUILD = {"number": 128, "url": "https://git.example.com/acme/payments/builds/128", "ref": "main", "trigger": "push"}
REPOSITORY = {"provider": "bitbucket", "full_name": "acme/payments", "url": "https://git.example.com/acme/payments"}
TICKETS = [{"key": "PAY-7", "url": "https://tickets.example.com/browse/PAY-7"}, {"key": "PAY-8"}]
LINKS = {
    "pipeline": "https://git.example.com/acme/payments/builds/128",
    "argocd": "https://argocd.example.com/applications/payments-prod",
    "tests": "https://reports.example.com/payments/128",
    "report": "https://scans.example.com/payments/99",
}
FULL = {
    "service": "payments-api",
    "environment": "prod",
    "version": "2.7.1",
    "commit": COMMIT,
    "build": BUILD,
    "repository": REPOSITORY,
    "tickets": TICKETS,
    "links": LINKS,
}


def view(type_: str, **fields: Any) -> dict[str, Any]:
    """The flat view of a valid event of this type."""
    return flat(parse_event(orjson.dumps({**ENVELOPE, "type": type_} | fields)))


_DEPLOYED = {
    **FULL,
    "platform": "argocd",
    "duration_seconds": 272,
    "images": ["registry.example.com/acme/payments:2.7.1", "registry.example.com/acme/proxy:1.0"],
    "operation": {"automated": False, "initiated_by": "grace", "retries": 2},
    "target": {"cluster": "eu-1", "namespace": "payments"},
}

EVENTS: dict[str, dict[str, Any]] = {
    "deployment-succeeded": view("deployment.finished", status="succeeded", **_DEPLOYED),
    "deployment-failed": view(
        "deployment.finished",
        status="failed",
        error="one or more objects failed to apply\nDeployment payments: timed out",
        failed_resources=[
            {"kind": "Deployment", "name": "payments", "status": "Degraded", "message": "0 of 3 are ready"},
            {"kind": "Job", "name": "payments-migrate"},
        ],
        **_DEPLOYED,
    ),
    "deployment-started-bare": view("deployment.started", service="checkout"),
    "deployment-unmapped": view(
        "deployment.finished",
        status="succeeded",
        environment="unmapped",
        original={"service": "shop-web", "environment": "green"},
    ),
    "health-degraded": view(
        "deployment.health_changed", status="degraded", message="CrashLoopBackOff", **{**FULL, "commit": None}
    ),
    "pipeline-failed": view(
        "pipeline.finished", status="failed", failed_step="unit tests", exit_code=2, duration_seconds=95, **FULL
    ),
    "pipeline-started-bare": view("pipeline.started", service="checkout"),
    "pull-request-opened": view(
        "pull_request.opened",
        service="payments-api",
        repository=REPOSITORY,
        actor={"name": "Grace Hopper"},
        pull_request={
            "id": 31,
            "title": "Round the cents",
            "url": "https://git.example.com/acme/payments/pull-requests/31",
            "source_branch": "feature/PAY-7",
            "target_branch": "main",
            "author": {"name": "Grace Hopper"},
            "draft": True,
        },
        tickets=TICKETS,
    ),
    "pull-request-merged-bare": view("pull_request.merged", service="checkout"),
    "scan-failed": view(
        "security.scan_finished",
        status="finished",
        tool="veracode",
        kind="sast",
        verdict="failed",
        policy="high and above",
        findings={"critical": 1, "high": 3, "medium": 12, "low": 40},
        worst=[
            {"severity": "critical", "title": "SQL injection", "cwe": "CWE-89", "where": "dao.py:41", "fix": "bind it"}
        ]
        + [{"severity": "high", "title": f"Finding {number}"} for number in range(7)],
        report_url="https://scans.example.com/payments/99",
        **FULL,
    ),
    "scan-bare": view("security.scan_finished", service="checkout"),
    "vulnerability-new": view(
        "security.vulnerability_changed",
        status="new",
        service="checkout",
        severity="high",
        cvss=8.1,
        cve="CVE-2031-0001",
        title="Unsafe reader",
        library="acme-yaml 1.0",
        url="https://scans.example.com/v/1",
    ),
    "tests-failed": view("tests.finished", status="failed", service="checkout", passed=118, failed=2, total=120),
    "incident-opened": view(
        "incident.opened",
        service="checkout",
        title="Checkout is slow",
        priority="P2",
        url="https://ops.example.com/i/5",
    ),
    "gate-blocked": view(
        "gate.decided", service="checkout", gate="tickets", verdict="block", reasons=["PAY-7 is still open"]
    ),
    "ticket-restricted": view(
        "ticket.updated", ticket={"key": "SEC-1", "summary": "never to be shown", "restricted": True}
    ),
    "push": view("change.pushed", service="checkout", ref="main", commit=COMMIT, repository=REPOSITORY),
    "own-news": view(
        "shipbell.channel_broken", service="shipbell", source="shipbell", channel="qa-team", message="401 from Teams"
    ),
}
