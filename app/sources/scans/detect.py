"""Which tool wrote a file: told from what is in it, or by the caller."""

from collections.abc import Callable, Mapping
from typing import Any

from app.kernel.errors import BadPayload
from app.kernel.json import loads
from app.sources.scans import findings_api, pipeline, report_xml, sarif, sca_issues, srcclr_json, veracode_cli
from app.sources.scans.reading import Reading

_READERS: Mapping[str, Callable[[dict[str, Any]], Reading]] = {
    "sarif": sarif.read,
    "srcclr": srcclr_json.read,
    "veracode-cli": veracode_cli.read,
    "veracode-sca": sca_issues.read,
    "veracode-findings": findings_api.read,
    "veracode-pipeline": pipeline.read,
}
LOOKED_FOR = (
    "SARIF (`runs`), srcclr (`records[].metadata.recordType`), Veracode pipeline scan (`findings` with `scan_status`, "
    "`pipeline_scan` or `scan_id`; `results.TestResults`), Veracode CLI (`policy-passed`), Veracode SCA issues "
    "(`_embedded.issues`), Veracode findings (`_embedded.findings`, `findings[].finding_details`), "
    "Veracode report (XML `detailedreport` or `summaryreport`)"
)
_NATIVE = {
    "trivy": "this looks like Trivy's own JSON: run `trivy … --format sarif`",
    "snyk": "this looks like Snyk's own JSON: run `snyk … --sarif-file-output=<file>`",
    "semgrep": "this looks like Semgrep's own JSON: run `semgrep … --sarif`",
}
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_file(body: bytes, tool: str | None) -> Reading:
    """The file as its tool's reader understands it. Raises BadPayload that lists what was looked for."""
    text = _without_mark(body)
    if text.lstrip()[:1] == b"<":
        return report_xml.read(body.strip())
    if tool == "veracode-report":
        raise BadPayload("expected XML: `detailedreport` or `summaryreport`")
    value = loads(text)
    if isinstance(value, dict):
        name = tool or detect(value)
        if name:
            return _READERS[name](value)
    raise BadPayload(_refusal(value))


def detect(body: dict[str, Any]) -> str | None:
    """The format of a JSON file, or None. The order matters: `findings` is the name of two tools' lists."""
    results, embedded = body.get("results"), body.get("_embedded")
    if "runs" in body:
        return "sarif"
    if any("recordType" in _object(_object(record).get("metadata")) for record in _list(body.get("records"))):
        return "srcclr"
    if "TestResults" in _object(results):
        return "veracode-pipeline"
    if "policy-passed" in body:
        return "veracode-cli"
    if "issues" in _object(embedded):
        return "veracode-sca"
    if "findings" in _object(embedded) or any("finding_details" in _object(f) for f in _list(body.get("findings"))):
        return "veracode-findings"
    return "veracode-pipeline" if _is_pipeline(body) else None


def _is_pipeline(body: dict[str, Any]) -> bool:
    if "findings" in body:
        return bool(body.keys() & {"scan_status", "pipeline_scan", "scan_id"})
    return "scan_status" in body  # a scan that went wrong has no findings


def _refusal(value: Any) -> str:
    """Why not, and what to do instead."""
    body = _object(value[0] if isinstance(value, list) and value else value)
    native = _native(body)
    if native:
        return f"{_NATIVE[native]}; looked for: {LOOKED_FOR}"
    if body.get("findings") == []:
        return f"empty `findings` do not say whose: add tool=veracode-pipeline or tool=veracode-findings; {LOOKED_FOR}"
    return f"not a file that we read (most tools can write SARIF: `--format sarif`); looked for: {LOOKED_FOR}"


def _native(body: dict[str, Any]) -> str | None:
    if "SchemaVersion" in body or ("Results" in body and "ArtifactName" in body):
        return "trivy"
    if "vulnerabilities" in body and body.keys() & {"packageManager", "dependencyCount", "ok"}:
        return "snyk"
    if isinstance(body.get("results"), list) and "errors" in body:
        return "semgrep"
    return None


def _without_mark(body: bytes) -> bytes:
    """The body as UTF-8 without a byte order mark: PowerShell's `>` writes UTF-16."""
    if body.startswith(_UTF16_MARKS):
        try:
            return body.decode("utf-16").encode()
        except UnicodeError:
            raise BadPayload("neither UTF-8 nor UTF-16") from None
    return body.removeprefix(b"\xef\xbb\xbf")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
