"""The server that drains: after SIGTERM it goes on accepting for a while, so that load balancers notice first."""

import asyncio
from types import FrameType

import uvicorn


class DrainingServer(uvicorn.Server):
    """uvicorn's server; `/readyz` fails at once, the listener closes `drain_seconds` later."""

    def __init__(self, drain_seconds: float, draining: asyncio.Event, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._drain_seconds, self._draining = drain_seconds, draining

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._draining.is_set() or self._drain_seconds <= 0:  # a second signal means now
            self._draining.set()
            super().handle_exit(sig, frame)
            return
        self._draining.set()
        asyncio.get_running_loop().call_later(self._drain_seconds, super().handle_exit, sig, frame)
