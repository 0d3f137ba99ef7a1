"""One measurement at saturation: wrk against a fresh server, its CPU and memory, and what arrived at the sink."""

import time
from dataclasses import dataclass
from threading import Event, Thread

from bench.bench import PATIENCE, Bench, Running
from bench.processes import Server
from bench.systems import System
from bench.wrk import CONNECTIONS, Load, Result

WARM_UP = 1.0
QUIET = 1.0
"""Seconds without an arrival after which what was cut off at the end of the load has come, too."""
_SAMPLE_EVERY = 0.25


class Unusable(Exception):
    """The measurement says nothing: requests were refused or were not new."""


@dataclass(frozen=True, slots=True)
class Accepting:
    """Accept alone. CPU is of the server's whole process group, in µs for each accepted request."""

    load: Result
    cpu_us: float


@dataclass(frozen=True, slots=True)
class Delivering:
    """Accept and deliver. `rate` counts events from the first request to the last arrival, the backlog included.

    `in_window` are those a second that arrived while the load ran; `lost` were accepted and never arrived; `pss` is
    the largest seen, in MB.
    """

    load: Result
    cpu_us: float
    rate: float
    in_window: float
    lost: int
    pss: float


def accepting(bench: Bench, system: System) -> Accepting:
    """Start the system, warm it up, and measure what it takes."""
    with bench.running(system) as running:
        load, used = _warm_up(bench, running, system)
        before = running.server.cpu_seconds()
        result = load.run(running.server.command.port, bench.seconds, used)
        spent = running.server.cpu_seconds() - before
        _check(result, load, used, system)
        return Accepting(result, spent / result.accepted * 1e6)


def delivering(bench: Bench, system: System) -> Delivering:
    """Start the system, warm it up, and measure until everything that it took has arrived at the sink."""
    with bench.running(system) as running, _Peak(running.server) as peak:
        load, used = _warm_up(bench, running, system)
        before, spent = running.sink.settle(QUIET), running.server.cpu_seconds()
        start = time.monotonic()
        result = load.run(running.server.command.port, bench.seconds, used)
        in_window = running.sink.events() - before
        running.sink.wait_for(before + result.accepted, PATIENCE)
        arrived = running.sink.settle(QUIET) - before
        _check(result, load, used, system)
        took = max(times[0] for times in running.sink.arrivals().values()) - start
        cpu_us = (running.server.cpu_seconds() - spent) / arrived * 1e6
        lost = max(0, result.accepted - arrived)
        return Delivering(result, cpu_us, arrived / took, in_window / result.seconds, lost, peak.pss)


def _warm_up(bench: Bench, running: Running, system: System) -> tuple[Load, int]:
    load = Load(system.template, bench.seconds + WARM_UP, running.server.command.folder)
    first = load.run(running.server.command.port, WARM_UP)
    return load, first.requests + 2 * CONNECTIONS  # those that were cut off at the end were used, too


def _check(result: Result, load: Load, used: int, system: System) -> None:
    if not system.keeps_promises:
        return
    if result.refused or result.broken:
        raise Unusable(f"{system.name}: {result.refused} refused, {result.broken} broken of {result.requests}")
    if used + result.requests > load.count:
        raise Unusable(f"{system.name}: the load ran out of new requests")


class _Peak:
    """Watches the memory of a server while it is measured."""

    def __init__(self, server: Server) -> None:
        self.pss = 0.0
        self._server, self._stop = server, Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "_Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(_SAMPLE_EVERY):
            self.pss = max(self.pss, self._server.memory().pss)
