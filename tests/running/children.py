"""Two ways to a process of the service: the real `python -m app serve`, or a fork of one that has read the code."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol


class Child(Protocol):
    """What a test needs of a process; subprocess.Popen is one."""

    pid: int

    def poll(self) -> int | None: ...

    def send_signal(self, sig: int, /) -> None: ...


def real(folder: Path, environ: Mapping[str, str], log: Path, args: Sequence[str]) -> Child:
    """`python -m app` with these arguments."""
    with log.open("ab") as out:
        argv = [sys.executable, "-m", "app", *args]
        return subprocess.Popen(argv, cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=out)


class Forked:
    """A child of the cradle; that it has ended stands in the cradle's file."""

    def __init__(self, pid: int, ended: Path) -> None:
        self.pid, self._ended = pid, ended

    def poll(self) -> int | None:
        found = re.search(rf"^{self.pid} (-?\d+)$", self._ended.read_text(encoding="ascii"), re.MULTILINE)
        return int(found[1]) if found else None

    def send_signal(self, sig: int, /) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)


class Cradle:
    """Forks services; see cradle.py."""

    def __init__(self, folder: Path) -> None:
        self._ended = folder / "ended"
        self._ended.touch()
        script = Path(__file__).with_name("cradle.py")
        self._process = subprocess.Popen(
            [sys.executable, script, self._ended], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def fork(self, folder: Path, environ: Mapping[str, str], log: Path, fault: str) -> Child:
        """A service with this environment, and with a fault of faults.py unless that is empty."""
        order = {"folder": str(folder), "environ": dict(environ), "log": str(log), "fault": fault}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Forked(int(self._process.stdout.readline()), self._ended)

    def close(self) -> None:
        self._process.communicate()
