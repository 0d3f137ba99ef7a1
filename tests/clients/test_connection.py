"""What servers do to a connection: each answers the posts of one connection by a script of bytes."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import uvloop

from app.clients import connection as connections
from app.clients.connection import MAX_ANSWER
from app.clients.outbound import Outbound
from app.kernel.secrets import SecretUrl
from app.kernel.wire import WireFault
from tests.clients.conftest import Opener
from tests.clients.names import Names
from tests.clients.posting import fault, parted, post
from tests.running.wait import until

OK = b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CLOSE = b"close"
Server = Callable[..., Awaitable[str]]


class Script:
    """Answers to every request the next of `answers`, piece by piece; CLOSE ends the connection."""

    def __init__(self, *answers: list[bytes]) -> None:
        self._answers = list(answers)
        self.connections = 0
        self.heads: list[bytes] = []

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.heads.append(head)
                await reader.readexactly(18)  # the body of every post here
                for piece in self._answers.pop(0) if self._answers else [OK]:
                    if piece == CLOSE:
                        return
                    writer.write(piece)
                    await asyncio.sleep(0.01)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def serve() -> AsyncIterator[Server]:
    """Starts a server for a script; gives its host and port."""
    async with AsyncExitStack() as stack:

        async def start(script: Script, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> str:
            server = await asyncio.start_server(script.meet, host, 0, ssl=context)
            stack.callback(server.close)
            return f"{f'[{host}]' if ':' in host else host}:{server.sockets[0].getsockname()[1]}"

        yield start


@pytest.mark.parametrize(
    ("pieces", "status", "body", "spoilt"),
    [
        ([CHUNKED, b"2\r\nab\r\n1\r\nc\r\n0\r\nX-After: 1\r\n\r\n"], 200, b"abc", False),
        ([b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n", OK], 202, b"ok", False),
        ([OK[:5], OK[5:20], OK[20:-1], OK[-1:]], 202, b"ok", False),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], 204, b"", False),
        ([b"HTTP/1.1 200 OK\r\n\r\nall of it", CLOSE], 200, b"all of it", True),
        ([b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", CLOSE], 200, b"ok", True),
        ([b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nwhatever"], 101, b"", True),
        ([b"HTTP/1.1 202 A\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"], 202, b"ok", True),
        ([OK + b"not HTTP"], 202, b"ok", True),
        ([OK, b"HTTP/1.1 500 nobody asked\r\n"], 202, b"ok", True),
    ],
    ids=["chunked", "interim", "in pieces", "no body", "until the end", "1.0", "101", "close", "more", "unasked"],
)  # fmt: skip
async def test_an_answer_and_what_comes_after_it(
    pieces: list[bytes], status: int, body: bytes, spoilt: bool, serve: Server, opened: Opener
) -> None:
    script = Script(pieces)
    host = await serve(script)
    client = opened(host)
    answer = await post(client, f"http://{host}/x")
    assert (answer.status, answer.body) == (status, body)
    assert not {"link", "x-after"} & answer.headers.keys()
    if spoilt:
        await parted(client)
    assert (await post(client, f"http://{host}/x")).body == b"ok"
    assert script.connections == 1 + spoilt


@pytest.mark.parametrize(
    ("pieces", "reason"),
    [
        ([CHUNKED + b"2\r\nab\r\n", CLOSE], "reset"),
        ([CHUNKED + b"zz\r\n"], "protocol"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nok"], "protocol"),
        ([b"HTTP/1.1 200 OK\r\nX: y", CLOSE], "reset"),
        ([b"HTTP/1.1 200 OK\r\nX-Endless: "] + [b"x" * 9000] * 3, "protocol"),
        ([b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 9000 + b"\r\n"], "protocol"),
    ],
    ids=["chunks cut", "no chunk", "two lengths", "head cut", "endless header", "many headers"],
)
async def test_F66_an_answer_that_is_none(pieces: list[bytes], reason: str, serve: Server, opened: Opener) -> None:
    host = await serve(Script(pieces))
    client = opened(host)
    assert await fault(client, f"http://{host}/x") == (reason, True)
    assert (await post(client, f"http://{host}/x")).status == 202


async def test_a_connection_that_was_closed_meanwhile_is_not_used(serve: Server, opened: Opener) -> None:
    script = Script([OK, CLOSE])
    host = await serve(script)
    client = opened(host)
    assert (await post(client, f"http://{host}/x")).status == 202
    await parted(client)
    assert (await post(client, f"http://{host}/x")).status == 202
    assert script.connections == 2


async def test_a_connection_that_is_closed_as_the_message_leaves_leaves_doubt(serve: Server, opened: Opener) -> None:
    script = Script([OK], [CLOSE])
    host = await serve(script)
    client = opened(host)
    await post(client, f"http://{host}/x")
    assert await fault(client, f"http://{host}/x") == ("reset", True)
    assert script.connections == 1  # and it was not sent again behind our back


async def test_an_idle_connection_is_not_kept_for_ever(
    serve: Server, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script()
    host = await serve(script)
    client = opened(host)
    await post(client, f"http://{host}/x")
    monkeypatch.setattr(connections, "KEEP_ALIVE", 0.05)
    await post(client, f"http://{host}/x")
    assert script.connections == 1
    await parted(client)
    await post(client, f"http://{host}/x")
    assert script.connections == 2


async def test_a_message_that_is_given_up_takes_its_connection_along(serve: Server, opened: Opener) -> None:
    script = Script([b"HTTP/1.1 202 late"])
    host = await serve(script)
    client = opened(host)
    given_up = asyncio.create_task(post(client, f"http://{host}/x"))
    await until(lambda: script.heads, "the message")
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert (await post(client, f"http://{host}/x")).body == b"ok"
    assert script.connections == 2


async def test_a_header_cannot_end_early(serve: Server, opened: Opener) -> None:
    script = Script()
    host = await serve(script)
    for headers in ({"X": "1\r\nY: 2"}, {"X\n": "1"}, {"X": "1\0"}):
        with pytest.raises(WireFault) as caught:
            await post(opened(host), f"http://{host}/x", headers)
        assert (caught.value.reason, caught.value.sent) == ("protocol", False)
    assert script.connections == 0


async def test_a_header_of_ours_may_be_replaced(serve: Server, opened: Opener) -> None:
    script = Script()
    host = await serve(script)
    await post(opened(host), f"http://{host}/x?y=%2F", {"User-Agent": "theirs"})
    assert script.heads == [
        f"POST /x?y=%2F HTTP/1.1\r\nHost: {host}\r\nUser-Agent: theirs\r\nAccept: */*\r\n"
        "Accept-Encoding: identity\r\nContent-Length: 18\r\n\r\n".encode()
    ]


async def test_it_speaks_to_an_address_of_six(serve: Server, opened: Opener) -> None:
    script = Script()
    host = await serve(script, host="::1")
    assert (await post(opened(host), f"http://{host}/x")).status == 202
    assert f"\r\nHost: {host}\r\n".encode() in script.heads[0]


async def test_a_name_is_looked_up_once_for_all_that_wait(serve: Server, opened: Opener) -> None:
    host = (await serve(Script())).replace("127.0.0.1", "chat.example")
    names = Names({"chat.example": ["127.0.0.1"]}, delay=0.05)
    client = opened(host, resolver=names)
    given_up = asyncio.create_task(post(client, f"http://{host}/x"))
    waiting = [asyncio.create_task(post(client, f"http://{host}/x")) for _ in range(4)]
    await asyncio.sleep(0.01)
    given_up.cancel()
    assert {answer.status for answer in await asyncio.gather(*waiting)} == {202}
    assert names.asked == ["chat.example"]


async def test_a_name_that_was_not_found_is_looked_up_again(serve: Server, opened: Opener) -> None:
    host = (await serve(Script())).replace("127.0.0.1", "chat.example")
    book: dict[str, list[str]] = {}
    client = opened(host, resolver=Names(book))
    assert await fault(client, f"http://{host}/x") == ("dns", False)
    book["chat.example"] = ["127.0.0.1"]
    assert (await post(client, f"http://{host}/x")).status == 202


async def test_a_name_that_no_name_server_can_be_asked_for(opened: Opener) -> None:
    assert await fault(opened(), f"https://{'a' * 64}.example/x") == ("dns", False)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and the certificate of chat.example in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=x"
    command += " -addext subjectAltName=DNS:chat.example"
    files = ["-keyout", str(path), "-out", str(path.with_suffix(".crt"))]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


def test_tls_is_for_the_name_that_was_asked_for(trusted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the loop of the service, whose TLS is its own."""
    mine = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mine.load_cert_chain(trusted)
    monkeypatch.setattr("app.clients.dial._TLS", ssl.create_default_context(cafile=str(trusted.with_suffix(".crt"))))

    async def meet() -> None:
        script = Script([OK], [b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + b"x" * 99999])
        server = await asyncio.start_server(script.meet, "127.0.0.1", 0, ssl=mine)
        port = server.sockets[0].getsockname()[1]
        hosts = frozenset({f"chat.example:{port}", f"other.example:{port}"})
        names = Names({"chat.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
        client = Outbound(hosts, resolver=names, total=60.0, connect=60.0)
        assert (await post(client, f"https://chat.example:{port}/x")).body == b"ok"
        assert len((await post(client, f"https://chat.example:{port}/x")).body) == MAX_ANSWER
        assert script.connections == 1
        assert (await post(client, f"https://chat.example:{port}/x")).body == b"ok"
        assert script.connections == 2
        assert await fault(client, f"https://other.example:{port}/x") == ("tls", False)
        await client.close()
        server.close()

    uvloop.run(meet())


async def test_closed_it_ends_what_is_on_its_way(serve: Server) -> None:
    script = Script([b"HTTP/1.1 202 late"])
    host = await serve(script)
    client = Outbound(frozenset([host]))
    waiting = asyncio.create_task(client(SecretUrl(f"http://{host}/x"), b"x" * 18, {}, channel="security"))
    await until(lambda: script.heads, "the message")
    await client.close()
    with pytest.raises(WireFault, match="reset"):
        await waiting
