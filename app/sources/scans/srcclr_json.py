"""Veracode's SCA agent: what `srcclr scan --json` writes.

https://docs.veracode.com/r/Running_an_Agent_Based_Scan — no policy and no issue ids are in it. One finding is
a vulnerability in one library, as the agent's own list of issues counts.
"""

import re
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from app.events.severity import severity_of_cvss
from app.kernel.links import https_under
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources.scans.lenient import Score, Several, Things, Word
from app.sources.scans.naming import cve, library
from app.sources.scans.reading import Reading, Weakness

FORMAT = "srcclr"
HOSTS = ("veracode.com", "veracode.eu", "veracode.us")
_REF = re.compile(r"/records/\d{1,4}/libraries/(\d{1,6})/versions/(\d{1,6})")


class Version(Shape):
    """A version of a library."""

    version: Word = None


class Library(Shape):
    """A library that is used."""

    name: Word = None
    coordinate1: Word = None
    coordinate2: Word = None
    versions: Several[Version] = []


class Detail(Shape):
    """What would mend it."""

    updateToVersion: Word = None  # noqa: N815
    fixText: Word = None  # noqa: N815


class Affected(Shape):
    """A library with the vulnerability, by its place in the list of libraries."""

    details: Several[Detail] = []
    links: Things = Field({}, alias="_links")


class Vulnerability(Shape):
    """A vulnerability; `cve` is often without its prefix, or null. Old agents give no `cvss3Score`."""

    cve: Word = None
    title: Word = None
    overview: Word = None
    cvssScore: Score = None  # noqa: N815
    cvss3Score: Score = None  # noqa: N815
    libraries: Several[Affected] = []


class Record(Shape):
    """One scan."""

    metadata: Things = {}
    libraries: Several[Library] = []
    vulnerabilities: Several[Vulnerability] = []

    def weaknesses(self) -> Iterator[Weakness]:
        """One a pair of vulnerability and library."""
        for vulnerability in self.vulnerabilities:
            for affected in vulnerability.libraries:
                yield Weakness(
                    severity=severity_of_cvss(vulnerability.cvss3Score or vulnerability.cvssScore),
                    title=vulnerability.title,
                    cve=cve(vulnerability.cve),
                    where=self._name(affected.links.get("ref")),
                    fix=_fix(affected.details),
                    prose=vulnerability.overview,
                )

    def _name(self, ref: Any) -> str | None:
        """The library that `/records/0/libraries/21/versions/0` stands for."""
        found = _REF.fullmatch(ref) if isinstance(ref, str) else None
        if found is None or int(found[1]) >= len(self.libraries):
            return None
        used, version = self.libraries[int(found[1])], int(found[2])
        name = ":".join(part for part in (used.coordinate1, used.coordinate2) if part) or used.name
        return library(name, used.versions[version].version if version < len(used.versions) else None)


class File(Shape):
    """The file."""

    metadata: Things = {}
    records: Several[Record] = []


def read(body: dict[str, Any]) -> Reading:
    """The vulnerabilities by library. A file without a record is that of an agent that crashed."""
    file = fit(File, body)
    if not file.records:
        return Reading(FORMAT, FORMAT, kind="sca", error=True)
    report = file.records[0].metadata.get("report")
    url = https_under(report, HOSTS) if isinstance(report, str) else None
    last = url.rstrip("/").rpartition("/")[2] if url else ""
    return Reading(
        FORMAT,
        FORMAT,
        [weakness for record in file.records for weakness in record.weaknesses()],
        scan_id=last if last.isascii() and last.isdigit() else None,
        kind="sca",
        occurred_at=parse_timestamp(file.metadata.get("requestDate")),
        report_url=url,
    )


def _fix(details: list[Detail]) -> str | None:
    version = next((detail.updateToVersion for detail in details if detail.updateToVersion), None)
    return f"update to {version}" if version else next((detail.fixText for detail in details if detail.fixText), None)
