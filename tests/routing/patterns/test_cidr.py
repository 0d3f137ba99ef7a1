"""cidr: addresses in a network."""

from typing import Any

import pytest

from tests.routing.patterns.conftest import Fits, Wrong


@pytest.mark.parametrize(
    ("network", "value"),
    [
        ("10.0.0.0/24", "10.0.0.0"),
        ("10.0.0.0/24", "10.0.0.255"),
        ("0.0.0.0/0", "255.255.255.255"),
        ("192.0.2.7/32", "192.0.2.7"),
        ("10.0.0.77/24", "10.0.0.3"),
        ("2001:db8::/32", "2001:0db8:0000::1"),
        ("2001:db8::1/128", "2001:db8:0:0:0:0:0:1"),
        ("::/0", "::1"),
        ("10.0.0.0/8", ["192.0.2.1", "10.9.8.7"]),
    ],
)
def test_fits(fits: Fits, network: str, value: Any) -> None:
    assert fits([{"cidr": network}], value)


@pytest.mark.parametrize(
    ("network", "value"),
    [
        ("10.0.0.0/24", "10.0.1.0"),
        ("10.0.0.0/24", "10.0.0.256"),
        ("10.0.0.0/24", "10.0.0.1/32"),
        ("10.0.0.0/24", "runner-1"),
        ("10.0.0.0/24", ""),
        ("0.0.0.0/0", 1),
        ("0.0.0.0/0", None),
        ("0.0.0.0/0", "::1"),
        ("::/0", "10.0.0.1"),
        ("::/0", "fe80::1%eth0"),
        ("192.0.2.7/32", "192.0.2.8"),
        ("2001:db8::/32", "2001:db9::"),
    ],
)
def test_does_not_fit(fits: Fits, network: str, value: Any) -> None:
    assert not fits([{"cidr": network}], value)


@pytest.mark.parametrize(
    "network",
    [
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/8/8",
        "10.0.0.0/255.0.0.0",
        "10.0.0/8",
        "10.0.0.256/8",
        "2001:db8::/129",
        "fe80::%eth0/64",
        "xx/8",
        "/8",
        "",
        8,
        None,
        ["10.0.0.0/8"],
    ],
)
def test_what_is_no_network(wrong: Wrong, network: Any) -> None:
    error = wrong({"field": [{"cidr": network}]})
    assert error.path == ("field", 0, "cidr")
    assert "is not a network" in error.message
