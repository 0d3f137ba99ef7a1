"""`python cradle.py <ended>`: has read all the code, and forks the service as often as it is asked to.

A start then takes the time of the rules and the database, not that of the interpreter. Orders are lines of JSON on
stdin, answered by the process id; `<pid> <exit code>` is added to the file `ended` for each one that has ended.
"""

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

sys.path.insert(0, str(Path(__file__).parents[2]))

import app.cli.serve
import app.ingest.protocol
import app.main
from tests.running.faults import FAULTS


def become(order: dict[str, Any]) -> NoReturn:
    """The service with this environment, in this folder, and with this fault."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(stream, place)
    if order["fault"]:
        FAULTS[order["fault"]]()
    sys.argv = ["shipbell", "serve"]
    code = 0
    try:
        app.cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    os._exit(code)


def main() -> None:
    ended = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def reap(*_: object) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            os.write(ended, b"%d %d\n" % (pid, os.waitstatus_to_exitcode(status)))

    app.main.source_names()  # the rooms are found, and so imported, only now
    signal.signal(signal.SIGCHLD, reap)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            become(json.loads(line))
        print(pid, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
