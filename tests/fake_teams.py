"""A scripted server in the place of Teams: keeps every post and answers, or misbehaves, as it is told.

async with FakeTeams() as teams:
    teams.script(Reply(429, {"Retry-After": "7"}), Reply(fault="reset"))   # then 202 for ever
    ...
    await teams.wait_for(2)
    teams.posts[0].json
"""

import asyncio
import contextlib
import hashlib
import json
import socket
import struct
import time
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Self

Fault = Literal["", "silent", "drip", "close", "cut", "reset", "reset_after", "huge", "gzip_bomb", "garbage"]
"""What goes wrong, always after the whole request was read:

silent: never an answer · drip: one byte of it every `delay` seconds · close: closed without an answer ·
cut: closed in the middle of the body · reset: RST without an answer · reset_after: RST behind a whole answer ·
huge: a body of 1 GB · gzip_bomb: 1 GB of zeros, compressed · garbage: not HTTP
"""


@dataclass(frozen=True)
class Reply:
    """One answer of the script; `delay` in seconds."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    fault: Fault = ""


@dataclass(frozen=True)
class Posted:
    """One request as it came; `at` is time.monotonic()."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class FakeTeams:
    """`replies` answers what the script does not; give it a function of the post to decide by its content."""

    def __init__(self, replies: Callable[[Posted], Reply] = lambda _: Reply(), *, port: int = 0) -> None:
        self.posts: list[Posted] = []
        self.connections = 0
        self._replies = replies
        self.answering = asyncio.Event()
        """While it is cleared, what comes is taken and not answered."""
        self.answering.set()
        self._script: deque[Reply] = deque()
        self._port = port
        self._arrived = asyncio.Condition()
        self._open: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}

    def script(self, *replies: Reply) -> None:
        """Answers for the next posts, in this order."""
        self._script.extend(replies)

    @property
    def host(self) -> str:
        """`host:port`, for SHIPBELL_EXTRA_CHANNEL_HOSTS."""
        return f"127.0.0.1:{self._port}"

    @property
    def url(self) -> str:
        return (
            f"http://{self.host}/powerautomate/automations/direct/workflows/w1/triggers/manual/paths/invoke"
            "?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=CANARY-of-the-fake-teams-server"
        )

    async def wait_for(self, count: int, timeout: float = 90.0) -> list[Posted]:
        """All posts, as soon as there are `count`. Raises AssertionError that says how many came."""
        try:
            async with asyncio.timeout(timeout), self._arrived:
                await self._arrived.wait_for(lambda: len(self.posts) >= count)
        except TimeoutError:
            raise AssertionError(f"{len(self.posts)} posts instead of {count} within {timeout:.0f} s") from None
        return self.posts

    async def start(self) -> None:
        """Listen; after a `stop` on the same port again."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections, and drop those that are open."""
        self._server.close()
        for task, writer in list(self._open.items()):
            writer.transport.abort()
            task.cancel()
        await self._server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        try:
            # Cancelled by `stop`, and nothing to report: a connection ends so.
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._answer(await _read(reader), writer):
                    pass
        finally:
            del self._open[task]
            writer.close()

    async def _answer(self, post: Posted, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection may be used again."""
        reply = self._script.popleft() if self._script else self._replies(post)
        async with self._arrived:
            self.posts.append(post)
            self._arrived.notify_all()
        await self.answering.wait()
        if reply.fault:
            await _misbehave(reply, writer)
            return False
        await asyncio.sleep(reply.delay)
        writer.write(_head(reply, len(reply.body)) + reply.body)
        await writer.drain()
        return True


async def _read(reader: asyncio.StreamReader) -> Posted:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Posted(time.monotonic(), method, path, headers, body)


def _head(reply: Reply, length: int) -> bytes:
    headers = {"Content-Length": str(length), **reply.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {reply.status} Scripted\r\n{lines}\r\n".encode("latin-1")


async def _misbehave(reply: Reply, writer: asyncio.StreamWriter) -> None:
    match reply.fault:
        case "silent":
            await asyncio.sleep(3600)
        case "drip":
            for byte in _head(reply, 10_000) + b"x" * 10_000:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(reply.delay)
        case "cut":
            writer.write(_head(reply, 1000) + b"x" * 10)
            await writer.drain()
        case "reset":
            _reset(writer)
        case "reset_after":
            writer.write(_head(reply, len(reply.body)) + reply.body)
            await writer.drain()
            await asyncio.sleep(0.05)
            _reset(writer)
        case "huge":
            await _pour(_head(reply, 1 << 30), b"x" * (1 << 16), writer)
        case "gzip_bomb":
            head = _head(Reply(reply.status, {**reply.headers, "Content-Encoding": "gzip"}), 1 << 20)
            await _pour(head, zlib.compress(bytes(1 << 20), wbits=31), writer)
        case "garbage":
            writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
            await writer.drain()
    # "close" needs nothing: the caller closes


async def _pour(head: bytes, piece: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(head)
    for _ in range((1 << 30) // len(piece)):
        writer.write(piece)
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
