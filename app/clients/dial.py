"""Opens connections to one place: its name is looked up, its addresses are tried in turn, TLS is verified."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from ipaddress import ip_address

from aiohappyeyeballs import AddrInfoType, SocketFactoryType, start_connection
from aiohttp.abc import AbstractResolver

from app.clients.addresses import BlockedAddress
from app.clients.connection import Connection
from app.kernel.target import Target
from app.kernel.wire import WireFault

LOOKED_UP = 10.0
"""Seconds that the addresses of a name are kept."""
_NEXT_ADDRESS = 0.25
"""Seconds until the next address is tried beside the one that has not answered yet (RFC 8305)."""


# With the system's certificates. They take some 20 ms to read: a thread loads this module (`LateOutbound`).
_TLS = ssl.create_default_context()
_TLS.set_alpn_protocols(["http/1.1"])


class Dial:
    """Connects to the host of one target. Each socket is made by `make_socket`, which may refuse its address."""

    def __init__(self, target: Target, resolver: AbstractResolver, make_socket: SocketFactoryType | None) -> None:
        self._host, self._port = target.url.raw_host or "", target.url.port or 0
        self._tls = _TLS if target.url.scheme == "https" else None
        self._resolver, self._make_socket = resolver, make_socket
        self._asked_at = 0.0
        self._lookup: asyncio.Task[Sequence[AddrInfoType]] | None = None

    async def __call__(self, seconds: float) -> Connection:
        """A new connection within so many seconds. Raises WireFault: nothing of a message has left."""
        try:
            async with asyncio.timeout(seconds):
                return await self._connect()
        except TimeoutError as error:
            # One that the system tells of has a number: nobody answers at that address.
            reason = "timeout" if error.errno is None else "connect"
        except BlockedAddress:
            reason = "blocked_address"
        except socket.gaierror:
            reason = "dns"
        except ssl.SSLError:
            reason = "tls"
        except (OSError, RuntimeError):  # uvloop has both
            reason = "connect"
        raise WireFault(reason, sent=False)

    def close(self) -> None:
        """Look nothing up any more."""
        if self._lookup is not None:
            self._lookup.cancel()

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        sock = await start_connection(
            await self._addresses(), happy_eyeballs_delay=_NEXT_ADDRESS, loop=loop, socket_factory=self._make_socket
        )
        name = self._host.rstrip(".") if self._tls else None
        _, connection = await loop.create_connection(Connection, sock=sock, ssl=self._tls, server_hostname=name)
        return connection

    async def _addresses(self) -> Sequence[AddrInfoType]:
        """One look-up at a time: a name server that does not answer holds up one thread, not all of them."""
        lookup, now = self._lookup, asyncio.get_running_loop().time()
        if lookup is None or (lookup.done() and (lookup.exception() or now > self._asked_at + LOOKED_UP)):
            lookup = self._lookup = asyncio.create_task(self._look_up())
            lookup.add_done_callback(lambda done: done.cancelled() or done.exception())  # else asyncio complains
            self._asked_at = now
        return await asyncio.shield(lookup)

    async def _look_up(self) -> Sequence[AddrInfoType]:
        try:
            ip_address(self._host)
            hosts = [self._host]
        except ValueError:
            try:
                found = await self._resolver.resolve(self._host, self._port, socket.AF_UNSPEC)
            except BlockedAddress:
                raise
            except (OSError, UnicodeError) as error:  # the latter when a part of the name is too long
                raise socket.gaierror from error
            hosts = [each["host"] for each in found]
        return [_addr_info(host, self._port) for host in hosts]


def _addr_info(host: str, port: int) -> AddrInfoType:
    if ":" in host:
        return socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port)
