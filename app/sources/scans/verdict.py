"""Whether a scan passed: as the tool says it, never as we would like it.

Who said it, in this order: the file itself; the tool's exit code; `kind=filtered` (what is in the file breaks
the policy); the caller's own `fail_on`. Otherwise it is `unknown`, which is honest and can be routed.
"""

from collections.abc import Callable
from typing import Literal

from app.sources.scans.parameters import Parameters
from app.sources.scans.reading import Reading, Verdict, tally

Status = Literal["finished", "error"]


def _pipeline(code: int, found: bool) -> Verdict | None:
    """The number of flaws, at most 200; above that the scan went wrong.

    https://docs.veracode.com/r/r_pipeline_scan_output
    """
    return "passed" if code == 0 else "failed" if 1 <= code <= 200 else None


def _srcclr(code: int, found: bool) -> Verdict | None:
    """The highest severity of the controls that were violated: https://docs.veracode.com/r/Configure_workspace_rules"""
    return "passed" if code == 0 else "failed"


def _veracode_cli(code: int, found: bool) -> Verdict | None:
    """3 is `did not pass policy`, others are faults: https://docs.veracode.com/r/CLI_exit_codes"""
    return {0: "passed", 3: "failed"}.get(code)  # type: ignore[return-value]


def _sarif(code: int, found: bool) -> Verdict | None:
    """Tools differ; one that fails without having found anything did not scan."""
    return "passed" if code == 0 else "failed" if found else None


_BY_EXIT_CODE: dict[str, Callable[[int, bool], Verdict | None]] = {
    "veracode-pipeline": _pipeline,
    "srcclr": _srcclr,
    "veracode-cli": _veracode_cli,
    "sarif": _sarif,
}
"""By format; None is an error of the tool. Where a format is not here, an exit code says nothing."""


def judge(reading: Reading, parameters: Parameters) -> tuple[Status, Verdict]:
    """The status and the verdict of a scan. A scan that went wrong has no verdict."""
    if reading.error:
        return "error", "unknown"
    if reading.verdict is not None:
        return "finished", reading.verdict
    by_exit_code = _BY_EXIT_CODE.get(reading.format)
    if by_exit_code and parameters.exit_code is not None:
        verdict = by_exit_code(parameters.exit_code, bool(reading.weaknesses))
        return ("error", "unknown") if verdict is None else ("finished", verdict)
    if parameters.filtered and reading.weaknesses:
        return "finished", "failed"
    return "finished", by_threshold(reading, parameters)


def by_threshold(reading: Reading, parameters: Parameters) -> Verdict:
    """The caller's own rule. It passes only what is known to be complete and judged."""
    if not parameters.fail_on:
        return "unknown"
    counts = tally(reading.weaknesses)
    if any(counts[severity] for severity in parameters.fail_on):
        return "failed"
    return "passed" if reading.complete and not counts["unknown"] else "unknown"
