"""`Outbound`, loaded with the first message: no start waits for its HTTP client and the certificates that it reads."""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from app.kernel.secrets import SecretUrl
from app.kernel.wire import Answer

if TYPE_CHECKING:
    from app.clients.outbound import Outbound


class LateOutbound:
    """Posts bodies to channels (`app.kernel.wire.Post`) by an `Outbound` that is opened when it is needed."""

    def __init__(self, allowed: frozenset[str] = frozenset()) -> None:
        self._allowed = allowed
        self._opened: asyncio.Task[Outbound] | None = None

    async def __call__(self, url: SecretUrl, body: bytes, headers: Mapping[str, str], *, channel: str) -> Answer:
        """See `Outbound`."""
        if self._opened is None:
            self._opened = asyncio.create_task(self._open())
        post = self._opened.result() if self._opened.done() else await asyncio.shield(self._opened)
        return await post(url, body, headers, channel=channel)

    async def close(self) -> None:
        """Close all connections, if there are any."""
        if self._opened is not None:
            await (await self._opened).close()

    async def _open(self) -> "Outbound":
        module = await asyncio.to_thread(import_module, "app.clients.outbound")  # meanwhile the door takes webhooks
        opened: Outbound = module.Outbound(self._allowed)
        return opened
