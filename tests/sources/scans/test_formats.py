"""What each format's reader counts, names and leaves out."""

from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload

Post = Callable[..., Draft]
Sample = Callable[[str], Any]


def counts(draft: Draft) -> dict[str, int]:
    return {severity: count for severity, count in draft.fields["findings"].items() if count}


def titles(draft: Draft) -> list[str]:
    return [finding.get("title", "") for finding in draft.fields.get("worst", [])]


def test_pipeline_scan(post: Post, sample: Sample) -> None:
    draft = post(sample("pipeline-scan-failed"))
    assert counts(draft) == {"critical": 1, "high": 1, "medium": 1, "info": 1}
    assert draft.fields["total"] == 4
    worst = draft.fields["worst"][0]
    assert (worst["severity"], worst["cwe"], worst["where"]) == (
        "critical",
        "CWE-78",
        "com/acme/checkout/Receipts.java:88",
    )
    assert worst["fix"] == "Call the program with a list of arguments & no shell."
    assert draft.fields["kind"] == "sast"
    assert draft.subject == "scan:veracode-pipeline:5d0c1f0e-0000-4000-8000-000000000412"


def test_pipeline_scan_of_2020_has_numbers_as_text_and_may_lack_its_list(post: Post, sample: Sample) -> None:
    file = sample("pipeline-scan-2020")
    assert counts(post(file)) == {"high": 1, "low": 1}, "Very Low is low"
    del file["results"]["TestResults"]["Issues"]["Issue"]
    assert post(file).fields["total"] == 0


def test_only_the_worst_25_keep_their_words(post: Post, sample: Sample) -> None:
    file = sample("pipeline-scan-failed")
    draft = post(file | {"findings": file["findings"] * 20})
    assert draft.fields["total"] == 80
    assert [finding["severity"] for finding in draft.fields["worst"]] == ["critical"] * 20 + ["high"] * 5


def test_findings_closed_or_approved_are_not_counted_but_proposed_ones_are(post: Post, sample: Sample) -> None:
    assert counts(post(sample("findings-api"))) == {"high": 1, "medium": 1}


def test_findings_of_other_scans(post: Post, sample: Sample) -> None:
    draft = post(sample("findings-list"))
    assert [finding["where"] for finding in draft.fields["worst"]] == [
        "acme-json-1.2.3.jar@1.2.3",
        "https://checkout.example.com/search",
    ]
    assert draft.fields["worst"][0]["cve"] == "CVE-2026-10001"
    assert "kind" not in draft.fields, "two kinds of scan are no kind"


def test_findings_of_a_sandbox_are_advisory(post: Post, sample: Sample) -> None:
    file = sample("findings-api")
    assert post(file).fields["advisory"] is False
    file["_embedded"]["findings"][0]["context_type"] = "SANDBOX"
    assert post(file).fields["advisory"] is True


def test_detailed_report(post: Post, sample: Sample) -> None:
    draft = post(sample("detailed-report"))
    assert counts(draft) == {"critical": 1, "high": 1, "low": 1}, "fixed, accepted and mitigated ones are not open"
    assert "Résumé in a log" in titles(draft), "the file is ISO-8859-1"
    assert draft.hints.service == (("name", "checkout"), ("project", "Café checkout"))
    assert draft.fields["policy"] == "Acme high"
    assert draft.fields["advisory"] is False
    assert draft.fields["report_url"].endswith("/auth/index.jsp#ViewReportsResultSummary:4100:770001:31000412")
    assert draft.occurred_at is not None
    assert draft.occurred_at.isoformat() == "2026-11-21T22:06:22+00:00"


def test_what_the_report_has_judged_is_not_judged_again(post: Post, sample: Sample) -> None:
    worst = post(sample("detailed-report")).fields["worst"][0]
    assert worst["cve"] == "CVE-2026-10001"
    assert worst["severity"] == "critical", "severity 5, though its CVSS is 8.8"


def test_summary_report_of_a_sandbox(post: Post, sample: Sample) -> None:
    draft = post(sample("summary-report-sandbox"))
    assert counts(draft) == {"critical": 3, "medium": 3}
    assert titles(draft)[0] == "Numeric Errors (2)"
    assert draft.fields["advisory"] is True
    assert draft.fields["report_url"].endswith(":31000413:990")


