"""Faults that are put into a process before it serves: it dies at exactly one place, or lets one thing fail.

It dies as kill -9 would let it: at once, nothing closed, nothing flushed.
"""

import os
from collections.abc import Mapping
from typing import Any, NoReturn

DIED = 9
POISON = "poison"


def die(*_: object, **__: object) -> NoReturn:
    os._exit(DIED)


def after_commit() -> None:
    """The receipts are durable, and nobody was told."""
    from app.ingest.committer import Committer

    Committer._settle = die  # type: ignore[method-assign,assignment]


def before_post() -> None:
    """Deliveries are claimed, and nothing was sent."""
    from app.clients.outbound import Outbound

    Outbound.__call__ = die  # type: ignore[method-assign,assignment]


def after_post() -> None:
    """The channel took the message, and the result is not recorded."""
    from app.clients.outbound import Outbound

    send = Outbound.__call__

    async def send_and_die(self: Outbound, *args: Any, **more: Any) -> NoReturn:
        await send(self, *args, **more)
        die()

    Outbound.__call__ = send_and_die  # type: ignore[method-assign]


def poison() -> None:
    """A room whose code does not survive one message."""
    from app.sources import bitbucket

    def wrap(read: Any) -> Any:
        def reader(key: str, body: Mapping[str, Any]) -> Any:
            return die() if POISON in str(body) else read(key, body)

        return reader

    bitbucket.READERS |= {key: wrap(read) for key, read in bitbucket.READERS.items()}


def telltale() -> None:
    """A channel and an endpoint that quote, in what they raise, whatever they know."""
    from app.clients.outbound import Outbound
    from app.store import receipts

    send = Outbound.__call__

    async def quote(self: Outbound, url: Any, *args: Any, **more: Any) -> Any:
        if more["channel"] == "raising":
            raise RuntimeError(f"cannot post to {url.reveal()} with {args!r}")
        return await send(self, url, *args, **more)

    def listing(*args: Any, **more: Any) -> NoReturn:
        raise RuntimeError(f"cannot list {more!r} of {dict(os.environ)}")

    Outbound.__call__ = quote  # type: ignore[method-assign]
    receipts.listing = listing


FAULTS = {each.__name__: each for each in (after_commit, before_post, after_post, poison, telltale)}
