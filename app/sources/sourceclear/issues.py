"""VULN_ISSUES_…_AFTER_SCAN: what is known of a library changed after it was scanned."""

import re
from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StrictStr

from app.events import Draft
from app.events.severity import severity_of_cvss
from app.kernel.shapes import Shape, fit
from app.sources.sourceclear.shape import TOOL, Id, Message, key, link

Status = Literal["new", "resolved", "changed"]
CHANGES: dict[str, Status] = {
    "VULN_ISSUES_DISCOVERED_AFTER_SCAN": "new",
    "VULN_ISSUES_CHANGED_AFTER_SCAN": "changed",
}
"""What an issue has become when it does not say so itself, by event."""
_STATUS: dict[str, Status] = {"NEW": "new", "RESOLVED": "resolved"}
_CVE = re.compile(r"(?:CVE-)?(\d{4}-\d{4,19})", re.IGNORECASE)
Cvss = Annotated[float, Field(strict=True, ge=0, le=10)]


class Vulnerability(Shape):
    """What is wrong with a library."""

    title: StrictStr | None = None
    cvssScore: Cvss | None = None  # noqa: N815
    cvss3Score: Cvss | None = None  # noqa: N815
    cve: StrictStr | None = None
    hasExploits: StrictBool | None = None  # noqa: N815


class Issue(Shape):
    """A vulnerability in one library of the project."""

    id: Id
    status: StrictStr | None = None
    issueUrl: StrictStr | None = None  # noqa: N815
    vuln: Vulnerability


class IssuesMessage(Message):
    """A message with issues."""

    issues: list[Issue]


def changed(body: dict[str, Any]) -> list[Draft]:
    """One event an issue, however often the message repeats it."""
    message = fit(IssuesMessage, body)
    drafts = [_draft(message, issue) for issue in message.issues]
    return list({(draft.identity, draft.state): draft for draft in drafts}.values())


def _draft(message: IssuesMessage, issue: Issue) -> Draft:
    vuln, url = issue.vuln, link(issue.issueUrl)
    status = _STATUS.get((issue.status or "").upper(), CHANGES[message.event])
    cvss = vuln.cvss3Score or vuln.cvssScore  # 0 in the newer score means: not judged by it
    fields = message.envelope | {
        "severity": severity_of_cvss(cvss),
        "cvss": cvss,
        "cve": cve(vuln.cve),
        "title": vuln.title,
        "url": url,
        "links": {"scan": url} if url else None,
        "has_exploits": vuln.hasExploits,
    }
    return Draft(
        type="security.vulnerability_changed",
        subject=f"vulnerability:{TOOL}:{key(issue.id)}",
        identity=f"issue:{key(issue.id)}",
        state=f"{status}:{cvss}",
        status=status,
        hints=message.hints,
        fields={name: value for name, value in fields.items() if value is not None},
        original_status=issue.status,
        original_type=message.event,
        instance=message.instance,
    )


def cve(name: str | None) -> str | None:
    """The CVE with its prefix, which the vendor leaves out; `null-null` and the like are none."""
    found = _CVE.fullmatch(name or "")
    return f"CVE-{found[1]}" if found else None
