"""The traps of Veracode's SCA webhook: no verdict, no severities, no ids, no times, links not to be trusted."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.samples import load_sample
from app.sources import Ignored, Inbound
from app.sources.sourceclear import SOURCE
from app.sources.sourceclear.issues import cve
from tests.conformance.folder import captured_folder

ROOM = "app.sources.sourceclear"
CAPTURED = (captured_folder() or Path()) / "sourceclear"


def sample(name: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(load_sample(ROOM, name).body)
    return body


def inbound(body: Any) -> Inbound:
    return Inbound({}, json.dumps(body).encode())


def drafts(body: Any) -> list[Draft]:
    parsed = SOURCE.parse(inbound(body))
    assert isinstance(parsed, list)
    return parsed


def test_a_scan_has_counts_and_never_a_verdict() -> None:
    (draft,) = drafts(sample("scan-success"))
    assert draft.type == "security.scan_finished"
    assert draft.status == "finished"
    assert draft.fields["verdict"] == "unknown"
    assert draft.fields["findings"] == {"unknown": 12}
    assert (draft.fields["outdated"], draft.fields["licences"]) == (4, 1)
    assert draft.fields["commit"]["sha"].startswith("a1b2c3d4")
    assert draft.occurred_at is None


def test_a_count_that_is_missing_is_absent_and_not_zero() -> None:
    body = sample("scan-success")
    del body["scan"]["vulnIssuesCount"]
    (draft,) = drafts(body)
    assert "findings" not in draft.fields
    assert "total" not in draft.fields


def test_the_project_is_looked_for_in_its_workspace_first() -> None:
    (draft,) = drafts(sample("scan-success"))
    assert draft.hints.service == (("project", "Payments/acme/checkout"), ("project", "acme/checkout"))
    body = sample("scan-success")
    body["workspace"] = None
    assert drafts(body)[0].hints.service == (("project", "acme/checkout"),)


@pytest.mark.parametrize(
    "url",
    [
        "<LINK TO REPORT>",
        "http://sca.analysiscenter.veracode.com/x",
        "https://veracode.com.example.com/x",
        "https://notveracode.com/x",
        "https://veracode.com@example.com/x",
        "https://example.com/veracode.com",
        "javascript:alert(1)",
        "https://[",
    ],
)
def test_a_link_that_leads_elsewhere_is_no_link(url: str) -> None:
    body = sample("scan-success")
    body["scan"]["reportLink"] = url
    (draft,) = drafts(body)
    assert "report_url" not in draft.fields
    assert "links" not in draft.fields


@pytest.mark.parametrize("host", ["sca.analysiscenter.veracode.com", "analysiscenter.veracode.eu", "veracode.us"])
def test_a_link_to_any_of_the_vendors_regions_is_kept(host: str) -> None:
    body = sample("scan-success")
    body["scan"]["reportLink"] = f"https://{host}/scans/1"
    assert drafts(body)[0].fields["report_url"] == f"https://{host}/scans/1"


def test_every_issue_is_an_event_with_its_severity_by_cvss() -> None:
    first, second = drafts(sample("vulnerability-discovered"))
    assert (first.status, first.fields["severity"], first.fields["cvss"]) == ("new", "critical", 9.8)
    assert first.fields["cve"] == "CVE-2026-10001"
    assert first.fields["has_exploits"] is True
    assert (second.fields["severity"], second.fields["cvss"]) == ("medium", 4.3), "a version 3 score of 0 is none"
    assert "cve" not in second.fields
    assert "url" not in second.fields


def test_an_issue_says_what_it_became_or_the_event_does() -> None:
    assert [draft.status for draft in drafts(sample("vulnerability-changed"))] == ["resolved", "changed"]
    body = sample("vulnerability-discovered")
    body["issues"][0]["status"] = None
    assert drafts(body)[0].status == "new"


def test_an_issue_repeated_in_one_message_is_one_event() -> None:
    body = sample("vulnerability-discovered")
    body["issues"] = body["issues"][:1] * 3
    assert len(drafts(body)) == 1


def test_without_any_score_the_severity_is_unknown() -> None:
    body = sample("vulnerability-discovered")
    body["issues"][0]["vuln"] |= {"cvssScore": None, "cvss3Score": None}
    (first, _) = drafts(body)
    assert first.fields["severity"] == "unknown"
    assert "cvss" not in first.fields


@pytest.mark.parametrize(
    ("said", "meant"),
    [("2012-5783", "CVE-2012-5783"), ("CVE-2026-1", None), ("cve-2026-10001", "CVE-2026-10001"), ("null-null", None)],
)
def test_cve(said: str, meant: str | None) -> None:
    assert cve(said) == meant


def test_what_we_do_not_use_is_ignored() -> None:
    assert SOURCE.parse(inbound(sample("unused-event"))) == Ignored("unused_type")
    assert SOURCE.parse(inbound(sample("no-issues"))) == Ignored("no_change")


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ({"event": "SCAN_SUCCESS"}, "scan"),
        ({"event": "SCAN_SUCCESS", "scan": {"id": None}}, "scan.id"),
        ({"event": "SCAN_SUCCESS", "scan": {"id": 1, "vulnIssuesCount": "31"}}, "scan.vulnIssuesCount"),
        ({"event": "SCAN_SUCCESS", "scan": {"id": 1, "vulnIssuesCount": -1}}, "scan.vulnIssuesCount"),
        ({"event": "VULN_ISSUES_CHANGED_AFTER_SCAN", "issues": None}, "issues"),
        ({"event": "VULN_ISSUES_CHANGED_AFTER_SCAN", "issues": [{"id": 1}]}, "issues[0].vuln"),
        ({"event": None}, "event"),
        ({}, "event"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(broken: dict[str, Any], path: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        SOURCE.parse(inbound(broken))
    assert refusal.value.path.startswith(path)


def test_the_same_news_has_the_same_name() -> None:
    body = sample("vulnerability-discovered")
    turned = {**body, "issues": body["issues"][::-1], "organization": None}
    assert SOURCE.dedupe(inbound(body)) == SOURCE.dedupe(inbound(turned))
    assert SOURCE.dedupe(inbound(sample("scan-success"))) == "scan:40012345"


@pytest.mark.parametrize(
    "change",
    [
        {"event": "VULN_ISSUES_CHANGED_AFTER_SCAN"},
        {"project": {"id": 9002}},
        {"issues": [{"id": 3300101, "status": "RESOLVED", "vuln": {"cvssScore": 7.5, "cvss3Score": 9.8}}]},
        {"issues": [{"id": 3300101, "status": "NEW", "vuln": {"cvssScore": 7.5, "cvss3Score": 9.9}}]},
    ],
)
def test_other_news_has_another_name(change: dict[str, Any]) -> None:
    body = sample("vulnerability-discovered")
    body["issues"] = body["issues"][:1]
    key = SOURCE.dedupe(inbound(body))
    assert key
    assert SOURCE.dedupe(inbound(body | change)) not in (None, key)


def test_a_probe_is_answered() -> None:
    assert SOURCE.probe


@pytest.mark.skipif(not CAPTURED.is_dir(), reason="no captured payloads beside the checkout")
def test_documented_messages() -> None:
    def parse(name: str) -> Any:
        return SOURCE.parse(Inbound({}, (CAPTURED / name).read_bytes()))

    (scan,) = parse("webhook_scan_success.json")
    assert scan.fields["findings"] == {"unknown": 31}
    (issue,) = parse("webhook_vuln_issues_discovered_after_scan.quotes_fixed.json")
    assert (issue.status, issue.fields["severity"]) == ("new", "medium")
    with pytest.raises(BadPayload):
        parse("webhook_vuln_issues_discovered_after_scan.as_documented_not_json.txt")
