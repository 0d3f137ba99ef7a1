"""The place that messages go to: counts every POST and notes when each number arrived. `python -m bench.sink PORT`.

Times are `time.monotonic()` in seconds, which all processes of one machine share.
"""

import asyncio
import json
import re
import sys
import time
from collections import defaultdict
from typing import cast

import httptools
import uvloop

_NUMBER = re.compile(rb"results/(\d{9})")
_TAKEN = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Sink(asyncio.Protocol):
    """One connection. What arrived is shared by all: number → times."""

    arrivals: defaultdict[int, list[float]] = defaultdict(list)
    posts = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one, but not by its class
        self.parser = httptools.HttpRequestParser(self)
        self.body = b""
        self.path = b""

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_url(self, url: bytes) -> None:
        self.path = url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        if self.parser.get_method() == b"GET":
            self.transport.write(self._answer())
        else:
            self._note()
            self.transport.write(_TAKEN)
        self.body = b""

    def _note(self) -> None:
        now = time.monotonic()
        Sink.posts += 1
        for number in set(_NUMBER.findall(self.body)):
            Sink.arrivals[int(number)].append(now)

    def _answer(self) -> bytes:
        count = {"posts": Sink.posts, "events": len(Sink.arrivals)}
        text = json.dumps(Sink.arrivals if self.path == b"/arrivals" else count).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(text) + text


async def serve(port: int) -> None:
    """Listen until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
