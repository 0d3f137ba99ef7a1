"""Datadog's three kinds: what they post, that what cannot be said is given up, and that the key is shown nowhere."""

import json
import logging

import pytest

from app.channels import ChannelKind, Message, Outcome, Tools, Verdict
from app.channels.datadog_dora import CHANNEL as DORA
from app.channels.datadog_events import CHANNEL as EVENTS
from app.channels.datadog_metrics import CHANNEL as METRICS
from app.clients.outbound import Outbound
from app.delivery.retry import Situation, decide
from app.kernel.clock import HOUR, SECOND
from app.kernel.errors import ConfigError
from app.kernel.wire import Answer, WireFault
from tests.channels.conftest import Open, Wire
from tests.events.datadog.test_calls import NOW, deployment, incident
from tests.fake_teams import FakeTeams, Reply

KEY = "dd0canary0of0the0key0f00dfeed1234"
KINDS = pytest.mark.parametrize("kind", [EVENTS, METRICS, DORA], ids=lambda kind: kind.name)


@pytest.fixture
def deployed(message: Message) -> Message:
    return message._replace(event=deployment(), sent_at=NOW)


@pytest.mark.parametrize(
    ("kind", "path", "first"),
    [(EVENTS, "v1/events", "title"), (METRICS, "v2/series", "series"), (DORA, "v2/dora/deployment", "data")],
    ids=lambda each: getattr(each, "name", each),
)
async def test_it_posts_with_the_key_in_its_header(
    open_channel: Open, wire: Wire, deployed: Message, kind: ChannelKind, path: str, first: str
) -> None:
    channel = open_channel(kind, {"DD": KEY}, api_key_env="DD", site="datadoghq.eu")
    assert await channel.send(deployed) == Outcome(Verdict.DELIVERED, "ok", 202)
    ((url, body, headers, name),) = wire.posts
    assert (url, name) == (f"https://api.datadoghq.eu/api/{path}", "security")
    assert headers == {"Content-Type": "application/json", "DD-API-KEY": KEY}
    assert next(iter(json.loads(body))) == first


async def test_an_incident_goes_to_the_failures(open_channel: Open, wire: Wire, message: Message) -> None:
    channel = open_channel(DORA, {"DD": KEY}, api_key_env="DD")
    await channel.send(message._replace(event=incident("opened"), sent_at=NOW))
    assert wire.posts[0][0] == "https://api.datadoghq.com/api/v2/dora/failure"


@pytest.mark.parametrize(
    ("kind", "age", "reason"), [(EVENTS, 19 * HOUR, "too_old"), (METRICS, 2 * HOUR, "too_old"), (DORA, 0, "unsuitable")]
)
async def test_what_cannot_be_said_is_dead_at_once_and_never_sent(
    open_channel: Open, wire: Wire, deployed: Message, kind: ChannelKind, age: int, reason: str
) -> None:
    channel = open_channel(kind, {"DD": KEY}, api_key_env="DD")
    event = deployment(status="failed") if kind is DORA else deployed.event
    outcome = await channel.send(deployed._replace(event=event, sent_at=NOW + age))
    assert outcome == Outcome(Verdict.PERMANENT, reason)
    decision = decide(outcome, Situation(1, 0, NOW, NOW + HOUR, 0.5))
    assert (decision.state, decision.reason, decision.effect) == ("dead", reason, "none")
    assert wire.posts == []


@KINDS
async def test_every_answer_has_its_outcome(
    open_channel: Open, wire: Wire, deployed: Message, kind: ChannelKind
) -> None:
    channel = open_channel(kind, {"DD": KEY}, api_key_env="DD")
    found = []
    for end in (400, 403, 408, 413, 429, 500, WireFault("dns", sent=False), WireFault("timeout", sent=True)):
        wire.end = Answer(end, {}, b"") if isinstance(end, int) else end
        found.append((await channel.send(deployed)).verdict)
    assert [verdict.value for verdict in found] == [
        "permanent", "broken", "retry", "too_large", "throttled", "retry", "retry", "ambiguous",
    ]  # fmt: skip


@KINDS
@pytest.mark.parametrize(
    ("environ", "site", "said"),
    [({}, "datadoghq.eu", "DD, its API key, is not set"), ({"DD": "a b\nc"}, "datadoghq.eu", "no API key"),
     ({"DD": KEY}, "10.0.0.1:80", "cannot be used")],
)  # fmt: skip
def test_what_cannot_work_does_not_open(
    open_channel: Open, kind: ChannelKind, environ: dict[str, str], site: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as error:
        open_channel(kind, environ, api_key_env="DD", site=site)
    assert KEY not in str(error.value)


@KINDS
@pytest.mark.parametrize("site", ["datadoghq.eu/x", "a@b", "", "HTTPS://x"])
def test_a_site_is_a_host(kind: ChannelKind, site: str) -> None:
    with pytest.raises(ValueError, match="site"):
        kind.settings.model_validate({"kind": kind.name, "api_key_env": "DD", "site": site})


@KINDS
async def test_F53_the_key_is_in_no_log_outcome_or_repr(
    kind: ChannelKind, deployed: Message, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    replies = [
        Reply(202),
        Reply(403, body=KEY.encode()),
        Reply(302, {"Location": f"http://127.0.0.1/{KEY}"}),
        Reply(500),
    ]
    async with FakeTeams() as server:
        outbound = Outbound(frozenset([server.host]), total=0.4, connect=0.4)
        tools = Tools({"DD": KEY}, lambda _: "", outbound, lambda _: None, frozenset([server.host]))
        channel = kind.open("datadog", kind.settings.model_validate(
            {"kind": kind.name, "api_key_env": "DD", "site": server.host}), tools)  # fmt: skip
        server.script(*replies)
        outcomes = [await channel.send(deployed._replace(sent_at=NOW + SECOND)) for _ in replies]
        posts = list(server.posts)
        await server.stop()
        outcomes.append(await channel.send(deployed))
        await channel.close()
        await outbound.close()
    assert [outcome.verdict.value for outcome in outcomes[:-1]] == ["delivered", "broken", "broken", "retry"]
    assert outcomes[-1].verdict in (Verdict.RETRY, Verdict.AMBIGUOUS)
    assert {post.headers["dd-api-key"] for post in posts} == {KEY}
    assert KEY not in caplog.text + repr(outcomes) + repr(channel) + repr(vars(channel))
