"""One connection to a channel and its exchanges, one after the other: HTTP/1.1, read by httptools.

Why no library for HTTP clients does this: docs/decisions/0022-a-connection-of-our-own-for-deliveries.md.
"""

import asyncio
from typing import cast

import httptools

from app.kernel.wire import Answer, WireFault

MAX_ANSWER = 16 * 1024
"""Bytes of an answer that are read: of its head, where more is a fault, and of its body, where the rest is left."""
KEEP_ALIVE = 15.0
"""Seconds after which a connection that nobody needs is closed."""
_SWITCHING = 101


class Connection(asyncio.Protocol):
    """Takes one request at a time; `usable` says whether it can take another."""

    def __init__(self) -> None:
        self.usable = False
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[Answer] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._forget()

    async def exchange(self, request: bytes, until: float) -> Answer:
        """Send a request and return its answer; `until` is a time of the loop. Raises WireFault.

        Only for a connection that is usable. From here on bytes may have left, whatever comes of it.
        """
        if self._idle is not None:
            self._idle.cancel()
        self._waiter = self._loop.create_future()
        late = self._loop.call_at(until, self._fail, "timeout")
        self._transport.write(request)
        try:
            return await self._waiter
        except asyncio.CancelledError:
            self.abort()
            raise
        finally:
            late.cancel()

    def rest(self) -> None:
        """Nobody needs it now: wait for the next request, but not for ever."""
        self._idle = self._loop.call_later(KEEP_ALIVE, self.close)

    def close(self) -> None:
        """Close it politely: all has been read."""
        self.usable = False
        self._transport.close()

    def abort(self) -> None:
        """Drop it, with what is still to be sent or read."""
        self.usable = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one, but not by its class
        self.usable = True

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        if self._waiter is None:  # nobody has asked
            self.abort()
            return
        if not self._in_body:
            self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:  # the answer was 101, and has been given
            self.abort()
        except httptools.HttpParserError:
            self._fail("protocol")
        else:
            if self._fed > MAX_ANSWER and not self._in_body:
                self._fail("protocol")

    def connection_lost(self, error: Exception | None) -> None:
        """See asyncio.Protocol. A body without a length ends with its connection."""
        self.usable = False
        if self._idle is not None:
            self._idle.cancel()
        if error is None and self._in_body and not {"content-length", "transfer-encoding"} & self._headers.keys():
            self._answer()
        else:
            self._fail("reset")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of the answer; what follows a body in chunks is not kept."""
        if self._in_body:
            return
        self._kept += len(name) + len(value)
        if self._kept > MAX_ANSWER:
            raise ValueError("a head that is too long")
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """What follows is the body."""
        self._in_body = True

    def on_body(self, piece: bytes) -> None:
        """A piece of the body, raw."""
        self._body += piece
        if len(self._body) >= MAX_ANSWER:
            self._answer()
            self.abort()  # what follows is not read: this connection is of no more use

    def on_message_complete(self) -> None:
        """The end of the answer, or of one that only says that another follows."""
        status = self._parser.get_status_code()
        if status < 200 and status != _SWITCHING:
            self._forget()
            return
        unasked = self._waiter is None
        self._answer()
        if unasked or not self._parser.should_keep_alive():
            self.abort()

    def _forget(self) -> None:
        self._headers: dict[str, str] = {}
        self._body = b""
        self._fed = self._kept = 0
        self._in_body = False

    def _answer(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(Answer(self._parser.get_status_code(), self._headers, self._body[:MAX_ANSWER]))
        self._forget()

    def _fail(self, reason: str) -> None:
        waiter, self._waiter = self._waiter, None
        self.abort()
        if waiter is not None and not waiter.done():
            waiter.set_exception(WireFault(reason, sent=True))
