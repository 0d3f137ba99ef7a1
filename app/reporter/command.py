"""`shipbell report …`: tells the service what a step did. The exit code is 0, whatever happens: no step fails by it."""

import argparse
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.kernel.clock import monotonic, system_clock
from app.kernel.links import NO_URL, is_address
from app.reporter.events import Report, Said, report_of, run_name
from app.reporter.files import is_scan, is_tests, named_files, usual_files
from app.reporter.options import read_options
from app.reporter.pipe import variable
from app.reporter.recipient import Service, open_service
from app.reporter.speech import Speech, open_speech
from app.reporter.surroundings import Surroundings, read_surroundings
from app.reporter.uploads import Upload, uploads_of_scans, uploads_of_tests

BUDGET = 9.0
"""Seconds that a report takes at most: with the start and the end of the process a step waits ten, all in all."""
BITBUCKET = "https://api.bitbucket.org/2.0"
DISABLED = "notifications are disabled until SHIPBELL_URL and SHIPBELL_TOKEN (or SHIPBELL_SECRET_REPORTS) are set"
UNKNOWN = "nothing was reported: what came of the pipeline is not known: set BITBUCKET_TOKEN, or say --status"
ONE_STEP = "nothing was reported: this step passed, and a pipeline has other steps: say --status, or --final"
FILES_DISABLED = "results are not reported until SHIPBELL_URL and SHIPBELL_TOKEN are set"
SET_BUILD = "set BUILD_NUMBER to one that each run has anew"

Direct = Callable[[Report | Sequence[Upload], Path, Mapping[str, str], float], Iterable[str]]
"""Applies the rule book of a folder to a report, or to files, and posts the cards until a moment (monotonic seconds);
gives a line for each."""


@dataclass(frozen=True, slots=True)
class Task:
    """One run of the command."""

    options: argparse.Namespace
    said: Said
    here: Surroundings
    variables: Mapping[str, str] = field(repr=False)
    speech: Speech
    now: int
    until: float
    direct: Direct | None = None
    bitbucket: str = BITBUCKET
    service: Service | None = None
    """Where it goes, unless it is only shown, or posted from here."""


def run(
    arguments: Sequence[str],
    variables: Mapping[str, str],
    *,
    write: Callable[[str], None] = print,
    direct: Direct | None = None,
    budget: float = BUDGET,
    bitbucket: str = BITBUCKET,
) -> int:
    """Report, within the budget (seconds). Returns 0; all that goes wrong is a line of `write`."""
    until = monotonic() + budget
    speech = open_speech(variables, write)

    def work() -> None:
        try:
            if task := _task(arguments, variables, speech, until):
                _report(replace(task, direct=direct, bitbucket=bitbucket))
        except Exception as error:  # noqa: BLE001  whatever it is: the pipeline goes on
            speech.line(f"nothing was reported: {type(error).__name__}")

    # Its own thread, for a look-up of a name may take longer than any time-out, and nothing can break it off.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(max(0.0, until - monotonic()))
    if thread.is_alive():
        speech.line(f"not reported: the {budget:g} s are over, the pipeline goes on")
    return 0


def _task(arguments: Sequence[str], variables: Mapping[str, str], speech: Speech, until: float) -> Task | None:
    options = read_options(arguments, speech.line)
    if options is None:
        return None
    names = ("status", "service", "environment", "version", "url", "namespace", "failed_step", "message")
    said = Said(options.kind, **{name: getattr(options, name, "") for name in names}).cleaned()
    here = read_surroundings(variables)
    speech.debug(f"surroundings: {here}")
    return Task(options, said, here, variables, speech, system_clock(), until)


def _report(task: Task) -> None:
    of_files = task.options.kind in ("tests", "security")
    if not task.options.dry_run and not task.options.direct:
        if (url := variable(task.variables, "SHIPBELL_URL")) and not is_address(url):
            task.speech.line(f"nothing was reported: {NO_URL}")
            return
        service = open_service(task.variables, files=of_files)
        if service is None:
            task.speech.line(FILES_DISABLED if of_files else DISABLED)
            return
        task = replace(task, service=service)
    if of_files:
        _upload(task)
    else:
        _tell(task)


