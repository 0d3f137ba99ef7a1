"""The verdict is somebody's word, never our guess."""

from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft

Post = Callable[..., Draft]
Sample = Callable[[str], Any]


def said(draft: Draft) -> tuple[str | None, str]:
    return draft.status, draft.fields["verdict"]


@pytest.mark.parametrize(
    ("exit_code", "expected"),
    [
        ("0", ("finished", "passed")),
        ("1", ("finished", "failed")),
        ("200", ("finished", "failed")),
        ("201", ("error", "unknown")),
        ("255", ("error", "unknown")),
        ("-1", ("error", "unknown")),
        ("", ("finished", "unknown")),
    ],
)
def test_pipeline_scan_by_its_exit_code(post: Post, sample: Sample, exit_code: str, expected: tuple[str, str]) -> None:
    assert said(post(sample("pipeline-scan-failed"), exit_code=exit_code)) == expected


def test_no_findings_are_no_pass(post: Post, sample: Sample) -> None:
    assert said(post(sample("pipeline-scan-passed"))) == ("finished", "unknown")
    assert said(post(sample("pipeline-scan-passed"), kind="filtered")) == ("finished", "unknown")


def test_what_is_filtered_breaks_the_policy(post: Post, sample: Sample) -> None:
    assert said(post(sample("pipeline-scan-filtered"), kind="filtered")) == ("finished", "failed")
    assert said(post(sample("pipeline-scan-filtered"), kind="filtered", exit_code="0")) == ("finished", "passed")


def test_a_pipeline_scan_that_went_wrong_has_neither_verdict_nor_counts(post: Post, sample: Sample) -> None:
    draft = post(sample("pipeline-scan-error"), exit_code="0", fail_on="critical")
    assert said(draft) == ("error", "unknown")
    assert "findings" not in draft.fields
    assert draft.original_status == "FAILURE"


@pytest.mark.parametrize(("exit_code", "verdict"), [("0", "passed"), ("1", "failed"), ("9", "failed"), ("", "unknown")])
def test_srcclr_by_its_exit_code(post: Post, sample: Sample, exit_code: str, verdict: str) -> None:
    assert said(post(sample("srcclr"), exit_code=exit_code)) == ("finished", verdict)


def test_srcclr_that_crashed_is_an_error_and_no_finding(post: Post) -> None:
    assert said(post({"metadata": {}, "records": []}, tool="srcclr", exit_code="1")) == ("error", "unknown")


@pytest.mark.parametrize(
    ("passed", "exit_code", "expected"),
    [
        (True, "3", ("finished", "passed")),
        (False, "0", ("finished", "failed")),
        (None, "0", ("finished", "passed")),
        (None, "3", ("finished", "failed")),
        (None, "1", ("error", "unknown")),
        ("true", "", ("finished", "unknown")),
    ],
)
def test_veracode_cli_says_it_itself(
    post: Post, sample: Sample, passed: Any, exit_code: str, expected: tuple[str, str]
) -> None:
    assert said(post(sample("veracode-cli") | {"policy-passed": passed}, exit_code=exit_code)) == expected


@pytest.mark.parametrize(
    ("exit_code", "found", "expected"),
    [
        ("", True, ("finished", "unknown")),
        ("0", True, ("finished", "passed")),
        ("1", True, ("finished", "failed")),
        ("2", False, ("error", "unknown")),
        ("0", False, ("finished", "passed")),
    ],
)
def test_sarif_has_no_verdict_but_the_exit_code(
    post: Post, sample: Sample, exit_code: str, found: bool, expected: tuple[str, str]
) -> None:
    file = sample("sarif-semgrep")
    if not found:
        file["runs"][0]["results"] = []
    assert said(post(file, exit_code=exit_code)) == expected


@pytest.mark.parametrize(
    ("word", "verdict"),
    [
        ("Pass", "passed"),
        ("Did Not Pass", "failed"),
        ("Conditional Pass", "passed_with_conditions"),
        ("Calculating...", "pending"),
        ("Not Assessed", "unknown"),
        ("Passed, more or less", "unknown"),
    ],
)
def test_a_report_says_it_in_words_and_no_exit_code_changes_it(
    post: Post, sample: Sample, word: str, verdict: str
) -> None:
    report = sample("detailed-report").replace(
        b'compliance_status="Did Not Pass"', f'compliance_status="{word}"'.encode()
    )
    draft = post(report, exit_code="0")
    assert said(draft) == ("finished", verdict)
    assert draft.original_status == word


def test_a_report_without_open_flaws_still_fails_when_it_says_so(post: Post, sample: Sample) -> None:
    report = sample("summary-report-sandbox").replace(b"Conditional Pass", b"Did Not Pass")
    report = (
        report.replace(b'count="1"', b'count="0"')
        .replace(b'count="2"', b'count="0"')
        .replace(b'count="3"', b'count="0"')
    )
    draft = post(report)
    assert draft.fields["total"] == 0
    assert said(draft) == ("finished", "failed")


def test_findings_fail_by_one_that_is_open_and_violates(post: Post, sample: Sample) -> None:
    file = sample("findings-api")
    assert said(post(file)) == ("finished", "failed")
    file["_embedded"]["findings"][0]["violates_policy"] = False
    assert said(post(file)) == ("finished", "passed"), "the closed and the approved one say violates_policy, too"
    file["_embedded"]["findings"][0]["violates_policy"] = None
    assert said(post(file)) == ("finished", "unknown")


@pytest.mark.parametrize(
    "page",
    [
        {"number": 0, "total_pages": 2, "total_elements": 200},
        {"number": 1, "total_pages": 2, "total_elements": 4},
        {"number": 0, "total_pages": 1, "total_elements": 5},
        {"number": 1, "total_pages": 1, "total_elements": 4},
        {"total_pages": 1, "total_elements": 4},
        {"number": 0},
        None,
    ],
)
def test_nothing_passes_that_was_not_all_sent(post: Post, sample: Sample, page: Any) -> None:
    file = sample("findings-api") | {"page": page}
    file["_embedded"]["findings"][0]["violates_policy"] = False
    assert said(post(file)) == ("finished", "unknown")
    assert said(post(file, exit_code="0")) == ("finished", "unknown"), "an exit code says nothing of a REST answer"


def test_findings_of_which_there_are_none(post: Post) -> None:
    empty = {"page": {"number": 0, "total_pages": 0, "total_elements": 0}}
    assert said(post(empty, tool="veracode-findings")) == ("finished", "passed")


@pytest.mark.parametrize(
    ("fail_on", "verdict"),
    [
        ("critical", "failed"),
        ("low", "passed"),
        ("Very High, High", "failed"),
        ("very low", "passed"),
        ("low, Informational", "failed"),
    ],
)
def test_the_callers_own_rule(post: Post, sample: Sample, fail_on: str, verdict: str) -> None:
    draft = post(sample("pipeline-scan-failed"), fail_on=fail_on)
    assert said(draft) == ("finished", verdict)
    assert draft.fields["policy"].startswith("fail on ")


def test_the_callers_rule_passes_only_what_is_known_and_complete(post: Post, sample: Sample) -> None:
    file = sample("pipeline-scan-without-exit-code")
    assert said(post(file, fail_on="high")) == ("finished", "passed")
    many = file | {"findings": file["findings"] * 200}
    assert said(post(many, fail_on="high")) == ("finished", "unknown"), "a pipeline scan reports 200 at most"
    file["findings"][0]["severity"] = 9
    assert said(post(file, fail_on="high")) == ("finished", "unknown")
