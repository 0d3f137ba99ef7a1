"""Questions that are asked at a time: if one of them fails, the others are not waited for."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def together(one: Coroutine[Any, Any, A], other: Coroutine[Any, Any, B]) -> tuple[A, B]:
    """What both come to. Raises the first fault."""
    async with _group() as group:
        first, second = group.create_task(one), group.create_task(other)
    return first.result(), second.result()


async def all_of(asked: Iterable[Coroutine[Any, Any, A]]) -> list[A]:
    """What all of them come to, in their order. Raises the first fault."""
    async with _group() as group:
        tasks = [group.create_task(each) for each in asked]
    return [task.result() for task in tasks]


async def nothing() -> None:
    """A question that need not be asked."""


@asynccontextmanager
async def _group() -> AsyncIterator[asyncio.TaskGroup]:
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except ExceptionGroup as faults:  # who asks looks for the fault itself: an ApiFault, say
        raise faults.exceptions[0] from None
