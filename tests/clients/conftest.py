import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.clients.api import Api, Limits
from app.clients.auth import Bearer
from app.clients.outbound import Outbound
from app.kernel.secrets import Secret
from tests.clients.upstream import Upstream
from tests.fake_teams import FakeTeams

Opener = Callable[..., Outbound]
Asker = Callable[..., Api]

TOKEN = "token-CANARY-4711-of-the-collector"
QUICK = Limits(
    connect=30, read=30, deadline=60, first_wait=0.001, longest_wait=0.01, first_pause=0.01, longest_pause=0.05
)
"""Quick to ask again, and patient with what is there: a busy machine may stand still for a second."""


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with FakeTeams() as server:
        yield server


@pytest.fixture
async def outbound(teams: FakeTeams) -> AsyncIterator[Outbound]:
    """Allowed to reach the fake server, and patient."""
    client = Outbound(frozenset([teams.host]), total=60.0, connect=60.0)
    yield client
    await client.close()


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    """Opens clients that are closed at the end; patient ones, if nothing else is said."""
    async with AsyncExitStack() as stack:

        def make(*allowed: str, **options: object) -> Outbound:
            client = Outbound(frozenset(allowed), **{"total": 60.0, "connect": 60.0, **options})
            stack.push_async_callback(client.close)
            return client

        yield make


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate that nobody has signed, in one file."""
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=localhost"
    subprocess.run(
        [*command.split(), "-keyout", path, "-out", path.with_suffix(".crt")], check=True, capture_output=True
    )
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
async def listen() -> AsyncIterator[Callable[..., Awaitable[int]]]:
    """Starts a server on 127.0.0.1 that accepts and then says `greeting`, or nothing at all; gives its port."""
    async with AsyncExitStack() as stack:

        async def start(greeting: bytes = b"", context: ssl.SSLContext | None = None) -> int:
            async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await (reader.read(4096) if greeting else asyncio.sleep(30))
                writer.write(greeting)
                writer.close()

            server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=context)
            stack.callback(server.close)
            return int(server.sockets[0].getsockname()[1])

        yield start


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with Upstream() as server:
        yield server


@pytest.fixture
async def api(upstream: Upstream, asker: Asker) -> Api:
    """Asks the small server, with a token and little patience."""
    return asker(upstream.url)


@pytest.fixture
async def asker() -> AsyncIterator[Asker]:
    """Makes clients that are closed at the end."""
    async with AsyncExitStack() as stack:

        def make(url: str, **options: object) -> Api:
            options = {"auth": Bearer(Secret(TOKEN)), "limits": QUICK, **options}
            client = Api("acme", url, **options)  # type: ignore[arg-type]
            stack.push_async_callback(client.close)
            return client

        yield make
