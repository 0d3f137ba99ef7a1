"""What results come to: counts, and the names of a few that failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["succeeded", "failed", "unknown"]

SHOWN = 10
"""How many failures are kept by name; all are counted."""
MOST = 10**9
"""A larger count is nonsense."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A test that failed, with the first thing that was said of it."""

    name: str | None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """Counts of one or more files. `declared` is how many tests a file says that it holds, where that is more.

    `duration` in seconds; `status` is somebody's word beside the counts. `total` may hold more than the three add up
    to: tests of which nobody knows what came of them.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    flaky: int = 0
    total: int = 0
    declared: int | None = None
    duration: float | None = None
    failures: tuple[Failure, ...] = ()
    status: Literal["succeeded", "failed"] | None = None
    files: int = 1

    def verdict(self, said: Literal["succeeded", "failed"] | None = None) -> Status:
        """Failed if anybody says so or anything failed; without tests and without a word, unknown."""
        if self.failed or "failed" in (said, self.status):
            return "failed"
        return "succeeded" if self.passed or said or self.status else "unknown"


def merged(parts: Sequence[Results]) -> Results:
    """The results of several files as those of one run: everything is added, and one failed word is enough."""
    durations = [part.duration for part in parts if part.duration is not None]
    words = [part.status for part in parts if part.status]
    declared = sum(part.total if part.declared is None else part.declared for part in parts)
    total = sum(part.total for part in parts)
    return Results(
        passed=sum(part.passed for part in parts),
        failed=sum(part.failed for part in parts),
        skipped=sum(part.skipped for part in parts),
        flaky=sum(part.flaky for part in parts),
        total=total,
        declared=declared if declared > total else None,
        duration=sum(durations) if durations else None,
        failures=tuple(failure for part in parts for failure in part.failures)[:SHOWN],
        status="failed" if "failed" in words else "succeeded" if words else None,
        files=sum(part.files for part in parts),
    )


def summary(results: Results) -> dict[str, Any]:
    """The results as JSON values, by the names of the event; what `read_results` reads again."""
    found = {
        "passed": results.passed,
        "failed": results.failed,
        "skipped": results.skipped,
        "flaky": results.flaky,
        "total": results.total,
        "declared_tests": results.declared,
        "duration_seconds": results.duration,
        "failures": [
            {key: text for key, text in (("name", each.name), ("message", each.message)) if text}
            for each in results.failures
        ],
        "status": results.status,
    }
    return {name: value for name, value in found.items() if value not in (None, [])}
