"""What a file says, whichever tool wrote it: its open findings and, if it gives one, its verdict."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from app.events.bodies import Severity
from app.events.severity import SEVERITIES
from app.kernel.text import clean
from app.sources.scans.prose import paragraphs

Verdict = Literal["passed", "failed", "passed_with_conditions", "pending", "unknown"]

WORST = 25
"""How many findings are kept with their words; all are counted."""
_MOST = 10**9


@dataclass(frozen=True, slots=True)
class Weakness:
    """One open finding in the tool's own words; only the few that are shown are made presentable.

    `prose` is a long explanation, perhaps HTML. `count` is how many alike a summary stands for.
    """

    severity: Severity
    title: str | None = None
    cwe: str | None = None
    cve: str | None = None
    where: str | None = None
    fix: str | None = None
    prose: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A file, read. `verdict` is the file's own; None when it has none and the exit code may tell.

    `complete` is False when the file may lack findings (a page of several, the tool's limit): then
    nothing passes by counting. `error` means that the scan did not come to its end.
    """

    format: str
    tool: str
    weaknesses: Sequence[Weakness] = ()
    verdict: Verdict | None = None
    error: bool = False
    complete: bool = True
    scan_id: str | None = None
    kind: str | None = None
    occurred_at: datetime | None = None
    licences: int | None = None
    outdated: int | None = None
    policy: str | None = None
    report_url: str | None = None
    advisory: bool = False
    project: str | None = None
    commit: str | None = None
    branch: str | None = None
    original_status: str | None = None


def tally(weaknesses: Sequence[Weakness]) -> dict[str, int]:
    """How many findings there are of each severity, worst first; every severity is there."""
    counts: dict[str, int] = dict.fromkeys(SEVERITIES, 0)
    for weakness in weaknesses:
        counts[weakness.severity] = min(counts[weakness.severity] + weakness.count, _MOST)
    return counts


def worst(weaknesses: Sequence[Weakness]) -> list[dict[str, Any]]:
    """The worst findings as the event says them, worst first and then as in the file."""
    chosen = heapq.nsmallest(WORST, weaknesses, key=lambda weakness: SEVERITIES.index(weakness.severity))
    return [_presentable(weakness) for weakness in chosen]


def one_line(text: str | None) -> str | None:
    """Text on one line, bounded; None when there is none."""
    return clean(" ".join(text[:2000].split())) or None if text else None


def _presentable(weakness: Weakness) -> dict[str, Any]:
    told = paragraphs(weakness.prose) if weakness.prose else []
    title = one_line(weakness.title) or (told[0] if told else None)
    shown = {
        "severity": weakness.severity,
        "title": f"{title} ({weakness.count})" if title and weakness.count != 1 else title,
        "cwe": weakness.cwe,
        "cve": weakness.cve,
        "where": one_line(weakness.where),
        "fix": one_line(weakness.fix) or (told[1] if len(told) > 1 else None),
    }
    return {name: value for name, value in shown.items() if value is not None}
