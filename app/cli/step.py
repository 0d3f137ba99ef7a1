"""`shipbell report` and `shipbell-report` as a pipeline's step runs them: loads next to nothing, always ends with 0.

The tree of commands shows the same in `report.py`, for its help and the reference.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from app.config.variables import read_variables
from app.reporter.command import run
from app.reporter.events import Report
from app.reporter.pipe import pipe_arguments
from app.reporter.uploads import Upload


def report(arguments: Sequence[str]) -> NoReturn:
    """Report, and end the process with 0 whatever happened: an interrupt and a closed output are no other case."""
    try:
        variables = read_variables()
        run(arguments or pipe_arguments(variables), variables, write=say, direct=direct)
    except BaseException as error:  # noqa: BLE001  no memory, no thread, Ctrl+C: the pipeline goes on
        say(f"shipbell report: nothing was reported: {type(error).__name__}")
    finally:
        # Not sys.exit: a look-up that nobody can break off may still hold a lock that the interpreter wants at its end.
        os._exit(0)


def direct(what: Report | Sequence[Upload], rules: Path, variables: Mapping[str, str], until: float) -> Iterable[str]:
    """Without a service: what applies the rules is loaded only when it is asked for."""
    from app.cli.report_direct import direct as post

    return post(what, rules, variables, until)


def say(text: str) -> None:
    """Print, at once and in whatever the output can show; an output that is closed is no reason to fail."""
    try:
        if sys.stdout is not None:
            encoding = sys.stdout.encoding or "utf-8"
            sys.stdout.write(f"{text.encode(encoding, 'backslashreplace').decode(encoding)}\n")
            sys.stdout.flush()
    except (OSError, ValueError):  # nobody listens any more
        return
