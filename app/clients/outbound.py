"""Outgoing HTTP for deliveries: one small pool a channel, guarded against inner addresses, silent about URLs."""

from collections.abc import Mapping
from functools import lru_cache

import aiohttp
from aiohttp.abc import AbstractResolver

from app.clients.addresses import BlockedAddress, GuardedResolver, guarded_socket
from app.kernel.secrets import SecretUrl
from app.kernel.target import Target, read_target
from app.kernel.wire import Answer, WireFault

MAX_ANSWER = 16 * 1024
"""Bytes of an answer that are read; the rest is not waited for."""
POOL = 32
"""Connections to one channel: as many as its `concurrency` may be, so that nobody waits for a place."""

_HEADERS = {"User-Agent": "Shipbell", "Accept": "*/*", "Accept-Encoding": "identity"}
_Pool = tuple[str, bool]


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
        self._timeout = aiohttp.ClientTimeout(total=total, connect=connect)
        self._resolver = resolver
        self._pools: dict[_Pool, aiohttp.ClientSession] = {}
        self._target = lru_cache(maxsize=1024)(lambda url: read_target(url, allowed))

    async def __call__(self, url: SecretUrl, body: bytes, headers: Mapping[str, str], *, channel: str) -> Answer:
        """Post and read at most 16 KiB of the answer. Raises WireFault, and never anything that shows the URL."""
        try:
            target = self._target(url.reveal())
        except ValueError:
            raise WireFault("blocked_address", sent=False) from None
        try:
            return await self._post(target, body, headers, channel)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            reason, sent = classify(error)
        raise WireFault(reason, sent=sent)

    async def close(self) -> None:
        """Close all connections."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.close()
        if self._resolver is not None:
            await self._resolver.close()

    async def _post(self, target: Target, body: bytes, headers: Mapping[str, str], channel: str) -> Answer:
        pool = self._pools.get((channel, target.extra)) or self._open((channel, target.extra))
        async with pool.post(target.url, data=body, headers=headers, allow_redirects=False) as response:
            answer = await _read(response)
            return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, answer)

    def _open(self, key: _Pool) -> aiohttp.ClientSession:
        if self._resolver is None:
            self._resolver = aiohttp.ThreadedResolver()
        if key[1]:
            connector = aiohttp.TCPConnector(limit=POOL, resolver=self._resolver)
        else:
            resolver = GuardedResolver(self._resolver)
            connector = aiohttp.TCPConnector(limit=POOL, resolver=resolver, socket_factory=guarded_socket)
        self._pools[key] = aiohttp.ClientSession(
            connector=connector,
            timeout=self._timeout,
            headers=_HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        )
        return self._pools[key]


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    while len(body) < MAX_ANSWER:
        chunk = await response.content.read(MAX_ANSWER - len(body))
        if not chunk:
            return bytes(body)
        body += chunk
    response.close()  # what follows is not read: this connection is of no more use
    return bytes(body)


def classify(error: Exception) -> tuple[str, bool]:
    """A reason of the closed list, and whether bytes of the body may have arrived."""
    before = _before_sending(error)
    if before:
        return before, False
    if isinstance(error, TimeoutError):
        return "timeout", True
    if isinstance(error, aiohttp.ClientConnectionError | aiohttp.ClientPayloadError | OSError):
        return "reset", True
    return "protocol", True


def _before_sending(error: Exception) -> str | None:
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return "timeout"
    if isinstance(error, aiohttp.ClientSSLError | aiohttp.ClientConnectorCertificateError):
        return "tls"
    if isinstance(error, aiohttp.InvalidURL):
        return "blocked_address"
    if isinstance(error, aiohttp.ClientConnectorError):
        if isinstance(error.os_error, BlockedAddress):
            return "blocked_address"
        return "dns" if isinstance(error, aiohttp.ClientConnectorDNSError) else "connect"
    return None
