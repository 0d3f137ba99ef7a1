import socket

import pytest

from app.clients.addresses import BlockedAddress, GuardedResolver, guarded_socket, is_public
from tests.clients.names import Names

INNER = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "0.0.0.0",
    "255.255.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "::1",
    "::",
    "::a9fe:a9fe",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "::ffff:0:169.254.169.254",
    "fec0::1",
    "2001:0:53aa:64c::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "2001:db8::1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "localhost",
    "",
]


@pytest.mark.parametrize("address", INNER)
def test_F51_inner_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["20.42.65.92", "8.8.8.8", "2603:1030:210::1", "::ffff:20.42.65.92"])
def test_public_addresses_are(address: str) -> None:
    assert is_public(address)


def test_F51_no_socket_is_made_for_an_inner_address() -> None:
    with pytest.raises(BlockedAddress):
        guarded_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("169.254.169.254", 443)))
    guarded_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("20.42.65.92", 443))).close()


async def test_F51_one_inner_address_among_public_ones_spoils_all() -> None:
    names = Names({"mixed.example.com": ["20.42.65.92", "10.0.0.1"], "good.example.com": ["20.42.65.92"]})
    with pytest.raises(BlockedAddress):
        await GuardedResolver(names).resolve("mixed.example.com", 443)
    assert [entry["host"] for entry in await GuardedResolver(names).resolve("good.example.com", 443)] == ["20.42.65.92"]
