"""Outgoing HTTP for deliveries: one small pool a channel, guarded against inner addresses, silent about URLs."""

import asyncio
from collections.abc import Mapping
from weakref import WeakSet

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver

from app.clients.addresses import GuardedResolver, guarded_socket
from app.clients.connection import Connection
from app.clients.dial import Dial
from app.kernel.secrets import SecretUrl
from app.kernel.target import Target, read_target
from app.kernel.wire import Answer, WireFault

_HEADERS = {"User-Agent": "Shipbell", "Accept": "*/*", "Accept-Encoding": "identity"}


class Outbound:
    """Posts bodies to channels (`app.kernel.wire.Post`).

    Answers are kept as they come: no redirects, no cookies, no decompression, no proxy or password from
    the environment. `allowed` are the operator's extra `host:port`s, which may be http and private.
    `total` and `connect` are in seconds; `resolver` is asked for names, the machine's own by default.
    """

    def __init__(
        self,
        allowed: frozenset[str] = frozenset(),
        *,
        total: float = 20.0,
        connect: float = 5.0,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._allowed, self._total, self._connect = allowed, total, connect
        self._resolver = resolver
        self._pools: dict[tuple[str, str], _Pool] = {}

    async def __call__(self, url: SecretUrl, body: bytes, headers: Mapping[str, str], *, channel: str) -> Answer:
        """Post and read at most 16 KiB of the answer. Raises WireFault, and never anything that shows the URL."""
        key = channel, url.reveal()
        pool = self._pools.get(key) or self._open(key)
        request = _head(pool.first, {**_HEADERS, **headers, "Content-Length": str(len(body))}) + body
        until = asyncio.get_running_loop().time() + self._total
        connection = pool.take() or await pool.connect(self._connect)
        answer = await connection.exchange(request, until)
        pool.give_back(connection)
        return answer

    async def close(self) -> None:
        """Close all connections."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()
        if self._resolver is not None:
            await self._resolver.close()

    def _open(self, key: tuple[str, str]) -> "_Pool":
        try:
            target = read_target(key[1], self._allowed)
        except ValueError:
            raise WireFault("blocked_address", sent=False) from None
        if self._resolver is None:
            self._resolver = ThreadedResolver()
        self._pools[key] = _Pool(target, self._resolver)
        return self._pools[key]


def _head(first: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if not "".join(lines).isprintable():  # a line that ends early begins another header
        raise WireFault("protocol", sent=False)
    return (first + "\r\n".join(lines) + "\r\n\r\n").encode()


class _Pool:
    """The connections to one URL of a channel; as many as there are messages on their way at a time."""

    def __init__(self, target: Target, resolver: AbstractResolver) -> None:
        self.first = f"POST {target.url.raw_path_qs} HTTP/1.1\r\nHost: {target.url.host_port_subcomponent}\r\n"
        if target.extra:
            self._dial = Dial(target, resolver, None)
        else:
            self._dial = Dial(target, GuardedResolver(resolver), guarded_socket)
        self._idle: list[Connection] = []
        self._all: WeakSet[Connection] = WeakSet()

    def take(self) -> Connection | None:
        """One that is open already, the last one that was used: the others may close."""
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        return None

    async def connect(self, seconds: float) -> Connection:
        """A new one. Raises WireFault."""
        connection = await self._dial(seconds)
        self._all.add(connection)
        return connection

    def give_back(self, connection: Connection) -> None:
        """The next message may have it."""
        if connection.usable:
            self._idle.append(connection)
            connection.rest()

    def close(self) -> None:
        """Close all."""
        self._dial.close()
        for connection in self._all:
            connection.close()
