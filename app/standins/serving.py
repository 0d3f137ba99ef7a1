"""Stand-ins on a port: a real server, in this process."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from app.standins.standins import Standins

_GRACE_SECONDS = 1  # who hangs for ever is not waited for


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket on that port, or on any free one for 0. Raises OSError when it is taken."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    return sock


class StandinServer(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


def server_of(standins: Standins) -> StandinServer:
    """A server without a word in any log."""
    config = uvicorn.Config(
        standins.app,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return StandinServer(config)


def url_of(sock: socket.socket) -> str:
    """Where it can be asked."""
    host, port = sock.getsockname()[:2]
    return f"http://{host}:{port}"


@asynccontextmanager
async def serving(standins: Standins, port: int = 0) -> AsyncIterator[str]:
    """Runs beside what the caller does; gives the address, such as `http://127.0.0.1:40123`."""
    server = server_of(standins)
    with listen(port) as sock:
        running = asyncio.create_task(server.serve([sock]))
        await server.up.wait()
        try:
            yield url_of(sock)
        finally:
            server.should_exit = True
            await running