def _tell(task: Task) -> None:
    """An event about the step itself."""
    if getattr(task.options, "final", False) and not task.said.status:
        task = _asked(task)
        if not task.said.status:
            task.speech.line(UNKNOWN)
            return
    if task.options.kind == "pipeline" and not task.said.status and task.here.outcome == "succeeded":
        task.speech.line(ONE_STEP)
        return
    report = report_of(task.said, task.here, task.now)
    for doubt in _doubts(task, report):
        task.speech.line(doubt)
    if task.options.dry_run:
        task.speech.text(report.text())
    elif task.options.direct:
        _post_here(task, report)
    elif task.service is not None:
        task.speech.answered(report.name, task.service.report(report, task.until))


def _doubts(task: Task, report: Report) -> Iterator[str]:
    """What the report leaves open, each with what to do."""
    here = task.here
    if not task.said.service and not here.repository:
        yield "no service is known: say --service, for nothing here says whose it is"
    if task.said.failed_step and report.name.endswith(".started"):
        yield "how the step ended is not known: say --status failed, or set EXIT_CODE"
    if task.options.kind == "deployment" and not task.said.environment and not here.environment:
        yield "no environment is known: say --environment, or `deployment:` in the step"
    if here.build is None and here.commit and task.options.kind == "pipeline":
        yield f"no build number is known, so all runs of a commit are one: {SET_BUILD}"
    elif here.build is None and report.name.endswith(".started"):
        yield f"no build number is known, so its end will not be put together with it: {SET_BUILD}"


def _asked(task: Task) -> Task:
    """With what Bitbucket says of the steps before the final one."""
    from app.reporter.final import ask_steps  # nobody but a final step asks

    ended = ask_steps(task.variables, task.here, task.until, task.bitbucket)
    if ended is None:
        return task
    said = replace(task.said, status=ended.outcome, failed_step=task.said.failed_step or ended.failed_step)
    return replace(task, said=said)


def _upload(task: Task) -> None:
    """The files of a step, and its outcome where there are none."""
    uploads = _uploads(task)
    if not uploads:
        return
    if "service" not in uploads[0].said:
        task.speech.line("nothing was reported: say --service, for nothing here says whose results these are")
    elif task.options.dry_run:
        for upload in uploads:
            task.speech.text(f"POST {upload.url} with {upload.shown(Path.cwd())}")
    elif task.options.direct:
        _post_here(task, uploads)
    elif task.service is not None:
        _send(task, task.service, uploads)


def _send(task: Task, service: Service, uploads: Sequence[Upload]) -> None:
    """One after the other; where nobody answers, the others are not tried."""
    for number, upload in enumerate(uploads, 1):
        answer = service.upload(upload, task.until)
        task.speech.answered(upload.shown(Path.cwd()), answer)
        if answer.status == 0 and number < len(uploads):
            task.speech.line(f"{len(uploads) - number} more not reported")
            return


def _uploads(task: Task) -> list[Upload]:
    options, folder, of_tests = task.options, Path.cwd(), task.options.kind == "tests"
    if any(options.files):
        files, nothing = named_files(options.files, folder, task.until)
        for pattern in nothing:
            task.speech.line(f"no file here fits {pattern}")
    else:
        files = usual_files(folder, is_tests if of_tests else is_scan, task.until)
    run_id = options.run_id or run_name(task.said, task.here, task.now)
    if of_tests:
        uploads = uploads_of_tests(files, task.said, task.here, options.suite, run_id)
    else:
        uploads = uploads_of_scans(files, task.said, task.here, options.tool, options.exit_code, run_id)
    if not uploads:
        pattern = "build/**/*.xml" if of_tests else "build/**/*.sarif"
        task.speech.line(f"no results here: name the files, e.g. shipbell report {options.kind} '{pattern}'")
    return uploads


def _post_here(task: Task, what: Report | Sequence[Upload]) -> None:
    if task.direct is None:
        task.speech.line("--direct needs the whole of Shipbell: pip install shipbell")
        return
    for line in task.direct(what, Path(task.options.rules or "rules"), task.variables, task.until):
        task.speech.line(line)
