"""Questions that are asked at a time."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from app.kernel.together import all_of, together

Ask = Callable[..., Coroutine[Any, Any, Any]]


async def answer(value: int) -> int:
    await asyncio.sleep(0)
    return value


async def test_answers_come_in_the_order_of_the_questions() -> None:
    assert await all_of(answer(each) for each in (3, 1, 2)) == [3, 1, 2]
    assert await all_of([]) == []
    assert await together(answer(1), answer(2)) == (1, 2)


@pytest.mark.parametrize("ask", [together, lambda *asked: all_of(asked)])
async def test_a_fault_is_raised_as_it_is_and_the_others_are_not_waited_for(ask: Ask) -> None:
    ended = []

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def fails() -> None:
        await asyncio.sleep(0)
        raise KeyError("a fault")

    with pytest.raises(KeyError, match="a fault"):
        async with asyncio.timeout(60):
            await ask(hangs(), fails())
    assert ended == ["cancelled"]
