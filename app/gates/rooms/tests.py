"""The tests of an environment ran for this version, and passed."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pydantic import Field

from app.gates.gate import Gate, GateSettings, Sources
from app.gates.model import Decision, Question, Reason, decided

if TYPE_CHECKING:
    from app.facts.model import TestRun

CODES = {
    "not_tested": "no run of tests is known for this version there",
    "failed": "tests failed",
    "no_outcome": "a run of tests says no outcome, or has not ended",
    "empty": "a run of tests had no tests",
    "flaky": "some tests passed only when they were tried again",
    "no_facts": "no service is asked",
}


class TestsSettings(GateSettings):
    """Whose tests, and which."""

    __test__ = False

    environment: str = Field("", description="where they ran; else the environment before the one that is asked about")
    suites: tuple[str, ...] = Field((), description="each of these has to have passed; without any, all that ran")


Runs = tuple[str, "Sequence[TestRun]"]


async def _gather(question: Question, settings: TestsSettings, sources: Sources) -> Runs:
    """Where, and the runs there of this version, the newest first."""
    where = settings.environment or question.before or question.environment
    runs = await sources.known().test_runs(question, where)
    sources.say(f"{len(runs)} runs of tests in {where}")
    return where, runs


def _decide(question: Question, settings: TestsSettings, evidence: Runs) -> Decision:
    """The latest run of each suite counts."""
    where, runs = evidence
    latest: dict[str, TestRun] = {}
    for run in runs:
        latest.setdefault(run.suite or "tests", run)
    counted = {name: run for name, run in latest.items() if not settings.suites or name in settings.suites}
    reasons = [reason for name, run in counted.items() for reason in _of(name, run)]
    reasons += _missing(question, settings, counted, where)
    steps = (
        *question.first_step(),
        f"See which tests failed or did not run in {where}, and mend them.",
        f"Run the tests of {where} again, and see that they are told: `shipbell report tests`.",
        "Run this step again.",
    )
    looked_at = f"suites in {where} for {question.artifact}: {len(counted)}"
    return decided("tests", reasons, steps, checked=list(counted), looked_at=looked_at)


def _of(name: str, run: "TestRun") -> Iterator[Reason]:
    if run.status == "failed" or run.failed:
        total = f" of {run.total}" if run.total else ""
        yield Reason("block", "failed", f"{run.failed or 'some'}{total} tests failed", name, run.report_url)
    elif run.status != "succeeded":
        yield Reason("unknown", "no_outcome", "the run says no outcome", name, run.report_url)
    elif run.total == 0:
        yield Reason("block", "empty", "the run had no tests at all", name, run.report_url)
    elif run.flaky:
        yield Reason("note", "flaky", f"{run.flaky} tests passed only when tried again", name, run.report_url)


def _missing(
    question: Question, settings: TestsSettings, counted: "dict[str, TestRun]", where: str
) -> Iterator[Reason]:
    if not settings.suites and not counted:
        yield Reason("block", "not_tested", f"no tests of {question.artifact} are known in {where}")
    for suite in settings.suites:
        if suite not in counted:
            yield Reason("block", "not_tested", f"did not run for {question.artifact} in {where}", suite)


GATE: Gate[TestsSettings, Runs] = Gate(
    name="tests",
    title="Tests of the environment before",
    question="Did the tests run for this version, and pass?",
    settings=TestsSettings,
    gather=_gather,
    decide=_decide,
    codes=CODES,
)
