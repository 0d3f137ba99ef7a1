"""The open loop: requests at a fixed rate, whatever the server does; time counts from when each one was due.

So a server that stalls is charged for every request that it kept waiting ("coordinated omission" does not hide it).
The sender's own pauses would be charged to it, too: therefore uvloop, and no collector of garbage meanwhile.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

import uvloop

from app.kernel.lasting import lasting
from bench.connection import Connection
from bench.template import Template
from bench.wrk import CONNECTIONS


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: when it was due and when it was answered, in `time.monotonic()` seconds."""

    number: int
    due: float
    answered: float
    status: int

    @property
    def took_ms(self) -> float:
        """From due to answered."""
        return (self.answered - self.due) * 1e3


def at_rate(port: int, template: Template, numbers: range, rate: float) -> list[Sent]:
    """Post each number, `rate` a second, over 64 connections. Raises Lost or OSError when the server goes away."""
    with lasting(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_at_rate(port, template, numbers, rate))


async def _at_rate(port: int, template: Template, numbers: range, rate: float) -> list[Sent]:
    requests = [template.request(number) for number in numbers]
    connections = [await Connection.open(port) for _ in range(CONNECTIONS)]
    start = time.monotonic() + 0.1
    turns = ((number, start + index / rate, requests[index]) for index, number in enumerate(numbers))
    sent: list[Sent] = []
    await asyncio.gather(*(_in_turn(connection, turns, sent) for connection in connections))
    for connection in connections:
        connection.close()
    return sent


async def _in_turn(connection: Connection, turns: Iterator[tuple[int, float, bytes]], sent: list[Sent]) -> None:
    for number, due, raw in turns:
        while (early := due - time.monotonic()) > 0:  # uvloop wakes up to a millisecond too early
            await asyncio.sleep(early)
        status = await connection.post(raw)
        sent.append(Sent(number, due, time.monotonic(), status))
