"""No deployment with findings that nobody has resolved: the scan of this very commit, recent, with a known verdict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from app.gates.gate import Duration, Gate, GateSettings, Sources
from app.gates.model import Decision, Question, Reason, decided
from app.kernel.clock import DAY, iso

if TYPE_CHECKING:
    from app.facts.model import Scan

CODES = {
    "not_scanned": "this commit was not scanned",
    "findings": "open findings of a severity that counts",
    "failed": "the scanner's own verdict is a failure",
    "too_old": "the scan is older than allowed: new vulnerabilities are not in it",
    "pending": "the scanner has not come to a verdict yet",
    "no_verdict": "the scanner says no verdict",
    "advisory": "a scan that counts for no policy was left out",
    "no_facts": "no service is asked",
}

Severity = Literal["critical", "high", "medium", "low"]


class SecuritySettings(GateSettings):
    """Which findings block, and which scans have to be there."""

    severities: tuple[Severity, ...] = Field(("critical",), description="open findings of these block")
    max_age: Duration = Field(30 * DAY, description="how old a scan may be, e.g. `30d`")
    kinds: tuple[Literal["sast", "sca", "dast", "secrets", "iac", "container"], ...] = Field(
        (), description="a scan of each of these kinds has to be there; without any, one scan of whatever kind"
    )
    need_verdict: bool = Field(True, description="a scan without a verdict is unknown, even with its findings counted")


@dataclass(frozen=True, slots=True)
class Scans:
    """The scans of this commit, the newest first, and when the service was scanned last at all (µs)."""

    of_this: "Sequence[Scan]"
    last: int | None


async def _gather(question: Question, settings: SecuritySettings, sources: Sources) -> Scans:
    facts = sources.known()
    scans = await facts.scans(question)
    sources.say(f"scans of {question.artifact}: {len(scans)}")
    return Scans(scans, await facts.last_scan(question.service))


def _decide(question: Question, settings: SecuritySettings, evidence: Scans) -> Decision:
    """Each scanner's latest word counts; one that is merely advisory does not."""
    latest: dict[tuple[str | None, str | None], Scan] = {}
    for scan in evidence.of_this:
        if not scan.advisory:
            latest.setdefault((scan.tool, scan.kind), scan)
    counted = list(latest.values())
    reasons = [reason for scan in counted for reason in _of(scan, question, settings)]
    reasons += _missing(question, settings, counted, evidence)
    looked_at = f"scans of {question.artifact}: {len(counted)}, none older than {settings.max_age // DAY} days allowed"
    steps = (
        *question.first_step(),
        "Look at the report, mend what is open or have it accepted in the scanner.",
        "Have the commit scanned again, and see that the result is told: `shipbell report security`.",
        "Run this step again.",
    )
    return decided("security", reasons, steps, checked=[_name(each) for each in counted], looked_at=looked_at)


def _of(scan: "Scan", question: Question, settings: SecuritySettings) -> Iterator[Reason]:
    name, link = _name(scan), scan.report_url
    open_ = {each: count for each in settings.severities if (count := getattr(scan, each))}
    if open_:
        told = ", ".join(f"{count} {severity}" for severity, count in open_.items())
        yield Reason("block", "findings", f"{told} not resolved", name, link)
    if scan.verdict == "failed":
        yield Reason("block", "failed", "the scanner says: failed", name, link)
    if question.now - scan.at > settings.max_age:
        yield Reason("block", "too_old", f"of {iso(scan.at)[:10]}: too long ago", name, link)
    if scan.verdict == "pending":
        yield Reason("unknown", "pending", "the scanner has not come to a verdict yet", name, link)
    elif scan.verdict == "unknown" and settings.need_verdict:
        yield Reason("unknown", "no_verdict", "the scanner says no verdict", name, link)


def _missing(
    question: Question, settings: SecuritySettings, counted: "Sequence[Scan]", evidence: Scans
) -> Iterator[Reason]:
    there = {scan.kind for scan in counted}
    last = f"; the last scan of the service is of {iso(evidence.last)[:10]}" if evidence.last else ""
    if not settings.kinds and not counted:
        yield Reason("block", "not_scanned", f"no scan of {question.artifact} is known{last}")
    for kind in settings.kinds:
        if kind not in there:
            yield Reason("block", "not_scanned", f"no scan of this kind is known for {question.artifact}{last}", kind)
    if any(scan.advisory for scan in evidence.of_this):
        yield Reason("note", "advisory", "scans of a sandbox count for no policy and were left out")


def _name(scan: "Scan") -> str:
    return " ".join(filter(None, (scan.tool, scan.kind))) or "scan"


GATE: Gate[SecuritySettings, Scans] = Gate(
    name="security",
    title="Security scans",
    question="Was this commit scanned lately, with a known verdict and nothing grave open?",
    settings=SecuritySettings,
    gather=_gather,
    decide=_decide,
    codes=CODES,
)
