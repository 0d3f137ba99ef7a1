"""Which addresses a delivery may connect to: public ones, and none that leads back into a private network."""

import ipaddress
import socket
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

# `is_global` of Python 3.11 lets these through: a cloud's metadata service (192.0.0.192) and the forms
# that wrap an IPv4 address into an IPv6 one (NAT64, IPv4-compatible, SIIT, 6to4, Teredo), and old site-local ones.
_DENIED = [
    ipaddress.ip_network(net)
    for net in (
        "192.0.0.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96", "2002::/16", "2001::/32",
        "fec0::/10",
    )
]  # fmt: skip


class BlockedAddress(OSError):
    """An address that we do not connect to. An OSError, so that the connector treats it as one."""


def is_public(address: str) -> bool:
    """Whether an IP address (no name) is out in the world; False for what is not an address."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast and not any(ip.version == net.version and ip in net for net in _DENIED)


def guarded_socket(addr_info: tuple[Any, Any, Any, Any, Any]) -> socket.socket:
    """The socket for one address, made only if the address is public: the last check before the connection.

    It sees literal addresses too, which never meet a resolver. Raises BlockedAddress.
    """
    family, kind, proto, _, address = addr_info
    if not is_public(str(address[0])):
        raise BlockedAddress
    return socket.socket(family, kind, proto)


class GuardedResolver(AbstractResolver):
    """Asks another resolver and accepts its answer only if every address in it is public."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises BlockedAddress when one of the addresses is not public, OSError when there is none."""
        found = await self._inner.resolve(host, port, family)
        if not all(is_public(str(entry["host"])) for entry in found):
            raise BlockedAddress
        return found

    async def close(self) -> None:
        """The inner resolver is shared and closed by its owner."""
