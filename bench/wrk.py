"""The closed loop: Debian's wrk with one thread, on the load's core, so that the server is what is full."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bench.systems import PEERS
from bench.template import FIRST, Template

CONNECTIONS = 64
_SCRIPT = Path(__file__).parent / "load.lua"
_FASTEST = 20_000
"""Requests a second that no system that keeps what it takes comes near on one core."""


class NotSetUp(Exception):
    """wrk is not there: `make bench-peers` sets it up."""


@dataclass(frozen=True, slots=True)
class Result:
    """What wrk counted; latencies in ms. `refused` are answers above 399, `broken` are lost connections."""

    requests: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float

    @property
    def accepted(self) -> int:
        return self.requests - self.refused

    @property
    def rate(self) -> float:
        """Accepted requests a second."""
        return self.accepted / self.seconds


class Load:
    """A template, with the numbers and signatures of enough requests for so many seconds; each number is sent once."""

    def __init__(self, template: Template, seconds: float, folder: Path) -> None:
        self._request = template.write(folder)
        self._signatures = folder / "signatures"
        self._count = int(_FASTEST * seconds)
        self._signatures.write_bytes(_signatures(template, self._count))

    def run(self, port: int, seconds: float, used: int = 0, connections: int = CONNECTIONS) -> Result:
        """Post for so many seconds; the first `used` numbers are passed over: they were sent before."""
        argv = [
            *(_binary(), "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "30s", "-s", str(_SCRIPT)),
            *(f"http://127.0.0.1:{port}", "--", str(self._request), str(self._signatures)),
            *map(str, (FIRST, self._count, used)),
        ]
        done = subprocess.run(argv, env=_environ(), capture_output=True, text=True, timeout=seconds + 60, check=True)
        return parse(done.stdout)

    @property
    def count(self) -> int:
        """How many numbers there are; after the last one the first comes again."""
        return self._count


@lru_cache(maxsize=2)
def _signatures(template: Template, count: int) -> bytes:
    """They take seconds, and are the same in every round."""
    return b"".join(map(template.signature, range(FIRST, FIRST + count)))


def parse(printed: str) -> Result:
    """Read what the script printed at the end. Raises ValueError when it printed nothing."""
    for line in printed.splitlines():
        if line.startswith("RESULT "):
            return Result(**json.loads(line.removeprefix("RESULT ")))
    raise ValueError(f"wrk printed no result:\n{printed[-2000:]}")


def version() -> str:
    """As wrk says it. Raises NotSetUp."""
    said = subprocess.run([_binary(), "-v"], env=_environ(), capture_output=True, text=True, check=False).stdout
    return " ".join(said.split()[:2])


def _binary() -> str:
    own = PEERS / "debian" / "usr" / "bin" / "wrk"
    found = str(own) if own.exists() else shutil.which("wrk")
    if found is None:
        raise NotSetUp("wrk is not set up: make bench-peers")
    return found


def _environ() -> dict[str, str]:
    """wrk's LuaJIT lies beside it when it was unpacked instead of installed."""
    folders = (PEERS / "debian" / "usr" / "lib").glob("*-linux-gnu")
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(map(str, folders))}
