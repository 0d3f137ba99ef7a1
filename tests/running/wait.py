"""Waiting for what must come: by looking again and again, with a limit that a busy machine can keep."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 90.0


async def until(look: Callable[[], Awaitable[T] | T], what: str, patience: float = PATIENCE, every: float = 0.02) -> T:
    """The first answer of `look` that counts as true. Raises AssertionError that says what did not come."""
    last: object = None
    try:
        async with asyncio.timeout(patience):
            while True:
                found = look()
                last = await found if inspect.isawaitable(found) else found
                if last:
                    return last  # type: ignore[return-value]
                await asyncio.sleep(every)
    except TimeoutError:
        raise AssertionError(f"{what} did not come within {patience:.0f} s; last seen: {last!r}") from None
