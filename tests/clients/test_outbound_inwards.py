"""F51: cards go nowhere inside, whatever name or redirect leads there."""

import errno
import socket
from typing import Any

import pytest

from app.clients.addresses import guarded_socket
from app.clients.outbound import Outbound
from app.kernel.wire import WireFault
from tests.clients.conftest import Opener
from tests.clients.names import Names
from tests.clients.posting import fault, post
from tests.fake_teams import FakeTeams, Reply

INNER_URLS = [
    "https://127.1/hook",
    "https://0x7f000001/hook",
    "https://2130706433/hook",
    "https://127.0.0.1/hook",
    "https://[::1]/hook",
    "https://[::ffff:169.254.169.254]/hook",
    "https://[::ffff:a9fe:a9fe]/hook",
    "https://[64:ff9b::a9fe:a9fe]/hook",
    "https://169.254.169.254/latest/meta-data",
    "https://192.0.0.192/hook",
    "https://0/hook",
    "https://localhost/hook",
    "https://169.254.169.254.nip.example/hook",
    "https://nat64.example/hook",
    "https://mixed.example/hook",
    "https://u:p@good.example/hook",
    "https://good.example:8443/hook",
    "http://good.example/hook",
    "https://good.example\\@127.0.0.1/hook",
    "https://good.example/\r\nX-Injected: 1",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "unix:///var/run/docker.sock",
    "//127.0.0.1/hook",
    "",
]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Names that lead inwards; whatever address is still asked for is refused and remembered."""
    book = Names(
        {
            "localhost": ["127.0.0.1"],
            "127.1": ["127.0.0.1"],
            "0x7f000001": ["127.0.0.1"],
            "2130706433": ["127.0.0.1"],
            "0": ["0.0.0.0"],
            "169.254.169.254.nip.example": ["169.254.169.254"],
            "nat64.example": ["64:ff9b::a9fe:a9fe"],
            "mixed.example": ["20.42.65.92", "127.0.0.1"],
            "good.example": ["20.42.65.92"],
            "rebind.example": [["20.42.65.92"], ["127.0.0.1"]],
        }
    )
    book.connected = []  # type: ignore[attr-defined]
    real = guarded_socket

    def spy(info: Any) -> socket.socket:
        real(info).close()
        book.connected.append(info[4][0])  # type: ignore[attr-defined]
        raise ConnectionRefusedError(errno.ECONNREFUSED, "no network in tests")

    monkeypatch.setattr("app.clients.outbound.guarded_socket", spy)
    return book


@pytest.mark.parametrize("url", INNER_URLS)
async def test_F51_it_does_not_go_inwards(url: str, names: Names, opened: Opener) -> None:
    client = opened(resolver=names)
    with pytest.raises(WireFault) as caught:
        await post(client, url)
    assert (caught.value.reason, caught.value.sent) == ("blocked_address", False)
    assert names.connected == []  # type: ignore[attr-defined]


async def test_F51_a_public_name_is_connected_to(names: Names, opened: Opener) -> None:
    """The control: what keeps the others out lets this one through."""
    assert await fault(opened(resolver=names), "https://good.example/hook") == ("connect", False)
    assert names.connected == ["20.42.65.92"]  # type: ignore[attr-defined]


async def test_F51_the_address_that_was_checked_is_the_one_that_is_used(names: Names, opened: Opener) -> None:
    for _ in range(3):
        reason, sent = await fault(opened(resolver=names), "https://rebind.example/hook")
        assert (reason in ("connect", "blocked_address"), sent) == (True, False)
    assert set(names.connected) == {"20.42.65.92"}  # type: ignore[attr-defined]


async def test_F51_an_allowed_host_and_port_is_reached_and_its_neighbours_are_not(
    teams: FakeTeams, opened: Opener
) -> None:
    client = opened(teams.host)
    assert (await post(client, teams.url)).status == 202
    other = teams.url.replace(teams.host, "127.0.0.1:1")
    assert await fault(client, other) == ("blocked_address", False)
    assert await fault(client, teams.url.replace("127.0.0.1", "localhost")) == ("blocked_address", False)
    assert len(teams.posts) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_F51_a_redirect_is_an_answer_and_is_not_followed(
    status: int, outbound: Outbound, teams: FakeTeams
) -> None:
    teams.script(Reply(status, {"Location": f"http://{teams.host}/latest/meta-data"}))
    assert (await post(outbound, teams.url)).status == status
    assert len(teams.posts) == 1
