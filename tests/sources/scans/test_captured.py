"""Files that tools really wrote, where they stand beside the checkout; and how fast large ones are read."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from tests.conformance.folder import captured_folder

Post = Callable[..., Draft]
CAPTURED = captured_folder() or Path()

COUNTS: dict[str, tuple[int, int, int, int, int]] = {
    "veracode/pipeline_results_small_v2.json": (0, 1, 2, 0, 2),
    "veracode/pipeline_results_146_findings_baseline.json": (4, 14, 92, 21, 15),
    "veracode/findings_api_policy_flaws_embedded.json": (1, 1, 0, 0, 0),
    "veracode/dd_static_embedded_format.json": (0, 0, 3, 0, 0),
    "veracode/dd_one_finding.xml": (0, 0, 1, 0, 0),
    "veracode/dd_many_findings.xml": (0, 2, 2, 0, 0),
    "veracode/dd_mitigated_finding.xml": (0, 0, 0, 0, 0),
    "veracode/dd_dynamic_finding.xml": (0, 0, 1, 0, 0),
    "veracode/dd_veracode_maven.xml": (1, 0, 0, 0, 0),
    "sourceclear/srcclr_scan_json_2023.json": (7, 14, 22, 5, 0),
    "sourceclear/dd_veracode_sca.json": (0, 1, 0, 0, 0),
    "sarif/dd_SuppressionTestCurrent.sarif": (0, 0, 1, 0, 0),
    "sarif/dd_appendix_k.sarif": (0, 0, 0, 0, 0),
    "sarif/dd_govulncheck.sarif.json": (0, 1, 1, 1, 0),
    "sarif/veracode_policy_to_sarif.sarif.json": (0, 2, 0, 0, 0),
}
"""Critical, high, medium, low, info."""
TOTALS = {
    "sarif/veracode_pipeline_to_sarif.sarif.json": 13,
    "sarif/dd_codeQL-output.sarif": 72,
    "sarif/dd_semgrepowasp-benchmark-sample.sarif": 1768,
}
VERDICTS = {
    "veracode/dd_one_finding.xml": "passed",
    "veracode/dd_veracode_scan.xml": "failed",
    "veracode/dd_static_embedded_format.json": "failed",
    "veracode/dd_dynamic_embedded_format.json": "failed",
    "veracode/pipeline_results_small_v2.json": "unknown",
    "sourceclear/srcclr_scan_json_2023.json": "unknown",
}
NATIVE = {"sarif/native_trivy_scheme2.json", "sarif/native_snyk_one_vuln.json", "sarif/native_semgrep_one_finding.json"}


def captured(name: str) -> bytes:
    path = CAPTURED / name
    if not path.is_file():
        pytest.skip("not beside the checkout")
    return path.read_bytes()


@pytest.mark.parametrize("name", COUNTS)
def test_counts(post: Post, name: str) -> None:
    assert tuple(post(captured(name)).fields["findings"].values()) == (*COUNTS[name], 0)


@pytest.mark.parametrize("name", TOTALS)
def test_totals(post: Post, name: str) -> None:
    assert post(captured(name)).fields["total"] == TOTALS[name]


@pytest.mark.parametrize("name", VERDICTS)
def test_verdicts(post: Post, name: str) -> None:
    assert post(captured(name)).fields["verdict"] == VERDICTS[name]


@pytest.mark.parametrize("name", sorted(NATIVE))
def test_a_tools_own_json_is_refused_with_the_flag(post: Post, name: str) -> None:
    with pytest.raises(BadPayload, match="sarif"):
        post(captured(name))


def test_an_approved_finding_is_not_counted(post: Post) -> None:
    assert post(captured("veracode/dd_dynamic_embedded_format.json")).fields["findings"]["info"] == 0


def cost(post: Post, file: object) -> float:
    """The least CPU of three readings, in seconds: what else the machine does counts little."""
    spent = []
    for _ in range(3):
        started = time.process_time()
        post(file)
        spent.append(time.process_time() - started)
    return min(spent)


def sarif(results: int) -> dict[str, object]:
    place = {"physicalLocation": {"artifactLocation": {"uri": "src/a.py"}, "region": {"startLine": 1}}}
    result = {"ruleId": "R", "message": {"text": "x" * 600}, "locations": [place], "fingerprints": {"v1": "y" * 100}}
    rules = [{"id": "R", "properties": {"security-severity": "HIGH"}}]
    return {"runs": [{"tool": {"driver": {"name": "acme", "rules": rules}}, "results": [result] * results}]}


def pipeline(flaws: int) -> dict[str, object]:
    shown = "<span>" + "a <b>b</b> " * 400 + "</span>"
    flaw = {"severity": 4, "issue_type": "SQL", "cwe_id": "89", "display_text": shown}
    return {"scan_id": "1", "scan_status": "SUCCESS", "findings": [flaw] * flaws}


def report(flaws: int) -> bytes:
    flaw = f'<flaw severity="3" categoryname="x" description="{"y " * 300}"/>'
    return f"<detailedreport>{flaw * flaws}</detailedreport>".encode()


@pytest.mark.parametrize(("file", "many"), [(sarif, 2000), (pipeline, 500), (report, 3000)])
def test_ten_times_the_findings_take_about_ten_times_as_long(
    post: Post, file: Callable[[int], object], many: int
) -> None:
    """As many as in the files of a benchmark (1.7 MB of SARIF); what looks at each for each would take a hundred."""
    assert post(file(many)).fields["total"] == many
    assert cost(post, file(many)) < 40 * cost(post, file(many // 10))
