"""A load that keeps a ledger: which numbers were accepted, and of which nobody knows.

A sender whose connection breaks tries the next server, as a load balancer would let it, with a new number.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from bench.connection import Connection, Lost
from bench.template import FIRST, Template

_PAUSE = 0.05


@dataclass(slots=True)
class Ledger:
    """Numbers by what became of their request."""

    accepted: set[int] = field(default_factory=set)
    refused: set[int] = field(default_factory=set)
    unknown: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do while the load runs, so many seconds after its start."""

    after: float
    do: Callable[[], None]


def run(ports: Sequence[int], template: Template, seconds: float, connections: int, deed: Deed) -> Ledger:
    """Post over so many connections for so many seconds, spread over the servers."""
    return asyncio.run(_run(ports, template, seconds, connections, deed))


async def _run(ports: Sequence[int], template: Template, seconds: float, connections: int, deed: Deed) -> Ledger:
    ledger, numbers, until = Ledger(), count(FIRST), time.monotonic() + seconds
    asyncio.get_running_loop().call_later(deed.after, deed.do)
    senders = (_send(ports, index, template, numbers, ledger, until) for index in range(connections))
    await asyncio.gather(*senders)
    return ledger


async def _send(
    ports: Sequence[int], index: int, template: Template, numbers: Iterator[int], ledger: Ledger, until: float
) -> None:
    while time.monotonic() < until:
        try:
            connection = await Connection.open(ports[index % len(ports)])
            await _use(connection, template, numbers, ledger, until)
            connection.close()
        except (Lost, OSError):
            index += 1
            await asyncio.sleep(_PAUSE)


async def _use(
    connection: Connection, template: Template, numbers: Iterator[int], ledger: Ledger, until: float
) -> None:
    while time.monotonic() < until:
        number = next(numbers)
        ledger.unknown.add(number)
        status = await connection.post(template.request(number))
        ledger.unknown.discard(number)
        (ledger.accepted if status == 202 else ledger.refused).add(number)