@pytest.mark.parametrize("old", [b'account_id="4100"', b'app_id="770001"', b'build_id="31000412"'])
def test_no_link_without_numeric_ids(post: Post, sample: Sample, old: bytes) -> None:
    assert "report_url" not in post(sample("detailed-report").replace(old, b"")).fields
    name = old.partition(b"=")[0]
    assert "report_url" not in post(sample("detailed-report").replace(old, name + b'="1:2/../x"')).fields


def test_srcclr_counts_pairs_of_vulnerability_and_library(post: Post, sample: Sample) -> None:
    draft = post(sample("srcclr"))
    assert counts(draft) == {"critical": 2, "medium": 1}, "without cvss3Score the older score is taken"
    first, second, third = draft.fields["worst"]
    assert (first["where"], first["fix"]) == ("com.acme:acme-json@1.2.3", "update to 1.3.0")
    assert (second["where"], second["fix"]) == ("com.acme:acme-http@3.1", "No fix version for this range.")
    assert first["cve"] == "CVE-2026-10001"
    assert "cve" not in third
    assert draft.subject == "scan:srcclr:40012345"


@pytest.mark.parametrize("report", ["http://sca.veracode.com/scans/1", "https://example.com/scans/1", 7, None])
def test_srcclr_report_elsewhere_is_no_link(post: Post, sample: Sample, report: Any) -> None:
    file = sample("srcclr")
    file["records"][0]["metadata"]["report"] = report
    draft = post(file)
    assert "report_url" not in draft.fields
    assert "scan_id" not in draft.fields


def test_sca_issues_keep_licences_and_outdated_libraries_apart(post: Post, sample: Sample) -> None:
    draft = post(sample("sca-issues"))
    assert counts(draft) == {"critical": 1}, "fixed and ignored ones are not open"
    assert (draft.fields["licences"], draft.fields["outdated"]) == (1, 1)
    assert ("project", "acme/checkout") in draft.hints.service


def test_veracode_cli(post: Post, sample: Sample) -> None:
    draft = post(sample("veracode-cli"))
    assert counts(draft) == {"critical": 2, "high": 1, "low": 1}, "a check that passed is no finding"
    assert draft.fields["worst"][0] == {
        "severity": "critical",
        "title": "CVE-2026-10004",
        "cve": "CVE-2026-10004",
        "where": "libacme@3.0.8-r0",
        "fix": "update to 3.0.9-r1",
    }
    assert draft.fields["kind"] == "container"


def test_veracode_cli_with_its_parts_at_the_root(post: Post, sample: Sample) -> None:
    file = sample("veracode-cli")
    parts = file.pop("findings")
    assert counts(post(file | parts)) == {"critical": 2, "high": 1, "low": 1}


@pytest.mark.parametrize("name", ["sarif-gitleaks", "sarif-semgrep", "veracode-cli"])
def test_no_secret_and_no_code_gets_out(post: Post, sample: Sample, name: str) -> None:
    draft = post(sample(name))
    assert draft.fields["worst"]
    assert "s3cr3t" not in repr(draft)
    assert "robin@example.com" not in repr(draft)


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ({"runs": {}}, "runs"),
        ({"runs": []}, "runs"),
        ({"runs": [{}]}, "runs[0].tool"),
        ({"runs": [{"tool": {"driver": {}}, "results": {}}]}, "runs[0].results"),
        ({"scan_status": "SUCCESS"}, "findings"),
        ({"scan_status": "SUCCESS", "findings": {}}, "findings"),
        ({"scan_status": "SUCCESS", "findings": ["x"]}, "findings[0]"),
        ({"_embedded": {"findings": [{}]}}, "_embedded.findings[0].finding_details"),
        ({"_embedded": {"issues": None}}, "_embedded.issues"),
        ({"policy-passed": True, "findings": []}, "findings"),
        ({"results": {"TestResults": None}}, "results.TestResults"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(post: Post, broken: Any, path: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        post(broken)
    assert refusal.value.path == path
