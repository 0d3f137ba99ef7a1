"""Veracode's detailed and summary reports of a policy or sandbox scan, as XML.

https://docs.veracode.com/r/c_about_XML_report, https://docs.veracode.com/r/r_summaryreport
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from defusedxml import ElementTree

from app.kernel.errors import BadPayload
from app.kernel.timestamps import parse_timestamp
from app.sources.scans.lenient import MOST, whole
from app.sources.scans.naming import cve, cwe, library, place, without_query
from app.sources.scans.reading import Reading, Verdict, Weakness
from app.sources.scans.severity import severity_of_veracode

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FORMAT = "veracode-report"
PLATFORM = "https://analysiscenter.veracode.com/auth/index.jsp"
_VERDICTS: dict[str, Verdict] = {
    "pass": "passed",
    "did not pass": "failed",
    "conditional pass": "passed_with_conditions",
    "calculating...": "pending",
}
"""By `policy_compliance_status`; `Not Assessed` and words that we do not know are unknown."""
_KINDS = {"static-analysis": "sast", "dynamic-analysis": "dast"}
_MOST = 10**9


def read(body: bytes) -> Reading:
    """The report: open flaws, vulnerable components and the platform's own verdict. A sandbox's is advisory."""
    root = _root(body)
    status = root.get("policy_compliance_status")
    found = _summary(root) if _name(root) == "summaryreport" else _details(root)
    weaknesses = list(islice(found, MOST + 1))
    if len(weaknesses) > MOST:
        raise BadPayload(f"more than {MOST} findings")
    kinds = {_KINDS[_name(part)] for part in root if _name(part) in _KINDS}
    if any(weakness.cve for weakness in weaknesses):
        kinds.add("sca")
    return Reading(
        FORMAT,
        FORMAT,
        weaknesses,
        verdict=_VERDICTS.get((status or "").strip().lower(), "unknown"),
        scan_id=root.get("build_id"),
        kind=kinds.pop() if len(kinds) == 1 else None,
        occurred_at=parse_timestamp(root.get("last_update_time")),
        policy=root.get("policy_name"),
        report_url=_deep_link(root),
        advisory=bool(root.get("sandbox_id")),
        project=root.get("app_name"),
        original_status=status,
    )


def _root(body: bytes) -> "Element":
    """The root of a report. No DTD, so no entities: raises BadPayload with the position, quoting nothing."""
    try:
        root: Element = ElementTree.fromstring(body, forbid_dtd=True)
    except ElementTree.ParseError as error:
        line, column = error.position
        raise BadPayload(f"not XML: line {line}, column {column}") from None
    except (ValueError, LookupError):  # a DTD, an entity or an unknown encoding
        raise BadPayload("not XML that we read: a DTD, entities or an unknown encoding") from None
    if _name(root) not in ("detailedreport", "summaryreport"):
        raise BadPayload("expected the root `detailedreport` or `summaryreport`")
    return root


def _details(root: "Element") -> Iterator[Weakness]:
    for element in root.iter():
        name = _name(element)
        if name == "flaw" and _is_open_flaw(element):
            yield _flaw(element)
        elif name == "component":
            yield from _component(element)


def _is_open_flaw(flaw: "Element") -> bool:
    """Neither mended nor mitigated; a mitigation that is only proposed, or was rejected, leaves it open."""
    mended = flaw.get("remediation_status", "").lower() == "fixed"
    return not mended and flaw.get("mitigation_status", "").lower() != "accepted"


def _flaw(flaw: "Element") -> Weakness:
    path, file = flaw.get("sourcefilepath", "").rstrip("/"), flaw.get("sourcefile", "")
    return Weakness(
        severity=severity_of_veracode(whole(flaw.get("severity"))),
        title=flaw.get("categoryname") or flaw.get("type"),
        cwe=cwe(flaw.get("cweid")),
        where=place(f"{path}/{file}" if path and file else path or file, whole(flaw.get("line")))
        or without_query(flaw.get("url")),
        prose=flaw.get("description"),
    )


def _component(component: "Element") -> Iterator[Weakness]:
    where = library(component.get("library") or component.get("file_name"), component.get("version"))
    for found in (item for part in component if _name(part) == "vulnerabilities" for item in part):
        if _name(found) == "vulnerability" and found.get("mitigation") != "true":
            yield Weakness(
                severity=severity_of_veracode(whole(found.get("severity"))),
                cwe=cwe(found.get("cwe_id")),
                cve=cve(found.get("cve_id")),
                where=where,
                prose=found.get("cve_summary"),
            )


def _summary(root: "Element") -> Iterator[Weakness]:
    """A summary counts by severity and category."""
    for level in root:
        if _name(level) == "severity":
            for category in level:
                count = whole(category.get("count"))
                if count is None or not 0 <= count <= _MOST:
                    raise BadPayload("expected a number", "severity.category@count")
                if count:
                    severity = severity_of_veracode(whole(level.get("level")))
                    yield Weakness(severity, title=category.get("categoryname"), count=count)


def _deep_link(root: "Element") -> str | None:
    """The report's page on the platform, from its own ids."""
    ids = [root.get(name, "") for name in ("account_id", "app_id", "build_id")]
    sandbox = root.get("sandbox_id")
    parts = [*ids, sandbox] if sandbox else ids
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    return f"{PLATFORM}#ViewReportsResultSummary:{':'.join(parts)}"


def _name(element: "Element") -> str:
    """The name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
