"""The door for what the service itself found: no signature, the same receipts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import orjson

from app.events.reports import QUIET
from app.ingest.committer import Committer
from app.ingest.door import new_receipt
from app.kernel.clock import Clock
from app.sources import Source


class Found(Protocol):
    """What goes in: a message of a source, quiet if one of its headers says so."""

    @property
    def source(self) -> str: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...


def inside_door(
    sources: Mapping[str, Source], committer: Committer, clock: Clock
) -> Callable[[Found], Awaitable[None]]:
    """Makes a receipt of what is given; done when it is durable. Raises StoreUnavailable and Overloaded."""

    async def take(found: Found) -> None:
        receipt = new_receipt(sources[found.source], found.headers, found.body, -1, clock())
        if QUIET in found.headers:  # nobody outside can say so: the door keeps no such header
            kept = {**orjson.loads(receipt.headers), QUIET: "1"}
            receipt = receipt._replace(headers=orjson.dumps(kept).decode())
        await committer.submit(receipt)

    return take
