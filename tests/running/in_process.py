"""The whole service inside the test: the real app, server, protocol and store, on a free port."""

import asyncio
import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from app.api.parts import Parts
from app.cli.serve import server_of
from app.config.settings import read_settings
from app.kernel.clock import SECOND, system_clock
from app.main import create_app, prepare
from tests.running.client import Client, Metrics, since
from tests.running.wait import until


class Ahead:
    """The machine's clock, put forward by `us`."""

    def __init__(self) -> None:
        self.us = 0

    def __call__(self) -> int:
        return system_clock() + self.us


class Service(Client):
    """A service in this process. Its counters are the process's: look at what was `counted` since its start."""

    def __init__(self, port: int, parts: Parts, rules: Path, url: str, ahead: "Ahead") -> None:
        super().__init__(port)
        self.parts, self.rules, self.database_url, self._ahead = parts, rules, url, ahead
        self._before: Metrics = {}

    def pass_time(self, seconds: float) -> None:
        """Put the service's clock forward: what waits for its time need not be waited for."""
        self._ahead.us += int(seconds * SECOND)

    async def remember(self) -> None:
        self._before = await self.metrics()

    async def counted(self) -> Metrics:
        """What was counted since the start; gauges too, so do not ask for those."""
        return since(self._before, await self.metrics())


@asynccontextmanager
async def running(environ: Mapping[str, str]) -> AsyncIterator[Service]:
    """Start a service with this environment, and end it as SIGTERM would."""
    environ = {"SHIPBELL_PORT": "0", "SHIPBELL_DISK_RESERVE_BYTES": "0", **environ}
    settings = read_settings(environ)
    ahead = Ahead()
    app = create_app(prepare(settings, environ, clock=ahead, write=lambda _: None))
    server = server_of(app, settings)
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started or task.done(), "the start of the service")
        assert server.started, "the service did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        service = Service(port, app.parts, settings.rules_dir, settings.database_url, ahead)
        await service.remember()
        yield service
        await service.close()
    finally:
        server.should_exit = True
        await task
        gc.unfreeze()  # main froze what lives as long as a service does: here that is shorter than the process
