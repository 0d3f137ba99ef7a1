"""The server around the application's life: nothing listens before all is ready, and it drains after SIGTERM."""

import asyncio
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from socket import socket
from types import FrameType
from typing import Any

import uvicorn

from app.kernel import logs
from app.kernel.errors import ConfigError

log = logs.get("server")


class DrainingServer(uvicorn.Server):
    """uvicorn's server; `/readyz` fails at once, the listener closes `drain_seconds` later.

    `life` runs inside ours instead of through ASGI's lifespan messages (`lifespan="off"`), so that a fault at
    the start comes out as the error that it is, not as a traceback in the log.
    """

    def __init__(
        self,
        drain_seconds: float,
        draining: asyncio.Event,
        life: AbstractAsyncContextManager[Any],
        config: uvicorn.Config,
    ) -> None:
        super().__init__(config)
        self._drain_seconds, self._draining, self._life = drain_seconds, draining, life
        self._open = AsyncExitStack()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await self._open.enter_async_context(self._life)
        try:
            await super().startup(sockets)
        except SystemExit:  # uvicorn has logged why
            await self._open.aclose()
            raise ConfigError(f"cannot listen on {self.config.host}:{self.config.port}") from None
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        log.info("listening", action="start", url=f"http://{f'[{host}]' if ':' in host else host}:{port}")

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        await super().shutdown(sockets)
        await self._open.aclose()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._draining.is_set() or self._drain_seconds <= 0:  # a second signal means now
            self._draining.set()
            super().handle_exit(sig, frame)
            return
        self._draining.set()
        asyncio.get_running_loop().call_later(self._drain_seconds, super().handle_exit, sig, frame)
