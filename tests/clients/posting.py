"""One post of a card, and one that has to fail without showing its URL."""

import traceback
from collections.abc import Iterator

import pytest

from app.clients.connection import Connection
from app.clients.outbound import Outbound
from app.kernel.secrets import SecretUrl
from app.kernel.wire import Answer, WireFault
from tests.running.wait import until

BODY = b'{"type":"message"}'
CANARY = "CANARY-of-the-fake-teams-server"


async def post(client: Outbound, url: str, headers: dict[str, str] | None = None, channel: str = "security") -> Answer:
    return await client(SecretUrl(url), BODY, headers or {}, channel=channel)


async def fault(client: Outbound, url: str) -> tuple[str, bool]:
    """The fault of a post that has to fail, which may not show the URL in any way."""
    with pytest.raises(WireFault) as caught:
        await post(client, url)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert CANARY not in shown
    assert url not in shown
    return caught.value.reason, caught.value.sent


def _usable(client: Outbound) -> Iterator[Connection]:
    return (each for pool in client._pools.values() for each in pool._all if each.usable)


async def parted(client: Outbound) -> None:
    """Wait until the client knows that its connections are gone."""
    await until(lambda: not any(_usable(client)), "the end of all connections")
