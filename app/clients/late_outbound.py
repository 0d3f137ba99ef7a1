"""`Outbound`, loaded after the start: readiness does not wait for an HTTP client and the certificates that it reads."""

import asyncio
from collections.abc import Coroutine, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from app.kernel.secrets import SecretUrl
from app.kernel.wire import Answer

if TYPE_CHECKING:
    from app.clients.outbound import Outbound


class LateOutbound:
    """Posts bodies to channels (`app.kernel.wire.Post`) by an `Outbound` that is opened when it is needed."""

    def __init__(self, allowed: frozenset[str] = frozenset()) -> None:
        self._allowed = allowed
        self._opening: asyncio.Task[Outbound] | None = None
        self._opened: Outbound | None = None

    def __call__(
        self, url: SecretUrl, body: bytes, headers: Mapping[str, str], *, channel: str
    ) -> Coroutine[Any, Any, Answer]:
        """See `Outbound`."""
        return (self._opened or self._first)(url, body, headers, channel=channel)

    async def open(self) -> "Outbound":
        """Load it, if it is not loaded yet; the first message does so, too."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
        return await asyncio.shield(self._opening)

    async def close(self) -> None:
        """Close all connections, if there are any."""
        if self._opening is not None:
            await asyncio.wait([self._opening])
        if self._opened is not None:
            await self._opened.close()

    async def _first(self, url: SecretUrl, body: bytes, headers: Mapping[str, str], *, channel: str) -> Answer:
        post = await self.open()
        return await post(url, body, headers, channel=channel)

    async def _open(self) -> "Outbound":
        try:
            module = await asyncio.to_thread(import_module, "app.clients.outbound")  # meanwhile the door takes webhooks
        except BaseException:
            self._opening = None  # the next message tries again
            raise
        self._opened = module.Outbound(self._allowed)
        return self._opened
