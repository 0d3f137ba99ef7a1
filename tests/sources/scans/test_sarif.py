"""SARIF: levels and severities in four places, suppressions, rules by index, id and extension."""

from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload

Post = Callable[..., Draft]


def sarif(*results: dict[str, Any], rules: list[dict[str, Any]] | None = None, **run: Any) -> dict[str, Any]:
    return {"runs": [{"tool": {"driver": {"name": "Acme Scan", "rules": rules or []}}, "results": list(results)} | run]}


def severities(draft: Draft) -> list[str]:
    return [finding["severity"] for finding in draft.fields.get("worst", [])]


@pytest.mark.parametrize(
    ("result", "rule", "severity"),
    [
        ({"level": "error"}, {}, "high"),
        ({"level": "warning"}, {}, "medium"),
        ({"level": "note"}, {}, "low"),
        ({"level": "none"}, {}, "info"),
        ({}, {}, "medium"),
        ({}, {"defaultConfiguration": {"level": "error"}}, "high"),
        ({"level": "note"}, {"defaultConfiguration": {"level": "error"}}, "low"),
        ({"level": "error"}, {"properties": {"security-severity": "9.8"}}, "critical"),
        ({"level": "error"}, {"properties": {"security-severity": 3.9}}, "low"),
        ({"level": "note"}, {"properties": {"security-severity": "CRITICAL"}}, "critical"),
        ({"level": "error"}, {"properties": {"security-severity": "0.0"}}, "info"),
        ({"level": "error"}, {"properties": {"security-severity": "n/a"}}, "high"),
        ({"level": "error"}, {"properties": {"security-severity": "99"}}, "high"),
        ({"properties": {"security-severity": "7.0"}}, {"properties": {"security-severity": "2.0"}}, "high"),
        ({"level": "error", "properties": {"severity": "low"}}, {}, "high"),
    ],
)
def test_severity(post: Post, result: dict[str, Any], rule: dict[str, Any], severity: str) -> None:
    assert severities(post(sarif({"ruleId": "R1"} | result, rules=[{"id": "R1"} | rule]))) == [severity]


@pytest.mark.parametrize(
    ("result", "counted"),
    [
        ({"suppressions": []}, True),
        ({"suppressions": None}, True),
        ({"suppressions": [{"kind": "inSource"}]}, False),
        ({"suppressions": [{"kind": "external", "status": "accepted"}]}, False),
        ({"suppressions": [{"status": "rejected"}]}, True),
        ({"suppressions": [{"status": "underReview"}]}, True),
        ({"suppressions": [{"status": "rejected"}, {"status": "accepted"}]}, False),
        ({"baselineState": "absent"}, False),
        ({"baselineState": "unchanged"}, True),
        ({"kind": "pass"}, False),
        ({"kind": "notApplicable"}, False),
        ({"kind": "informational"}, False),
        ({"kind": "fail"}, True),
        ({"kind": "review"}, True),
    ],
)
def test_what_counts(post: Post, result: dict[str, Any], counted: bool) -> None:
    assert post(sarif({"ruleId": "R1"} | result)).fields["total"] == int(counted)


RULES = [
    {"id": "A", "shortDescription": {"text": "rule A"}},
    {"id": "B", "fullDescription": {"text": "rule B"}},
    {"id": "C", "name": "RuleC"},
]


@pytest.mark.parametrize(
    ("result", "title"),
    [
        ({"ruleId": "A"}, "rule A"),
        ({"ruleId": "B", "ruleIndex": 1}, "rule B"),
        ({"ruleIndex": 2}, "RuleC"),
        ({"ruleId": "A", "ruleIndex": 1}, "rule A"),
        ({"ruleId": "A/deeper", "ruleIndex": 0}, "rule A"),
        ({"ruleId": "A/deeper"}, "rule A"),
        ({"ruleId": "B", "ruleIndex": 99}, "rule B"),
        ({"ruleId": "B", "ruleIndex": -1}, "rule B"),
        ({"ruleId": "elsewhere"}, "elsewhere"),
        ({"rule": {"id": "B"}}, "rule B"),
        ({"rule": {"id": "X", "index": 0, "toolComponent": {"index": 0}}}, "rule X"),
        ({"ruleId": "A", "rule": {"index": 0, "toolComponent": {"index": 7}}}, "rule A"),
    ],
)
def test_the_rule_is_found(post: Post, result: dict[str, Any], title: str) -> None:
    file = sarif(result, rules=RULES)
    file["runs"][0]["tool"]["extensions"] = [{"rules": [{"id": "X", "shortDescription": {"text": "rule X"}}]}]
    assert post(file).fields["worst"][0]["title"] == title


