"""SCAN_SUCCESS: a scan came to its end. It carries counts alone: no severities, no verdict of a policy."""

from typing import Any

from pydantic import StrictStr

from app.events import Draft
from app.kernel.shapes import Shape, fit
from app.sources.sourceclear.shape import TOOL, Id, Message, Number, key, link


class Scan(Shape):
    """The vendor spells it `outofDateIssuesCount`."""

    id: Id
    commit: StrictStr | None = None
    branch: StrictStr | None = None
    reportLink: StrictStr | None = None  # noqa: N815
    vulnIssuesCount: Number | None = None  # noqa: N815
    outofDateIssuesCount: Number | None = None  # noqa: N815
    licenseIssuesCount: Number | None = None  # noqa: N815


class ScanMessage(Message):
    """A message with a scan."""

    scan: Scan


def finished(body: dict[str, Any]) -> Draft:
    """The scan as an event. The message has no time: the receipt's is taken."""
    message = fit(ScanMessage, body)
    scan, url = message.scan, link(message.scan.reportLink)
    fields = message.envelope | {
        "tool": TOOL,
        "kind": "sca",
        "scan_id": key(scan.id),
        "verdict": "unknown",
        "findings": None if scan.vulnIssuesCount is None else {"unknown": scan.vulnIssuesCount},
        "total": scan.vulnIssuesCount,
        "outdated": scan.outofDateIssuesCount,
        "licences": scan.licenseIssuesCount,
        "report_url": url,
        "links": {"scan": url} if url else None,
        "commit": {"sha": scan.commit, "branch": scan.branch} if scan.commit or scan.branch else None,
    }
    return Draft(
        type="security.scan_finished",
        subject=f"scan:{TOOL}:{key(scan.id)}",
        identity=f"scan:{key(scan.id)}",
        state="finished",
        status="finished",
        hints=message.hints,
        fields={name: value for name, value in fields.items() if value is not None},
        original_type=message.event,
        instance=message.instance,
        texts=(scan.branch,) if scan.branch else (),
    )
