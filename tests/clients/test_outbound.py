import asyncio
import os
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
import uvloop

from app.clients.connection import MAX_ANSWER
from app.clients.outbound import Outbound
from tests.clients.conftest import Opener
from tests.clients.names import Names
from tests.clients.posting import BODY, CANARY, fault, parted, post
from tests.fake_teams import FakeTeams, Reply
from tests.running.wait import until

# ------------------------------------------------------------------ what is sent


async def test_it_posts_the_body_as_it_is_and_reads_the_answer(outbound: Outbound, teams: FakeTeams) -> None:
    teams.script(Reply(202, {"X-Ms-Workflow-Run-Id": "r1"}, b"ok"))
    answer = await post(outbound, teams.url, {"Content-Type": "application/json"})
    assert (answer.status, answer.headers["x-ms-workflow-run-id"], answer.body) == (202, "r1", b"ok")
    (sent,) = teams.posts
    assert (sent.method, sent.body) == ("POST", BODY)
    assert teams.url.endswith(sent.path)  # the query is not spelled anew: its %2F are still there
    assert sent.headers["user-agent"] == "Shipbell"
    assert sent.headers["content-type"] == "application/json"


async def test_nothing_is_inherited_from_the_environment(
    outbound: Outbound, teams: FakeTeams, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    teams.script(Reply(202, {"Set-Cookie": "a=b; Path=/"}))
    await post(outbound, teams.url)
    await post(outbound, teams.url)
    for sent in teams.posts:
        assert not {"authorization", "cookie", "proxy-authorization"} & sent.headers.keys()


async def test_a_channel_keeps_its_connection_and_shares_it_with_nobody(outbound: Outbound, teams: FakeTeams) -> None:
    for _ in range(3):
        await post(outbound, teams.url, channel="security")
    assert teams.connections == 1
    await post(outbound, teams.url, channel="qa-team")
    assert teams.connections == 2


async def test_thirty_two_at_once_do_not_wait_for_each_other(outbound: Outbound, teams: FakeTeams) -> None:
    teams.answering.clear()
    posts = [asyncio.create_task(post(outbound, teams.url)) for _ in range(32)]
    await teams.wait_for(32)  # all are there, and none has been answered
    teams.answering.set()
    assert {answer.status for answer in await asyncio.gather(*posts)} == {202}


async def test_F68_a_dead_channel_does_not_hold_up_another(outbound: Outbound, teams: FakeTeams) -> None:
    teams.script(*[Reply(fault="silent")] * 32)
    dead = [asyncio.create_task(fault(outbound, teams.url)) for _ in range(32)]
    await teams.wait_for(32)
    assert (await post(outbound, teams.url, channel="healthy")).status == 202
    assert not any(each.done() for each in dead)
    await teams.stop()
    assert set(await asyncio.gather(*dead)) == {("reset", True)}


# ------------------------------------------------------------------ F65: no connection


async def test_F65_connection_refused(opened: Opener) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    assert await fault(opened(host), f"http://{host}/x?sig={CANARY}") == ("connect", False)


async def test_F65_a_name_that_does_not_exist(opened: Opener) -> None:
    assert await fault(opened(resolver=Names({})), f"https://gone.example/x?sig={CANARY}") == ("dns", False)


async def test_F65_a_name_server_that_does_not_answer(opened: Opener) -> None:
    names = Names({"slow.example": ["20.42.65.92"]}, delay=60)
    assert await fault(opened(resolver=names, connect=0.3), f"https://slow.example/x?sig={CANARY}") == (
        "timeout",
        False,
    )


async def test_F65_a_certificate_that_nobody_signed(opened: Opener, listen: Any, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    host = f"127.0.0.1:{await listen(context=context)}"
    assert await fault(opened(host), f"https://{host}/x?sig={CANARY}") == ("tls", False)


async def test_F65_a_server_that_only_speaks_old_tls(opened: Opener, listen: Any) -> None:
    alert = b"\x15\x03\x01\x00\x02\x02\x46"  # fatal: protocol_version
    host = f"127.0.0.1:{await listen(alert)}"
    assert await fault(opened(host), f"https://{host}/x?sig={CANARY}") == ("tls", False)


async def test_F65_a_server_that_does_not_speak_tls(opened: Opener, listen: Any) -> None:
    host = f"127.0.0.1:{await listen(b'HTTP/1.1 400 Bad Request' + bytes(2000))}"
    assert await fault(opened(host), f"https://{host}/x?sig={CANARY}") == ("tls", False)


async def test_F65_a_handshake_that_never_ends(opened: Opener, listen: Any) -> None:
    host = f"127.0.0.1:{await listen()}"
    assert await fault(opened(host, connect=0.5), f"https://{host}/x?sig={CANARY}") == ("timeout", False)


# ------------------------------------------------------------------ F66: no answer


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(fault="drip", delay=0.1), "timeout"),
        (Reply(fault="silent"), "timeout"),
        (Reply(delay=60), "timeout"),
        (Reply(fault="close"), "reset"),
        (Reply(fault="cut"), "reset"),
        (Reply(fault="reset"), "reset"),
        (Reply(fault="garbage"), "protocol"),
        (Reply(headers={"X-Long": "x" * 20_000}), "protocol"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.fault or "other",
)
async def test_F66_after_the_body_left_nobody_knows(
    reply: Reply, reason: str, outbound: Outbound, teams: FakeTeams
) -> None:
    teams.script(Reply(), reply)
    await post(outbound, teams.url)  # no time goes by for a connection
    outbound._total = 1.0 if reason == "timeout" else 60.0
    async with asyncio.timeout(30):  # it would drip for longer
        assert await fault(outbound, teams.url) == (reason, True)
    outbound._total = 60.0
    assert len(teams.posts) == 2  # and it is not sent again behind our back
    assert (await post(outbound, teams.url)).status == 202


async def test_F66_a_reset_behind_a_whole_answer_changes_nothing(outbound: Outbound, teams: FakeTeams) -> None:
    teams.script(Reply(fault="reset_after", body=b"ok"))
    assert (await post(outbound, teams.url)).status == 202
    await parted(outbound)
    assert (await post(outbound, teams.url)).status == 202


def test_F66_the_service_runs_on_uvloop_whose_errors_are_the_same() -> None:
    faults: dict[Any, tuple[str, bool]] = {
        "silent": ("timeout", True),
        "close": ("reset", True),
        "cut": ("reset", True),
        "reset": ("reset", True),
        "garbage": ("protocol", True),
    }

    async def meet() -> list[tuple[str, bool]]:
        async with FakeTeams() as teams:
            client = Outbound(frozenset([teams.host]), total=60.0, connect=60.0)
            await post(client, teams.url)
            teams.script(*(Reply(fault=kind) for kind in faults))
            client._total = 0.5
            found = [await fault(client, teams.url)]
            client._total = 60.0
            found += [await fault(client, teams.url) for _ in range(len(faults) - 1)]
            await teams.stop()
            found.append(await fault(client, teams.url))
            found.append(await fault(client, "https://127.0.0.1/x"))
            await client.close()
            return found

    assert uvloop.run(meet()) == [*faults.values(), ("connect", False), ("blocked_address", False)]


# ------------------------------------------------------------------ F67: too much of an answer


@pytest.mark.parametrize("kind", ["huge", "gzip_bomb"])
async def test_F67_of_a_huge_answer_16_KiB_are_read(kind: Any, outbound: Outbound, teams: FakeTeams) -> None:
    teams.script(Reply(400, fault=kind))
    answer = await post(outbound, teams.url)
    assert answer.status == 400
    assert len(answer.body) == MAX_ANSWER
    assert answer.body[:2] == (b"xx" if kind == "huge" else b"\x1f\x8b")  # as it came, nothing inflated


async def test_F67_exactly_16_KiB_are_whole(outbound: Outbound, teams: FakeTeams) -> None:
    teams.script(Reply(200, body=b"y" * MAX_ANSWER))
    assert (await post(outbound, teams.url)).body == b"y" * MAX_ANSWER


async def test_closed_it_leaves_no_connection(teams: FakeTeams) -> None:
    client = Outbound(frozenset([teams.host]))
    await post(client, teams.url)
    before = len(os.listdir("/proc/self/fd"))
    await client.close()
    await until(lambda: len(os.listdir("/proc/self/fd")) < before, "fewer connections")
