"""Veracode CLI: what `veracode scan --format json` writes for an image, an archive or a directory.

https://docs.veracode.com/r/Veracode_CLI — vulnerabilities as Grype writes them, misconfigurations and secrets
as Trivy does, either at the root or under `findings`; and `policy-passed`, a verdict of its own.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from app.kernel.shapes import Shape, fit
from app.sources.scans.lenient import Several, Things, Whole, Word, Yes
from app.sources.scans.naming import cve_in, library, place
from app.sources.scans.reading import Reading, Weakness
from app.sources.scans.severity import severity_of_word

FORMAT = "veracode-cli"


class Match(Shape):
    """A vulnerability in a package."""

    vulnerability: Things = {}
    artifact: Things = {}

    def weakness(self) -> Weakness:
        name = _text(self.vulnerability, "id")
        fix = self.vulnerability.get("fix")
        versions = fix.get("versions") if isinstance(fix, dict) else None
        mended = (
            next((text for text in versions if isinstance(text, str)), None) if isinstance(versions, list) else None
        )
        return Weakness(
            severity=severity_of_word(_text(self.vulnerability, "severity")),
            title=name,
            cve=cve_in(name),
            where=library(_text(self.artifact, "name"), _text(self.artifact, "version")),
            fix=f"update to {mended}" if mended else None,
            prose=None,
        )


class Vulnerabilities(Shape):
    """The packages' part."""

    matches: Several[Match] = []
    source: Things = {}


class Item(Shape):
    """A misconfiguration or a secret: of a secret nothing but its rule and place is ever read."""

    ID: Word = None
    RuleID: Word = None
    Title: Word = None
    Severity: Word = None
    Status: Word = None
    StartLine: Whole = None


class Target(Shape):
    """A file with what was found in it."""

    Target: Word = None
    Misconfigurations: Several[Item] = []
    Secrets: Several[Item] = []


class Targets(Shape):
    """The configurations' or the secrets' part."""

    Results: Several[Target] = []


class Parts(Shape):
    """The three parts."""

    vulnerabilities: Vulnerabilities | None = None
    configs: Targets | None = None
    secrets: Targets | None = None

    def weaknesses(self) -> Iterator[Weakness]:
        """All that was found, packages first."""
        if self.vulnerabilities:
            yield from (match.weakness() for match in self.vulnerabilities.matches)
        for target in self.configs.Results if self.configs else []:
            failed = (item for item in target.Misconfigurations if item.Status != "PASS")
            yield from (_weakness(item, item.Title or item.ID, target.Target) for item in failed)
        for target in self.secrets.Results if self.secrets else []:
            yield from (_weakness(item, item.RuleID or "secret", target.Target) for item in target.Secrets)


class File(Shape):
    """The file."""

    passed: Yes = Field(None, alias="policy-passed")
    findings: Parts | None = None


def read(body: dict[str, Any]) -> Reading:
    """All that was found, with the CLI's own verdict."""
    file = fit(File, body)
    parts = file.findings or fit(Parts, body)
    source = parts.vulnerabilities.source if parts.vulnerabilities else {}
    return Reading(
        FORMAT,
        FORMAT,
        list(parts.weaknesses()),
        verdict=None if file.passed is None else "passed" if file.passed else "failed",
        kind="container" if source.get("type") == "image" else None,
    )


def _weakness(item: Item, title: str | None, target: str | None) -> Weakness:
    return Weakness(severity=severity_of_word(item.Severity), title=title, where=place(target, item.StartLine))


def _text(of: dict[str, Any], name: str) -> str | None:
    value = of.get(name)
    return value if isinstance(value, str) else None
