"""What a scenario is given: how many rounds of how many seconds, the two cores, and folders that go away again."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Server, free_port
from bench.sinks import RunningSink
from bench.systems import PEERS, Place, System

PATIENCE = 10.0
"""Seconds without any arrival after which no more is expected."""
SETTLE = 3.0
"""Seconds between ready and the first request: what is loaded then, as Shipbell's API is, belongs to the start."""


class TooFewCores(Exception):
    """The server and the load need a core each."""


@dataclass(frozen=True, slots=True)
class Running:
    """A system that is ready, and the sink that it sends to."""

    server: Server
    sink: RunningSink
    start_seconds: float


@dataclass(frozen=True, slots=True)
class Bench:
    """One run. `server` and `load` are cores; both together are `both`."""

    rounds: int
    seconds: float
    server: frozenset[int]
    load: frozenset[int]

    @property
    def both(self) -> frozenset[int]:
        return self.server | self.load

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """An empty folder on the checkout's disk (a system's temporary folder may lie in memory)."""
        PEERS.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=PEERS, prefix="run-", ignore_cleanup_errors=True) as name:
            yield Path(name)

    @contextmanager
    def sink(self, folder: Path) -> Iterator[RunningSink]:
        """A sink on the load's core."""
        with RunningSink(free_port(), folder, self.load) as sink:
            yield sink

    @contextmanager
    def running(self, system: System) -> Iterator[Running]:
        """The system on the server's core with an empty folder, and its sink on the load's core, both ready."""
        with self.folder() as folder, self.sink(folder) as sink:
            place = Place(folder, free_port(), sink.command.port)
            with Server(system.command(place), self.server) as server:
                took = server.wait_ready()
                time.sleep(SETTLE)
                yield Running(server, sink, took)

    def say(self, text: str) -> None:
        """Tell the person who waits."""
        print(text, flush=True)


def prepare(rounds: int, seconds: float) -> Bench:
    """Take the first two cores: one for the server, the other for the load and this process. Raises TooFewCores."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise TooFewCores("the server and the load need a core each; this machine gives one")
    os.sched_setaffinity(0, {cores[1]})
    return Bench(rounds, seconds, frozenset(cores[:1]), frozenset(cores[1:2]))
