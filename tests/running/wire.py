"""A connection on which a test says exactly these bytes, at its own pace."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from typing import Self

from tests.running.wait import PATIENCE


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    headers: dict[str, str]
    body: bytes


class Lost(Exception):
    """The connection ended before the answer."""


class Wire:
    """`async with Wire(port) as wire: await wire.send(b"…"); await wire.answer()`."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 20)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._writer.transport.abort()

    def half_close(self) -> None:
        """Say that nothing more will come."""
        sock: socket.socket = self._writer.get_extra_info("socket")
        sock.shutdown(socket.SHUT_WR)

    async def send(self, data: bytes) -> bool:
        """Send; False when the other side has closed."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError:
            return False
        return not self._writer.is_closing()

    async def answer(self, patience: float = PATIENCE) -> Answer:
        """The next answer. Raises Lost, TimeoutError."""
        try:
            async with asyncio.timeout(patience):
                head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.rstrip("\r\n").split("\r\n")
                pairs = (line.partition(":") for line in lines)
                headers = {name.lower(): value.strip() for name, _, value in pairs}
                body = await self._reader.readexactly(int(headers.get("content-length", "0")))
        except (asyncio.IncompleteReadError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise
            raise Lost from None
        return Answer(int(first.split(" ")[1]), headers, body)

    async def rest(self, patience: float = PATIENCE) -> bytes:
        """Everything until the other side closes. Raises TimeoutError when it does not."""
        pieces = []
        async with asyncio.timeout(patience):
            with contextlib.suppress(ConnectionError):
                while piece := await self._reader.read(1 << 16):
                    pieces.append(piece)
        return b"".join(pieces)


async def say(port: int, data: bytes, patience: float = PATIENCE) -> Answer:
    """The answer to these bytes on a connection of their own."""
    async with Wire(port) as wire:
        await wire.send(data)
        return await wire.answer(patience)
