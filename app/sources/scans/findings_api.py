"""Veracode's Findings REST API, version 2: also `policy_flaws.json` of the upload-and-scan action.

https://docs.veracode.com/r/c_findings_v2_intro
Either whole (`_embedded.findings` with `page`) or only its list (`{"findings": […]}`, cut out with jq).
"""

from typing import Any

from pydantic import Field

from app.kernel.errors import BadPayload
from app.kernel.shapes import Shape, fit
from app.sources.scans.lenient import Many, Several, Things, Whole, Word, Yes
from app.sources.scans.naming import cve, cwe, library, place, without_query
from app.sources.scans.reading import Reading, Verdict, Weakness
from app.sources.scans.severity import severity_of_veracode

FORMAT = "veracode-findings"
_KINDS = {"STATIC": "sast", "DYNAMIC": "dast", "SCA": "sca"}


class Status(Shape):
    """What became of a finding."""

    status: Word = None
    resolution_status: Word = None


class Details(Shape):
    """What a finding is; a static, a dynamic and a component's finding have different fields."""

    severity: Whole = None
    cwe: Things = {}
    cve: Things = {}
    finding_category: Things = {}
    file_path: Word = None
    file_line_number: Whole = None
    url: Word = None
    component_filename: Word = None
    version: Word = None

    @property
    def where(self) -> str | None:
        return (
            place(self.file_path, self.file_line_number)
            or without_query(self.url)
            or library(self.component_filename, self.version)
        )


class Finding(Shape):
    """A finding."""

    scan_type: Word = None
    description: Word = None
    violates_policy: Yes = None
    context_type: Word = None
    finding_status: Status | None = None
    finding_details: Details

    @property
    def open(self) -> bool:
        """Not closed, and no mitigation of it approved; a closed finding may still say that it violates the policy."""
        status = self.finding_status or Status()
        return (status.status or "").upper() != "CLOSED" and (status.resolution_status or "").upper() != "APPROVED"

    def weakness(self) -> Weakness:
        details = self.finding_details
        names = (details.cwe.get("name"), details.finding_category.get("name"), details.cve.get("name"))
        cve_name = details.cve.get("name")
        return Weakness(
            severity=severity_of_veracode(details.severity),
            title=next((name for name in names if isinstance(name, str) and name), None),
            cwe=cwe(details.cwe.get("id")),
            cve=cve(cve_name) if isinstance(cve_name, str) else None,
            where=details.where,
            prose=self.description,
        )


class Page(Shape):
    """Which part of the answer this is."""

    number: Whole = None
    total_pages: Whole = None
    total_elements: Whole = None


class Embedded(Shape):
    """What holds the list."""

    findings: Several[Finding] = []


class File(Shape):
    """The answer, or the list cut out of it. Without any finding the API leaves `_embedded` out."""

    embedded: Embedded | None = Field(None, alias="_embedded")
    findings: Many[Finding] | None = None
    page: Page | None = None


def read(body: dict[str, Any]) -> Reading:
    """The open findings, and whether one of them violates the policy."""
    file = fit(File, body)
    findings = file.embedded.findings if file.embedded else file.findings
    if findings is None:
        if file.page is None or file.page.total_elements != 0:
            raise BadPayload("expected a list", "_embedded.findings")
        findings = []
    unresolved = [finding for finding in findings if finding.open]
    kinds = {_KINDS.get((finding.scan_type or "").upper()) for finding in findings}
    complete = _is_whole(file.page, len(findings))
    return Reading(
        FORMAT,
        FORMAT,
        [finding.weakness() for finding in unresolved],
        verdict=_verdict(unresolved, complete),
        complete=complete,
        kind=kinds.pop() if len(kinds) == 1 else None,
        advisory=any((finding.context_type or "").upper() == "SANDBOX" for finding in findings),
    )


def _is_whole(page: Page | None, here: int) -> bool:
    """Whether this is all of it: one page, and nothing cut out of that."""
    if page is None or page.number != 0 or page.total_pages is None or page.total_pages > 1:
        return False
    return page.total_elements is not None and here >= page.total_elements


def _verdict(unresolved: list[Finding], complete: bool) -> Verdict | None:
    """Nothing passes that was not all seen."""
    if any(finding.violates_policy for finding in unresolved):
        return "failed"
    known = all(finding.violates_policy is False for finding in unresolved)
    return "passed" if complete and known else None
