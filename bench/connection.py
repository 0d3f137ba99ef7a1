"""One HTTP connection that posts raw requests, one at a time: cheap enough to pace thousands a second."""

import asyncio
from typing import Self, cast

import httptools


class Lost(Exception):
    """The connection ended before the answer: nobody knows whether the request was taken."""


class Connection(asyncio.Protocol):
    """Open with `await Connection.open(port)`."""

    @classmethod
    async def open(cls, port: int) -> Self:
        """Connect to a port of this machine. Raises OSError."""
        _, protocol = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpResponseParser(self)
        self._answer: asyncio.Future[int] | None = None

    async def post(self, raw: bytes) -> int:
        """The status of the answer. Raises Lost."""
        if self._transport.is_closing():
            raise Lost
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.close()

    def on_message_complete(self) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(self._parser.get_status_code())

    def connection_lost(self, error: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Lost())

    def close(self) -> None:
        """End the connection."""
        self._transport.close()
