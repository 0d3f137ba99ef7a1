"""Veracode Pipeline Scan: `results.json` and `filtered_results.json`, in the shape of now and that of 2020.

https://docs.veracode.com/r/r_pipeline_scan_commands
The file says neither the service nor the commit nor whether the policy was passed.
"""

from typing import Annotated, Any

from pydantic import AliasChoices, Field

from app.kernel.errors import BadPayload
from app.kernel.shapes import Shape, fit
from app.sources.scans.lenient import Many, Several, Whole, Word
from app.sources.scans.naming import cwe, place
from app.sources.scans.reading import Reading, Weakness
from app.sources.scans.severity import severity_of_veracode

FORMAT = "veracode-pipeline"
MOST_REPORTED = 200
"""The scan reports no more flaws than this: https://docs.veracode.com/r/r_pipeline_scan_output"""


def _either(now: str, in_2020: str) -> Any:
    return Field(None, validation_alias=AliasChoices(now, in_2020))


class SourceFile(Shape):
    """Where a flaw is."""

    file: Annotated[Word, _either("file", "File")]
    line: Annotated[Whole, _either("line", "Line")]


class Files(Shape):
    """The file of a flaw."""

    source_file: Annotated[SourceFile | None, _either("source_file", "SourceFile")]


class Flaw(Shape):
    """A flaw; numbers were text in 2020."""

    title: Annotated[Word, _either("title", "Title")]
    severity: Annotated[Whole, _either("severity", "Severity")]
    issue_type: Annotated[Word, _either("issue_type", "IssueType")]
    cwe_id: Annotated[Word, _either("cwe_id", "CWEId")]
    display_text: Annotated[Word, _either("display_text", "DisplayText")]
    files: Annotated[Files | None, _either("files", "Files")]

    def weakness(self) -> Weakness:
        source = self.files.source_file if self.files else None
        return Weakness(
            severity=severity_of_veracode(self.severity),
            title=self.issue_type or self.title,
            cwe=cwe(self.cwe_id),
            where=place(source.file, source.line) if source else None,
            prose=self.display_text,
        )


class Issues(Shape):
    """The list of 2020; absent when there was nothing."""

    Issue: Several[Flaw] = []


class TestResults(Shape):
    """What held the list of 2020."""

    __test__ = False

    Issues: Issues


class Results(Shape):
    """What held what held the list of 2020."""

    TestResults: TestResults


class File(Shape):
    """The file. `findings` is what it has now, `results` what it had in 2020."""

    scan_id: Word = None
    scan_status: Word = None
    findings: Many[Flaw] | None = None
    results: Results | None = None


def read(body: dict[str, Any]) -> Reading:
    """The flaws of a scan that succeeded; any other status is an error and not `no findings`."""
    file = fit(File, body)
    if file.scan_status is not None and file.scan_status.upper() != "SUCCESS":
        return Reading(FORMAT, FORMAT, kind="sast", error=True, scan_id=file.scan_id, original_status=file.scan_status)
    flaws = file.results.TestResults.Issues.Issue if file.results else file.findings
    if flaws is None:
        raise BadPayload("expected a list", "findings")
    return Reading(
        FORMAT,
        FORMAT,
        [flaw.weakness() for flaw in flaws],
        kind="sast",
        complete=len(flaws) < MOST_REPORTED,
        scan_id=file.scan_id,
        original_status=file.scan_status,
    )
