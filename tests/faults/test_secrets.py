"""The canary: every fault is forced while secrets are about, and then they are looked for everywhere: F53."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.store.tables import deliveries
from tests.fake_teams import FakeTeams, Posted, Reply
from tests.running.client import Client
from tests.running.database import look, rows
from tests.running.engines import sqlite_only
from tests.running.fixtures import MakeProcess
from tests.running.hooks import SECRETS, TOKEN, build, sample
from tests.running.invariants import check_no_secret
from tests.running.process import Process
from tests.running.rules import rewrite, sink_rules
from tests.running.wait import until

CANARY = "CANARY"
SIGNING_KEY = "whsec_" + CANARY * 5 + "CA"

REPLIES = {
    "fine": Reply(),
    "s400": Reply(400, body=b"the request was ?sig=CANARY"),
    "s401": Reply(401),
    "s404": Reply(404),
    "s413": Reply(413),
    "s429": Reply(429, {"Retry-After": "7"}),
    "s500": Reply(500, {"Location": "http://x/?sig=CANARY"}, b"Traceback: http://x/?sig=CANARY"),
    "moved": Reply(302, {"Location": "http://127.0.0.1:9/?sig=CANARY"}),
    "inner": Reply(200, body=b"Webhook message delivery failed with error: HTTP error 412 http://x/?sig=CANARY"),
    "reset": Reply(fault="reset"),
    "closed": Reply(fault="close"),
    "cut": Reply(fault="cut"),
    "garbage": Reply(fault="garbage"),
    "raising": Reply(),
}
ELSEWHERE = {
    "refused": "http://127.0.0.1:9/x?sig=CANARY-of-a-port-that-nobody-listens-on",
    "tls": "https://{plain}/x?sig=CANARY-of-a-server-without-tls",
    "inner-address": "https://localhost/x?sig=CANARY-of-an-address-that-is-blocked",
}
REASONS = {
    "s400": "http_400", "s401": "http_401", "s404": "http_404", "s429": "http_429", "s500": "http_5xx",
    "reset": "reset", "closed": "reset", "refused": "connect", "tls": "tls", "inner-address": "blocked_address",
    "raising": "protocol",
}  # fmt: skip
EVERYWHERE = (CANARY, TOKEN, *SECRETS.values())


def variable(channel: str) -> str:
    return f"URL_{channel.upper().replace('-', '_')}"


def rules() -> str:
    names = [*REPLIES, *ELSEWHERE]
    channels = "".join(
        f"  {name}: {{kind: webhook, url_env: {variable(name)}, secret_env: SIGNING_KEY}}\n" for name in names
    )
    teams = "  flow: {kind: teams, url_env: URL_FLOW, headers_env: {X-Key: FLOW_KEY}}\n"
    return (
        f"version: 1\nchannels:\n{channels}{teams}purposes:\n  all: [{', '.join([*names, 'flow'])}]\n"
        "defaults: {fallback: fine}\nrules:\n"
        "  - {name: builds, match: {type: pipeline.finished}, to: [all], card: pipeline}\n"
    )


@pytest.fixture
async def plain() -> AsyncIterator[str]:
    """`host:port` of a server that knows nothing of TLS."""

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.fixture
def canaries(make_process: MakeProcess, teams: FakeTeams, plain: str, database_url: str, tmp_path: Path) -> Process:
    """A service in which every secret that there can be holds the canary, at the most talkative level."""

    def reply(post: Posted) -> Reply:
        return REPLIES.get(post.path.lstrip("/").partition("?")[0], Reply(503))

    teams._replies = reply
    urls = {name: f"http://{teams.host}/{name}?sig=CANARY-of-{name}&code=CANARY" for name in REPLIES}
    urls |= {name: text.format(plain=plain) for name, text in ELSEWHERE.items()}
    return make_process(
        SHIPBELL_RULES_DIR=str(sink_rules(tmp_path / "canaries", rules())),
        SHIPBELL_DATABASE_URL=database_url.replace("//postgres@", "//postgres:CANARY-of-the-database@"),
        SHIPBELL_EXTRA_CHANNEL_HOSTS=f"{teams.host} {plain} 127.0.0.1:9",
        SHIPBELL_LOG_LEVEL="debug",
        SIGNING_KEY=SIGNING_KEY,
        URL_FLOW=teams.url,
        FLOW_KEY="CANARY-in-a-header",
        **{variable(name): text for name, text in urls.items()},
    )


async def ask_everything(client: Client) -> None:
    """Every page that there is, and wrong questions too; `client.answers` keeps what was said."""
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/nowhere", "/hooks/bitbucket"):
        await client.request("GET", path)
    for path in ("rules", "channels", "events", "deliveries", "receipts", "deliveries/0", "deliveries/x", "receipts/x"):
        await client.call("GET", f"/api/v1/{path}", params={"limit": 500})
    await client.call("GET", "/api/v1/events", params={"limit": "CAN-ARY", "since": "never", "cursor": "x"})
    await client.call("POST", "/api/v1/replay", json={})
    for event in (await client.get("/api/v1/events"))["items"]:
        await client.call("GET", f"/api/v1/events/{event['id']}")
        await client.call("GET", f"/api/v1/events/{event['id']}/explain")
        await client.call("GET", f"/api/v1/receipts/{event['receipt']}/body")
    for delivery in (await client.get("/api/v1/deliveries", limit=len(REPLIES) + len(ELSEWHERE) + 1))["items"]:
        await client.call("GET", f"/api/v1/deliveries/{delivery['id']}")
        await client.call("POST", f"/api/v1/deliveries/{delivery['id']}/retry")


async def failed(url: str) -> bool:
    """Whether every channel has failed in its own way."""
    return set(REASONS.items()) <= {(row["channel"], row["reason"]) for row in await rows(url, deliveries)}


async def cut_off_the_database(url: str) -> None:
    if url.startswith("postgresql"):
        others = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                         " AND datname = current_database()")  # fmt: skip
        await look(url, lambda connection: connection.execute(others) and None)


async def test_F53_the_canary_is_found_nowhere(canaries: Process, database_url: str, teams: FakeTeams) -> None:
    answers: list[str] = []
    routes = Path(canaries.environ["SHIPBELL_RULES_DIR"]) / "routes.yaml"
    for number, log_format in enumerate(("json", "text"), 1):
        canaries.environ["SHIPBELL_LOG_FORMAT"] = log_format
        client = await canaries.start("telltale")
        for hook in (build(number), sample("sourceclear", "scan-success"), sample("argocd", "deployment-succeeded")):
            assert (await client.post(hook)).status_code == 202
        assert (await client.post(build(0), x_hub_signature=f"sha256={SECRETS['bitbucket']}")).status_code == 401
        assert (await client.request("POST", f"/hooks/sourceclear/{SECRETS['sourceclear']}x")).status_code == 401
        await until(lambda: failed(database_url), "a failure of every channel", 60)
        assert (await client.call("GET", "/api/v1/receipts")).status_code == 500
        rewrite(routes, rules().replace("card: pipeline", "card: x"))
        await until(lambda: "were not taken" in canaries.said, "the refusal of the rules")
        rewrite(routes, rules())
        await cut_off_the_database(database_url)
        await asyncio.gather(*(client.post(build(10 * number + each)) for each in range(3)))
        await ask_everything(client)
        answers += client.answers
        assert "Traceback" in canaries.said
        assert "a channel raised" in canaries.said
        assert "[secret]" in canaries.said
        await canaries.stop()
    assert {post.path.partition("?")[0] for post in teams.posts} >= {"/fine", "/s500"}
    texts = {"the log": canaries.log.read_text(encoding="utf-8"), "an answer of the API": "\n".join(answers)}
    await check_no_secret(database_url, EVERYWHERE, texts)


WRONG = {
    "URL_FLOW": "https://evil.example.com/workflows/x/triggers/manual/paths/invoke?sig=CANARY",
    "URL_FINE": "CANARY is no URL",
    "SHIPBELL_DATABASE_URL": "mysql://root:CANARY@127.0.0.1/x",
    "SHIPBELL_API_TOKENS": "name:everything:CANARY-token",
}


@sqlite_only
async def test_F53_what_is_refused_at_the_start_is_not_quoted(canaries: Process) -> None:
    canaries.environ |= WRONG
    canaries.launch()
    assert await canaries.ended() == 1
    assert canaries.said.count("error: ") == len(WRONG), canaries.said
    assert CANARY not in canaries.said
