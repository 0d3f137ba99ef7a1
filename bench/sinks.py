"""Runs the sink on the load's core and asks it what arrived."""

import sys
import time
from pathlib import Path
from typing import Any

import httpx

from bench.processes import Command, Server

_LOOK_EVERY = 0.05


class RunningSink(Server):
    """The sink as a process of its own."""

    def __init__(self, port: int, folder: Path, cores: frozenset[int]) -> None:
        argv = [sys.executable, "-m", "bench.sink", str(port)]
        super().__init__(Command(argv, port, "/count", {}, folder), cores)
        self.wait_ready()
        self._client = httpx.Client(base_url=self.url, trust_env=False, timeout=30)

    def posts(self) -> int:
        """How many POSTs came, repeats counted."""
        return int(self._get("/count")["posts"])

    def events(self) -> int:
        """How many different numbers came."""
        return int(self._get("/count")["events"])

    def arrivals(self) -> dict[int, list[float]]:
        """Each number and when it came, in `time.monotonic()` seconds."""
        return {int(number): times for number, times in self._get("/arrivals").items()}

    def wait_for(self, events: int, patience: float) -> int:
        """Wait until so many different numbers came, or none came for `patience` seconds; how many came."""
        seen, last = self.events(), time.monotonic()
        while seen < events and time.monotonic() - last < patience:
            time.sleep(_LOOK_EVERY)
            now_seen = self.events()
            if now_seen != seen:
                seen, last = now_seen, time.monotonic()
        return seen

    def settle(self, quiet: float) -> int:
        """Wait until nothing new came for `quiet` seconds; how many different numbers came."""
        return self.wait_for(sys.maxsize, quiet)

    def missing(self, numbers: set[int], patience: float) -> set[int]:
        """Which of the numbers had not come when nothing new had come for `patience` seconds."""
        wanted = len(numbers)
        while numbers - self.arrivals().keys():
            before = self.events()
            if self.wait_for(max(wanted, before + 1), patience) == before:
                break
        return numbers - self.arrivals().keys()  # the last may have come between the look and the wait

    def _get(self, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.get(path).json()
        return answer
