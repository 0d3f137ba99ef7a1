"""Events that are a fact by themselves: scans, runs of tests, decisions of gates, tickets."""

from dataclasses import dataclass

from app.events import UNMAPPED
from app.facts.claims import View, moment
from app.facts.model import GateDecision, Scan, TestRun


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the ticket tool says of a ticket; `as_of` in µs. `fix_versions`: None where it does not say, () for none."""

    key: str
    summary: str | None
    status: str | None
    status_category: str | None
    fix_versions: tuple[str, ...] | None
    restricted: bool
    as_of: int
    event_id: str


def scan(view: View) -> Scan | None:
    """The scan that an event tells."""
    if view["type"] != "security.scan_finished":
        return None
    findings = view.get("findings") or {}
    return Scan(
        id=view["subject"],
        service=view.get("service") or UNMAPPED,
        environment=view.get("environment"),
        at=moment(view["occurred_at"]) or 0,
        tool=view.get("tool"),
        kind=view.get("kind"),
        scan_id=view.get("scan_id"),
        verdict=view.get("verdict") or "unknown",
        critical=findings.get("critical", 0),
        high=findings.get("high", 0),
        medium=findings.get("medium", 0),
        low=findings.get("low", 0),
        advisory=bool(view.get("advisory")),
        version=view.get("version"),
        sha=_sha(view),
        report_url=view.get("report_url"),
    )


def test_run(view: View) -> TestRun | None:
    """The run of tests that an event tells."""
    if view["type"] != "tests.finished":
        return None
    return TestRun(
        id=view["subject"],
        service=view.get("service") or UNMAPPED,
        environment=view.get("environment"),
        at=moment(view["occurred_at"]) or 0,
        suite=view.get("suite"),
        run_id=view.get("run_id"),
        status=view.get("status"),
        passed=view.get("passed"),
        failed=view.get("failed"),
        skipped=view.get("skipped"),
        flaky=view.get("flaky"),
        total=view.get("total"),
        version=view.get("version"),
        sha=_sha(view),
        report_url=view.get("report_url"),
    )


def gate(view: View) -> GateDecision | None:
    """The decision of a gate that an event tells."""
    if view["type"] != "gate.decided":
        return None
    return GateDecision(
        id=view["id"],
        service=view.get("service") or UNMAPPED,
        environment=view.get("environment"),
        at=moment(view["occurred_at"]) or 0,
        gate=view.get("gate"),
        verdict=view.get("verdict"),
        version=view.get("version"),
        sha=_sha(view),
        reasons=tuple(view.get("reasons") or ()),
        bypassed_by=view.get("bypassed_by"),
    )


def ticket(view: View) -> Ticket | None:
    """What an event says of a ticket; nothing of one that is restricted but that there is one."""
    told = view.get("ticket") or {}
    if not view["type"].startswith("ticket.") or not told.get("key"):
        return None
    hidden = bool(told.get("restricted"))
    return Ticket(
        key=told["key"],
        summary=None if hidden else told.get("summary"),
        status=told.get("status"),
        status_category=told.get("status_category"),
        fix_versions=None if (versions := told.get("fix_versions")) is None else tuple(versions),
        restricted=hidden,
        as_of=moment(view["occurred_at"]) or 0,
        event_id=view["id"],
    )


def _sha(view: View) -> str | None:
    sha: str | None = (view.get("commit") or {}).get("sha")
    return sha