def test_a_message_is_never_shown(post: Post) -> None:
    draft = post(sarif({"message": {"text": "found hunter2 here"}, "properties": {"x": "hunter2"}}))
    assert "hunter2" not in repr(draft)


@pytest.mark.parametrize(
    "rule",
    [
        {"id": "acme-secret-key"},
        {"id": "X1", "name": "HardcodedCredential"},
        {"id": "X2", "properties": {"tags": ["security", "Secret"]}},
    ],
)
def test_of_a_secret_the_rule_and_the_place_alone_are_shown(post: Post, rule: dict[str, Any]) -> None:
    place = {"physicalLocation": {"artifactLocation": {"uri": "a.env"}, "region": {"startLine": 3}}}
    described = rule | {"shortDescription": {"text": "matches hunter2"}}
    draft = post(sarif({"ruleId": rule["id"], "locations": [place]}, rules=[described]))
    assert draft.fields["worst"] == [{"severity": "medium", "title": rule["id"], "where": "a.env:3"}]


@pytest.mark.parametrize(
    ("run", "status"),
    [
        ({"invocations": [{"executionSuccessful": True}]}, "finished"),
        ({"invocations": [{"executionSuccessful": True}, {"executionSuccessful": False}]}, "error"),
        ({"results": None}, "error"),
        ({"invocations": None}, "finished"),
    ],
)
def test_a_scan_that_did_not_run_is_an_error(post: Post, run: dict[str, Any], status: str) -> None:
    draft = post(sarif(**run), exit_code="0")
    assert draft.status == status
    assert ("findings" in draft.fields) == (status == "finished")


def test_several_runs_are_one_scan(post: Post) -> None:
    file = sarif({"ruleId": "A"})
    other = sarif({"ruleId": "B"}, automationDetails={"guid": "1"})["runs"][0]
    other["tool"]["driver"]["name"] = "Other"
    file["runs"].append(other)
    draft = post(file)
    assert draft.fields["tool"] == "acme-scan+other"
    assert draft.fields["total"] == 2
    assert "scan_id" not in draft.fields


@pytest.mark.parametrize(
    ("name", "tool", "kind"),
    [
        ("CodeQL", "codeql", "sast"),
        ("Semgrep OSS", "semgrep-oss", "sast"),
        ("gitleaks", "gitleaks", "secrets"),
        ("Trivy", "trivy", None),
        ("a\x00b/é <script>", "a-b----script", None),
        (None, "sarif", None),
    ],
)
def test_tools(post: Post, name: str | None, tool: str, kind: str | None) -> None:
    file = sarif()
    file["runs"][0]["tool"]["driver"]["name"] = name
    draft = post(file)
    assert (draft.fields["tool"], draft.fields.get("kind")) == (tool, kind)


def test_the_revision_is_taken_when_the_caller_gives_none(post: Post) -> None:
    file = sarif(versionControlProvenance=[{"revisionId": "a" * 40, "branch": "main"}])
    assert post(file).fields["commit"] == {"sha": "a" * 40, "branch": "main"}
    assert post(file, commit="b" * 40).fields["commit"] == {"sha": "b" * 40, "branch": "main"}


@pytest.mark.parametrize(
    ("rule", "cwe", "cve"),
    [
        ({"id": "89"}, None, None),
        ({"id": "89", "shortDescription": {"text": "CWE-089: SQL Injection"}}, "CWE-89", None),
        ({"id": "R", "properties": {"cwe": ["CWE-79", "CWE-80"]}}, "CWE-79", None),
        ({"id": "R", "properties": {"tags": ["security", "external/cwe/cwe-022"]}}, "CWE-22", None),
        ({"id": "CVE-2026-10001"}, None, "CVE-2026-10001"),
        ({"id": "BDSA-2026-1 (CVE-2026-10001)"}, None, "CVE-2026-10001"),
    ],
)
def test_names_of_weaknesses(post: Post, rule: dict[str, Any], cwe: str | None, cve: str | None) -> None:
    worst = post(sarif({"ruleId": rule["id"]}, rules=[rule])).fields["worst"][0]
    assert (worst.get("cwe"), worst.get("cve")) == (cwe, cve)


def test_an_absurd_number_of_results_is_refused(post: Post) -> None:
    with pytest.raises(BadPayload) as refusal:
        post(sarif(*[{}] * 50_001))
    assert refusal.value.path == "runs[0].results"
