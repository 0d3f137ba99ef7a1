import asyncio

import pytest

from app.clients.late_outbound import LateOutbound
from app.kernel.secrets import SecretUrl
from tests.clients.posting import BODY
from tests.fake_teams import FakeTeams


async def test_messages_that_come_first_together_share_one_client(teams: FakeTeams) -> None:
    late = LateOutbound(frozenset([teams.host]))
    url = SecretUrl(teams.url)
    first = await asyncio.gather(*(late(url, BODY, {}, channel="security") for _ in range(3)))
    assert [answer.status for answer in first] == [202] * 3
    assert (await late(url, BODY, {}, channel="security")).status == 202
    assert [sent.body for sent in teams.posts] == [BODY] * 4
    assert teams.connections <= 3
    await late.close()


async def test_what_was_loaded_before_is_what_the_first_message_takes(teams: FakeTeams) -> None:
    late = LateOutbound(frozenset([teams.host]))
    opened = await late.open()
    assert opened is await late.open()
    assert (await late(SecretUrl(teams.url), BODY, {}, channel="security")).status == 202
    await opened.close()
    assert (await late(SecretUrl(teams.url), BODY, {}, channel="security")).status == 202
    assert teams.connections == 2  # it was this one that was closed
    await late.close()


async def test_a_sender_that_gives_up_takes_the_client_from_nobody(teams: FakeTeams) -> None:
    late = LateOutbound(frozenset([teams.host]))
    one, other = (asyncio.create_task(late(SecretUrl(teams.url), BODY, {}, channel="x")) for _ in range(2))
    await asyncio.sleep(0)
    one.cancel()
    assert (await other).status == 202
    assert len(teams.posts) == 1
    await late.close()


async def test_what_was_never_opened_is_closed_too() -> None:
    await LateOutbound().close()


async def test_a_client_that_could_not_be_loaded_is_loaded_by_the_next_message(
    teams: FakeTeams, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = LateOutbound(frozenset([teams.host]))
    with monkeypatch.context() as broken:
        broken.setattr("app.clients.late_outbound.import_module", lambda _: (_ for _ in ()).throw(ImportError("gone")))
        with pytest.raises(ImportError):
            await late(SecretUrl(teams.url), BODY, {}, channel="security")
        await late.close()  # nothing to close, and nothing to complain about
    assert (await late(SecretUrl(teams.url), BODY, {}, channel="security")).status == 202
    await late.close()
