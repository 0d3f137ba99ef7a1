"""The exporter: keeps what the store says ready for the scrape, and writes the exposition."""

import asyncio
from collections.abc import Iterator, Mapping

from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder

from app import telemetry
from app.exporter.lasting import lasting
from app.kernel import logs
from app.kernel.errors import StoreUnavailable
from app.store import Database, counters

log = logs.get("exporter")


class Exposition:
    """Everything that a scrape is told, as prometheus_client's encoders ask for it."""

    def __init__(self, counted: Mapping[tuple[str, tuple[str, ...]], int]) -> None:
        self._counted = counted

    def collect(self) -> Iterator[Metric]:
        yield from telemetry.REGISTRY.collect()
        yield from lasting(self._counted)


class Exporter:
    """One for each process. What comes from the store is the same on all replicas."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: Mapping[tuple[str, tuple[str, ...]], int] = {}

    async def scrape(self, accept: str) -> tuple[bytes, str]:
        """The exposition in the format that is asked for, and its content type. Without the store: as it was last."""
        try:
            self._counted = await self._database.read(counters.values)
        except StoreUnavailable as error:
            log.warning("store unavailable", action="scrape", reason=str(error))
        encode, content_type = choose_encoder(accept)
        # In a thread: fifty thousand series take half a second, and webhooks must not wait for it.
        return await asyncio.to_thread(encode, Exposition(self._counted)), content_type
