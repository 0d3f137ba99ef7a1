"""`shipbell report` and `shipbell-report` as a pipeline's step runs them: loads next to nothing, and always ends with 0.

The tree of commands shows the same in `report.py`, for its help and the reference.
"""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from app.config.variables import read_variables
from app.reporter.command import run


def main() -> NoReturn:
    """The entry of `shipbell-report`."""
    report(sys.argv[1:])


def report(arguments: Sequence[str]) -> NoReturn:
    """Report, and end the process with 0 whatever happened: an interrupt and a closed output are no other case."""
    try:
        run(arguments, read_variables(), write=say)
    finally:
        # Not sys.exit: a look-up that nobody can break off may still hold a lock that the interpreter wants at its end.
        os._exit(0)


def say(text: str) -> None:
    """Print, at once and in whatever the output can show; an output that is closed is no reason to fail."""
    try:
        if sys.stdout is not None:
            encoding = sys.stdout.encoding or "utf-8"
            sys.stdout.write(f"{text.encode(encoding, 'backslashreplace').decode(encoding)}\n")
            sys.stdout.flush()
    except (OSError, ValueError):  # nobody listens any more
        return
