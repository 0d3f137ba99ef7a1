"""`shipbell report …`: tells the service what a step did. The exit code is 0, whatever happens: no step fails by it."""

import argparse
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.kernel.clock import monotonic, system_clock
from app.reporter.events import Report, Said, report_of
from app.reporter.files import SCANS, TESTS, find, scan_uploads, test_uploads
from app.reporter.options import read_options
from app.reporter.sending import Answer
from app.reporter.service import Service, open_service
from app.reporter.surroundings import Surroundings, read_surroundings

BUDGET = 10.0
"""Seconds that a step waits at most, all in all."""

Direct = Callable[[Report, Path, Mapping[str, str]], list[str]]
"""Applies the rule book of a folder to a report and posts its cards; returns what became of each, in a line."""


@dataclass(frozen=True, slots=True)
class Told:
    """One run of the command, with what it prints."""

    options: argparse.Namespace
    said: Said
    here: Surroundings
    variables: Mapping[str, str] = field(repr=False)
    write: Callable[[str], None]
    until: float


def run(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    *,
    write: Callable[[str], None] = print,
    direct: Direct | None = None,
    budget: float = BUDGET,
) -> int:
    """Report, within the budget (seconds). Returns 0 but for `--help`; all that goes wrong is a line of `write`."""
    until = monotonic() + budget

    def work() -> None:
        try:
            _report(arguments, variables, write, direct, until)
        except Exception as error:  # noqa: BLE001  whatever it is: the pipeline goes on
            write(f"shipbell report: nothing was reported: {type(error).__name__}")

    # Its own thread, for a look-up of a name may take longer than any time-out, and nothing can break it off.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(max(0.0, until - monotonic()))
    if thread.is_alive():
        write(f"shipbell report: not reported: the {budget:g} s are over, the pipeline goes on")
    return 0


def _report(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    write: Callable[[str], None],
    direct: Direct | None,
    until: float,
) -> None:
    options = read_options(arguments, write)
    if options is None:
        return
    said = Said(
        options.kind,
        **{
            name: getattr(options, name, None) or ""
            for name in ("status", "service", "environment", "version", "url", "namespace", "failed_step", "message")
        },
    )
    told = Told(options, said, read_surroundings(variables), variables, write, until)
    if options.kind in ("tests", "security"):
        _upload(told)
    else:
        _tell(told, direct)


# ---------------------------------------------------------------- what to send


def _tell(told: Told, direct: Direct | None) -> None:
    """An event about the step itself."""
    report = report_of(told.said, told.here, system_clock())
    if told.options.dry_run:
        told.write(report.text())
        return
    if told.options.direct:
        if direct is None:
            told.write("shipbell report: --direct needs the whole of Shipbell: pip install shipbell")
            return
        for line in direct(report, Path(told.options.rules), told.variables):
            told.write(f"shipbell report: {line}")
        return
    service = _service(told)
    if service is not None:
        _say(told, report.name, service.report(report, told.until))


def _upload(told: Told) -> None:
    """The files of a step, and its outcome where there are none."""
    options, folder = told.options, Path.cwd()
    files = find(options.files or (TESTS if options.kind == "tests" else SCANS), folder)
    if options.kind == "tests":
        uploads = test_uploads(files, told.said, told.here, options.suite or "", options.run_id or "")
    else:
        uploads = scan_uploads(files, told.said, told.here, options.tool or "", options.exit_code or "")
    if not uploads:
        told.write(f"shipbell report: no result file here: {' '.join(options.files or ['(usual places)'])}")
        return
    if options.dry_run:
        for upload in uploads:
            told.write(f"POST {upload.path} with {upload.shown(folder)}")
        return
    service = _service(told)
    if service is not None:
        for upload in uploads:
            _say(told, upload.shown(folder), service.upload(upload, told.until))


def _service(told: Told) -> Service | None:
    service = open_service(told.variables)
    if service is None:
        told.write(
            "shipbell report: notifications are disabled until SHIPBELL_URL and SHIPBELL_TOKEN "
            "(or SHIPBELL_SECRET_REPORTS) are set"
        )
    return service


def _say(told: Told, what: str, answer: Answer) -> None:
    """One line a report; with DEBUG=true what the service said, too."""
    if 200 <= answer.status < 300:
        told.write(f"shipbell report: {what} reported")
    else:
        why = f"the service answered {answer.status}" if answer.status else f"no answer ({answer.text})"
        told.write(f"shipbell report: {what} not reported: {why}")
    if told.variables.get("DEBUG", "").lower() == "true" and answer.status:
        told.write(answer.text[:2000])
