"""One result of SARIF: whether it counts, how bad it is, and what may be shown of it."""

from typing import Any

from pydantic import Field

from app.events.bodies import Severity
from app.events.severity import severity_of_cvss
from app.kernel.shapes import Shape
from app.sources.scans.lenient import Several, Things, Whole, Word, score, whole
from app.sources.scans.naming import cve_in, place
from app.sources.scans.reading import Weakness
from app.sources.scans.sarif_rules import Pointer, Rule
from app.sources.scans.severity import severity_of_word

_LEVELS: dict[str, Severity] = {"error": "high", "warning": "medium", "note": "low", "none": "info"}
_NOT_FINDINGS = frozenset({"pass", "notApplicable", "informational"})


class Location(Shape):
    """Where a result is."""

    physicalLocation: Things = {}  # noqa: N815
    logicalLocations: Several[Things] = []  # noqa: N815

    @property
    def where(self) -> str | None:
        artifact, region = (_things(self.physicalLocation.get(name)) for name in ("artifactLocation", "region"))
        uri = artifact.get("uri")
        if isinstance(uri, str) and uri:
            return place(uri.removeprefix("file://"), whole(region.get("startLine")))
        logical = self.logicalLocations[0].get("fullyQualifiedName") if self.logicalLocations else None
        return logical if isinstance(logical, str) else None


class Result(Shape):
    """One result. Its message is not even read."""

    ruleId: Word = None  # noqa: N815
    ruleIndex: Whole = None  # noqa: N815
    rule: Things = {}
    level: Word = None
    kind: Word = None
    baseline: Word = Field(None, alias="baselineState")
    suppressions: Several[Things] = []
    locations: Several[Location] = []
    properties: Things = {}

    @property
    def pointer(self) -> Pointer:
        """Its rule, which it may name in two places."""
        named, index = self.rule.get("id"), whole(self.rule.get("index"))
        return Pointer(
            id=self.ruleId or (named if isinstance(named, str) else None),
            index=index if index is not None else self.ruleIndex,
            extension=whole(_things(self.rule.get("toolComponent")).get("index")),
        )

    @property
    def counts(self) -> bool:
        """Whether it is a finding that is still there, and that nobody has suppressed."""
        if self.kind in _NOT_FINDINGS or self.baseline == "absent":
            return False
        return not any(item.get("status") in (None, "accepted") for item in self.suppressions)

    def weakness(self, rule: Rule, *, secretive: bool) -> Weakness:
        """What is shown of it. Of a secret that is its rule's id and its place, no text at all."""
        name = self.pointer.id or rule.id
        return Weakness(
            severity=self._severity(rule),
            title=name if secretive or rule.secretive else rule.title or name,
            cwe=rule.cwe,
            cve=rule.cve or cve_in(name),
            where=self.locations[0].where if self.locations else None,
        )

    def _severity(self, rule: Rule) -> Severity:
        """`security-severity` as a CVSS score or, with Semgrep, as a word; else the level."""
        for properties in (self.properties, rule.properties):
            said = properties.get("security-severity")
            number = score(said)
            found = severity_of_cvss(number) if number is not None else severity_of_word(_word(said))
            if found != "unknown":
                return found
        return _LEVELS.get(self.level or rule.level or "warning", "medium")


def _things(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None
