"""Two questions at a time: if one of them fails, the other is not waited for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def together(one: Coroutine[Any, Any, A], other: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """What both come to. Raises the first fault."""
    try:
        async with asyncio.TaskGroup() as group:
            first, second = group.create_task(one), group.create_task(other)
    except ExceptionGroup as faults:
        raise faults.exceptions[0] from None
    return first.result(), second.result()


async def nothing() -> None:
    """A question that need not be asked."""
