"""What names a delivery: the vendor gives no id and no time, so it is the news itself."""

from typing import Any

from app.kernel.errors import BadPayload
from app.kernel.ids import derived_id
from app.kernel.json import load_object
from app.sources import Inbound


def delivery_key(inbound: Inbound) -> str | None:
    """The scan, or a digest of who has which issue in which state. None when the body says neither."""
    try:
        body = load_object(inbound.body)
    except BadPayload:
        return None
    scan, issues = body.get("scan"), body.get("issues")
    if body.get("event") == "SCAN_SUCCESS" and isinstance(scan, dict) and _is_id(scan.get("id")):
        return f"scan:{scan['id']}"[:100]
    if isinstance(issues, list) and issues:
        project = body["project"] if isinstance(body.get("project"), dict) else {}
        return "issues:" + derived_id(body.get("event"), project.get("id"), *sorted(map(_issue, issues)))
    return None


def _issue(issue: Any) -> str:
    """The state of one issue as text that sorts; what is no issue keeps its own words."""
    if not isinstance(issue, dict) or not isinstance(issue.get("vuln"), dict):
        return repr(issue)
    vuln = issue["vuln"]
    return repr((issue.get("id"), issue.get("status"), vuln.get("cvss3Score"), vuln.get("cvssScore")))


def _is_id(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != ""
