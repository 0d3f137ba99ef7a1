"""Veracode SCA's REST API: a workspace's or project's issues (`_embedded.issues`).

https://docs.veracode.com/r/c_sca_rest — vulnerabilities, licences and outdated libraries are counted apart.
"""

from typing import Any

from pydantic import Field

from app.events.severity import severity_of_cvss
from app.kernel.shapes import Shape, fit
from app.sources.scans.lenient import Many, Score, Whole, Word, Yes
from app.sources.scans.naming import cve, cwe, library
from app.sources.scans.reading import Reading, Weakness

FORMAT = "veracode-sca"


class Library(Shape):
    """The library that an issue is in."""

    name: Word = None
    version: Word = None


class Vulnerability(Shape):
    """What is wrong with it."""

    title: Word = None
    cve: Word = None
    cwe_id: Word = None


class Issue(Shape):
    """An issue; `severity` is a CVSS score for a vulnerability, and the rule's number for the other types."""

    issue_type: Word = None
    issue_status: Word = None
    ignored: Yes = None
    severity: Score = None
    project_name: Word = None
    project_branch: Word = None
    library: Library | None = None
    vulnerability: Vulnerability | None = None

    @property
    def open(self) -> bool:
        return not self.ignored and (self.issue_status or "open").lower() == "open"

    def weakness(self) -> Weakness:
        vulnerability, lib = self.vulnerability or Vulnerability(), self.library or Library()
        return Weakness(
            severity=severity_of_cvss(self.severity),
            title=vulnerability.title,
            cwe=cwe(vulnerability.cwe_id),
            cve=cve(vulnerability.cve),
            where=library(lib.name, lib.version),
        )


class Page(Shape):
    """Which part of the answer this is."""

    total_pages: Whole = None


class Embedded(Shape):
    """What holds the list."""

    issues: Many[Issue]


class File(Shape):
    """The answer."""

    embedded: Embedded = Field(alias="_embedded")
    page: Page | None = None


def read(body: dict[str, Any]) -> Reading:
    """The open vulnerabilities; it says nothing of a policy."""
    file = fit(File, body)
    unresolved = [issue for issue in file.embedded.issues if issue.open]
    projects = {issue.project_name for issue in file.embedded.issues}
    branches = {issue.project_branch for issue in file.embedded.issues}
    return Reading(
        FORMAT,
        FORMAT,
        [issue.weakness() for issue in unresolved if issue.issue_type == "vulnerability"],
        complete=file.page is not None and file.page.total_pages in (0, 1),
        kind="sca",
        licences=sum(issue.issue_type == "license" for issue in unresolved),
        outdated=sum(issue.issue_type == "library" for issue in unresolved),
        project=projects.pop() if len(projects) == 1 else None,
        branch=branches.pop() if len(branches) == 1 else None,
    )
