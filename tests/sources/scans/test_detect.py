"""Which tool wrote a file, and what is answered when it was none that we read."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from app.sources.scans import MAX_BYTES
from app.sources.scans.detect import detect
from app.sources.scans.parameters import TOOLS

Post = Callable[..., Draft]
Sample = Callable[[str], Any]


@pytest.mark.parametrize(
    ("body", "format_"),
    [
        ({"runs": [], "findings": []}, "sarif"),
        ({"records": [{"metadata": {"recordType": "SCAN"}}]}, "srcclr"),
        ({"results": {"TestResults": {}}, "scan_status": "SUCCESS"}, "veracode-pipeline"),
        ({"policy-passed": False, "findings": {}}, "veracode-cli"),
        ({"_embedded": {"issues": []}}, "veracode-sca"),
        ({"_embedded": {"findings": []}}, "veracode-findings"),
        ({"findings": [{"finding_details": {}}]}, "veracode-findings"),
        ({"findings": [], "scan_id": "1"}, "veracode-pipeline"),
        ({"findings": [], "pipeline_scan": "24.8.0-0"}, "veracode-pipeline"),
        ({"scan_status": "FAILURE"}, "veracode-pipeline"),
        ({"findings": []}, None),
        ({"records": []}, None),
        ({"scan_id": "1"}, None),
        ({}, None),
    ],
)
def test_detection(body: dict[str, Any], format_: str | None) -> None:
    assert detect(body) == format_
    assert format_ is None or format_ in TOOLS


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ({"SchemaVersion": 2, "ArtifactName": "x", "Results": []}, "Trivy's own JSON: run `trivy … --format sarif`"),
        ({"vulnerabilities": [], "ok": True, "packageManager": "npm"}, "Snyk's own JSON: run `snyk … --sarif-file"),
        ([{"vulnerabilities": [], "dependencyCount": 7}], "Snyk's own JSON"),
        ({"results": [], "errors": []}, "Semgrep's own JSON: run `semgrep … --sarif`"),
        ({"findings": []}, "add tool=veracode-pipeline or tool=veracode-findings"),
        ({"matches": []}, "most tools can write SARIF"),
        ([], "most tools can write SARIF"),
        ("x", "most tools can write SARIF"),
    ],
)
def test_a_refusal_says_what_to_do_and_what_was_looked_for(post: Post, body: Any, hint: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        post(body)
    assert hint in str(refusal.value)
    assert "SARIF (`runs`)" in str(refusal.value)
    assert "`detailedreport`" in str(refusal.value)


def test_the_caller_may_say_which_tool_it_was(post: Post) -> None:
    assert post({"findings": []}, tool="veracode-pipeline").fields["total"] == 0
    assert post({"findings": []}, tool="veracode-findings").fields["total"] == 0
    with pytest.raises(BadPayload, match="runs"):
        post({"findings": []}, tool="sarif")
    with pytest.raises(BadPayload, match="XML"):
        post({"findings": []}, tool="veracode-report")


def test_a_byte_order_mark_is_skipped(post: Post, sample: Sample) -> None:
    file = sample("pipeline-scan-failed")
    text = json.dumps(file, ensure_ascii=False)
    counts = post(file).fields["findings"]
    for body in (b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"), b"\n " + text.encode()):
        assert post(body).fields["findings"] == counts
    for broken in (b"\xff\xfe\x00", b"\xff\xfe\x00\xd8", b"\xff\xfe"):
        with pytest.raises(BadPayload):
            post(broken)


def test_a_file_that_is_too_large_is_not_read(post: Post) -> None:
    with pytest.raises(BadPayload, match="25 MiB"):
        post(b" " * (MAX_BYTES + 1))
