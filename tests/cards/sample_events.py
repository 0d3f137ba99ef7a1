"""A handful of events of each type, full and bare, as the flat view that cards read."""

from typing import Any

import orjson

from app.events import flat, parse_event
from tests.cards.sample_digests import DIGESTS

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
NEW_TICKET = "https://tickets.example.com/secure/CreateIssueDetails!init.jspa?pid=1&issuetype=2"
FACTS = {
    "previous_version": "2.7.0",
    "lead_time_seconds": 93_600,
    "tickets": [
        {**TICKETS[0], "title": "Cents are lost on refunds", "fix_versions": ["2.7", "3.0"]},
        {"key": "PAY-8"},
    ],
    "commits": [
        {key: COMMIT[key] for key in ("sha", "message", "author", "url")},
        {"sha": "77aa01fe9b", "message": "Log less", "author": {"name": "Ada Lovelace"}},
    ],
}
"""What cards are given beside the event once the facts know it."""

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
    "deployment-with-facts": view("deployment.finished", status="succeeded", **_DEPLOYED) | FACTS,
    "deployment-failed-with-facts": view(
        "deployment.finished", status="failed", error="hook failed", failed_resources=[{"kind": "Job", "name": "smoke"}]
    )
    | {"service": "payments-api", "environment": "qa", "version": "2.7.1"}
    | FACTS,
    "deployment-started-bare": view("deployment.started", service="checkout"),
    "deployment-unmapped": view(
        "deployment.finished",
        status="succeeded",
        environment="unmapped",
        original={"service": "shop-web", "environment": "green"},
    ),
    "feature-branch": view(
        "deployment.finished",
        status="succeeded",
        pull_request={
            "id": 31,
            "title": "Round the cents",
            "url": "https://git.example.com/acme/payments/pull-requests/31",
            "source_branch": "feature/PAY-7",
            "author": {"name": "Grace Hopper"},
        },
        **_DEPLOYED | {"environment": "feature", "target": {"cluster": "eu-1", "namespace": "payments-pr-31"}},
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
        new_ticket_url=NEW_TICKET,
        **FULL,
    ),
    "scan-unrated": view(
        "security.scan_finished", status="finished", tool="sarif", service="checkout", findings={"unknown": 4}
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
        new_ticket_url=NEW_TICKET,
    ),
    "tests-failed": view("tests.finished", status="failed", service="checkout", passed=118, failed=2, total=120),
    "tests-of-a-sync": view(
        "tests.finished",
        status="failed",
        suite="smoke",
        run_id="31-1",
        final=False,
        passed=96,
        failed=7,
        skipped=3,
        flaky=1,
        total=106,
        declared_tests=110,
        duration_seconds=75,
        failures=[{"name": "pays by card", "message": "AssertionError: 402 != 200\n  at pay.py:17"}]
        + [{"name": f"pays in currency {number}"} for number in range(6)],
        report_url="https://results.s3.eu-central-1.amazonaws.com/payments/31/index.html",
        **FULL,
    ),
    "tests-bare": view("tests.finished", service="checkout"),
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
    "incident-resolved": view(
        "incident.resolved",
        title="Payments time out",
        priority="P1",
        external_id="2041",
        opened_at="2026-11-22T09:10:00Z",
        resolved_at="2026-11-22T10:00:00Z",
        url="https://ops.example.com/i/2041",
        owner={"team": "payments"},
        actor={"name": "Ada Lovelace"},
        **FULL,
    ),
    "gate-bypassed": view(
        "gate.decided",
        gate="release",
        verdict="block",
        reasons=["PAY-7 is still open", "two high findings"],
        bypassed_by="Grace Hopper",
        bypass_reason="hotfix",
        checked_tickets=["PAY-7", "PAY-8"],
        **FULL,
    ),
    "ticket-restricted": view(
        "ticket.updated", ticket={"key": "SEC-1", "summary": "never to be shown", "restricted": True}
    ),
    "push": view("change.pushed", service="checkout", ref="main", commit=COMMIT, repository=REPOSITORY),
    "own-news": view(
        "shipbell.channel_broken", service="shipbell", source="shipbell", channel="qa-team", message="401 from Teams"
    ),
    **{name: view(**fields) for name, fields in DIGESTS.items()},
}
