"""The courier, a real Teams channel and real HTTP, to a server that misbehaves as it is told."""

from collections.abc import AsyncIterator

import pytest

from app.channels import Tools
from app.channels.teams import CHANNEL
from app.clients.outbound import Outbound
from app.delivery.opening import OpenChannel
from app.kernel.clock import DAY, SECOND
from app.store.channel_states import states
from tests.delivery.conftest import Post
from tests.fake_teams import FakeTeams, Reply
from tests.store.rows import snapshot


@pytest.fixture
async def teams(post: Post) -> AsyncIterator[FakeTeams]:
    """A server, and the channel `team` that posts to it."""
    async with FakeTeams() as server:
        outbound = Outbound(frozenset({server.host}))
        tools = Tools(
            {"TEAM_URL": f"http://{server.host}/workflows/1"}, lambda _: "", outbound, lambda _: None,
            frozenset({server.host}),
        )  # fmt: skip
        settings = CHANNEL.settings.model_validate({"kind": "teams", "url_env": "TEAM_URL", "concurrency": 1})
        channel = CHANNEL.open("team", settings, tools)
        post.put(OpenChannel("team", channel, settings, None, DAY))
        yield server
        await post.stop()
        await channel.close()
        await outbound.close()


async def test_a_card_arrives(post: Post, teams: FakeTeams) -> None:
    post.start()
    await post.owe("e1")
    await post.settled(e1="delivered")
    (posted,) = teams.posts
    card = posted.json["attachments"][0]["content"]
    assert card["type"] == "AdaptiveCard"
    assert card["body"][-1]["text"].startswith("ref ")


async def test_F60_retry_after_is_honoured_and_capped(post: Post, teams: FakeTeams) -> None:
    teams.script(Reply(429, {"Retry-After": "999999999"}))
    post.start()
    await post.owe("e1")
    await post.tried("http_429")  # its result is written with the state of its channel
    now = post.database.clock()
    assert (await post.database.read(states))["team"].not_before == now + 3600 * SECOND
    post.clock.advance(3600)
    await post.settled(e1="delivered")
    assert len(teams.posts) == 2


@pytest.mark.parametrize("fault", ["close", "cut", "reset"])
async def test_F66_a_connection_that_breaks_after_the_body_is_a_doubt(post: Post, teams: FakeTeams, fault: str) -> None:
    teams.script(Reply(fault=fault))  # type: ignore[arg-type]
    post.start()
    await post.owe("e1")
    await post.settled(e1="pending reset")
    (row,) = (await post.database.read(snapshot)).values()
    assert row.ambiguous == 1
    post.clock.advance(60)
    await post.settled(e1="delivered")
    assert b"possible repeat" in teams.posts[1].body
    assert b"possible repeat" not in teams.posts[0].body
