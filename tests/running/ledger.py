"""A load that keeps a ledger on disk: every request before it is sent, every answer as soon as it is there."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.running.hooks import build
from tests.running.wire import Answer, Lost, Wire


@dataclass
class Ledger:
    """Numbers of builds by what became of their requests; the file says the same after a crash of ours."""

    file: Path
    accepted: dict[int, str] = field(default_factory=dict)
    """The receipt of each number that was answered 202."""
    refused: dict[int, int] = field(default_factory=dict)
    """The status of each that was answered otherwise."""
    unknown: set[int] = field(default_factory=set)
    """Sent, and no answer came (yet)."""

    def __post_init__(self) -> None:
        self._out = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def close(self) -> None:
        os.close(self._out)

    def sent(self, number: int) -> None:
        self.unknown.add(number)
        os.write(self._out, b"sent %d\n" % number)

    def answered(self, number: int, answer: Answer) -> None:
        self.unknown.discard(number)
        if answer.status == 202:
            self.accepted[number] = json.loads(answer.body)["receipt"]
            self.refused.pop(number, None)
        else:
            self.refused[number] = answer.status
        os.write(self._out, b"answered %d %d %s\n" % (number, answer.status, answer.body))
        os.fsync(self._out)


async def load(port: int, ledger: Ledger, numbers: Iterator[int], enough: Callable[[], bool], clients: int) -> None:
    """Post builds over so many connections until it is enough, or the server is gone."""
    await asyncio.gather(*(_send(port, ledger, numbers, enough) for _ in range(clients)))


async def _send(port: int, ledger: Ledger, numbers: Iterator[int], enough: Callable[[], bool]) -> None:
    try:
        async with Wire(port) as wire:
            while not enough() and (number := next(numbers, None)) is not None:
                ledger.sent(number)
                await wire.send(build(number).wire())
                ledger.answered(number, await wire.answer())
    except (Lost, OSError):
        return
