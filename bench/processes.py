"""Starts a server on a core of its own, in a process group of its own, and ends it."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from bench import accounting

READY_WITHIN = 30.0
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1  # prctl(2)


class NotStarted(Exception):
    """A process ended, or did not become ready; its last lines are in the text."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run: `ready` is the path of a GET that is answered 2xx once the server takes requests."""

    argv: Sequence[str]
    port: int
    ready: str
    environ: Mapping[str, str]
    folder: Path


class Server:
    """A process group that runs. As a context manager it is ended on the way out."""

    def __init__(self, command: Command, cores: frozenset[int]) -> None:
        self.command = command
        self.log = command.folder / f"server-{command.port}.log"
        self.started = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command.argv,
                env={**inherited(), **command.environ},
                cwd=Path(__file__).parent.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=lambda: _settle(cores),
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.command.port}"

    def wait_ready(self) -> float:
        """Seconds from the start until the server said that it is ready. Raises NotStarted."""
        with httpx.Client(trust_env=False, timeout=2) as client:
            while time.monotonic() - self.started < READY_WITHIN:
                if self._process.poll() is not None:
                    raise NotStarted(f"ended with {self._process.returncode}:\n{self.last_lines()}")
                if _says_yes(client, self.url + self.command.ready):
                    return time.monotonic() - self.started
                time.sleep(0.01)
        self.kill()
        raise NotStarted(f"not ready within {READY_WITHIN:.0f} s:\n{self.last_lines()}")

    def cpu_seconds(self) -> float:
        """CPU time of the whole group so far."""
        return accounting.cpu_seconds(self._process.pid)

    def memory(self) -> accounting.Memory:
        """Memory of the whole group now."""
        return accounting.memory(self._process.pid)

    def kill(self) -> None:
        """kill -9 to the whole group, as a machine does that goes away."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def last_lines(self) -> str:
        """The end of what the process printed."""
        return self.log.read_text(errors="replace")[-2000:]


def free_port() -> int:
    """A TCP port of this machine that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _settle(cores: frozenset[int]) -> None:
    """In the child, before it becomes the server: keep to its cores, and end when the bench ends, however it ends."""
    os.sched_setaffinity(0, cores)
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _says_yes(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).is_success
    except httpx.HTTPError:
        return False


def inherited() -> dict[str, str]:
    """The environment without what would change how a server behaves or where it sends.

    Bytecode may be kept: an installed program has it, and a start would compile every module otherwise.
    """
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SHIPBELL_", "TEAMS_", "PYTHONDONTWRITEBYTECODE"))
        and not name.lower().endswith("_proxy")
    }
