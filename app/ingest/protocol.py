"""The guard at the wire: uvicorn alone never times out a partial request and takes headers of any size.

The whole request must have arrived within a deadline of its first byte (or of the connection), its headers
are bounded, and a request that says its length twice in two ways is refused: behind a proxy it smuggles.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app import telemetry

MAX_HEADER_BYTES = 64 << 10
MAX_HEADERS = 200
RECEIVE_SECONDS = 10.0

_TELLING = frozenset({b"content-length", b"transfer-encoding", b"expect"})
"""Headers that tell how the request goes on; the others are only kept."""

_TIMEOUT = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain\r\ncontent-length: 26\r\nconnection: close\r\n\r\n"
    b"the request took too long\n"
)


class HeaderFault(Exception):
    """Raised inside the parser's callback: uvicorn answers 400 and closes."""


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol with a deadline for receiving and bounds for headers."""

    receiving: ClassVar[dict["GuardedProtocol", float]] = {}
    """Connections that owe us the rest of a request, with the loop's time since when."""

    _header_bytes = 0
    _sizes_said = 0
    _in_headers = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self.receiving[self] = self.loop.time()
        self._in_headers = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.receiving.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self not in self.receiving:
            self.receiving[self] = self.loop.time()
        if self._in_headers:
            if self._header_bytes > MAX_HEADER_BYTES:  # bytes of earlier segments: this one may bring the body
                return self.send_400_response("Headers too large.")
            self._header_bytes += len(data)
        super().data_received(data)
        return None

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers, self._header_bytes, self._sizes_said = True, 0, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MAX_HEADER_BYTES or len(self.headers) >= MAX_HEADERS:
            raise HeaderFault
        if name not in _TELLING:
            self.headers.append((name, value))  # as uvicorn would, without asking again what it is: ten times a request
            return
        super().on_header(name, value)
        if name != b"expect":
            self._sizes_said += 1
            unpacked = name == b"content-length" or value.strip().lower() == b"chunked"
            if self._sizes_said > 1 or not unpacked:
                raise HeaderFault

    def on_headers_complete(self) -> None:
        self._in_headers, self._header_bytes = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.receiving.pop(self, None)
        super().on_message_complete()

    def expire(self) -> None:
        """Close a connection that took too long; say why unless an answer is under way."""
        self.receiving.pop(self, None)
        if self.transport.is_closing():
            return
        cycle: Any = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(_TIMEOUT)
        self.transport.close()


def sweep(now: float, limit: float = RECEIVE_SECONDS) -> int:
    """Close every connection that owes us the rest of a request for longer than `limit` seconds."""
    late = [protocol for protocol, since in GuardedProtocol.receiving.items() if now - since > limit]
    for protocol in late:
        protocol.expire()
    telemetry.REJECTED.labels("unknown", "timeout").inc(len(late))  # whose request it would have been is not known yet
    return len(late)


async def sweep_forever(limit: float = RECEIVE_SECONDS) -> None:
    """Sweep once a second: dearer timers for each request would cost more than they tell."""
    while True:
        await asyncio.sleep(1)
        sweep(asyncio.get_running_loop().time(), limit)
