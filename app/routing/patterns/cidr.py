"""`cidr`: the addresses of a network, IPv4 or IPv6."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from app.routing.patterns.mistakes import PatternError, Place
from app.routing.patterns.words import Asked


def read_cidr(raw: Any, place: Place) -> Asked:
    """E.g. `10.0.0.0/24`. A single address (/32, /128) is accepted, which AWS refuses."""
    network = _network(raw)
    if network is None:
        raise PatternError(f"{raw!r} is not a network", place, "e.g. 10.0.0.0/24 or 2001:db8::/32")
    return Asked(f"is an address in {network}", lambda got: isinstance(got, str) and _lies_in(got, network))


def _network(raw: Any) -> IPv4Network | IPv6Network | None:
    if not isinstance(raw, str) or "%" in raw:
        return None
    _, slash, bits = raw.partition("/")
    if not slash or not (bits.isascii() and bits.isdigit()):  # ip_network would also take a mask in dots
        return None
    try:
        return ip_network(raw, strict=False)
    except ValueError:
        return None


def _lies_in(text: str, network: IPv4Network | IPv6Network) -> bool:
    if "%" in text:
        return False
    try:
        return ip_address(text) in network
    except ValueError:
        return False
