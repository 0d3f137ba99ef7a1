"""The consumer of a queue, over a socket: nothing is lost, nothing counted twice, whatever fails or dies."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app import telemetry
from app.clients.faults import ApiFault, Kind
from app.clients.sqs import Message, Queue, open_queue
from app.ingest import consumer as consuming
from app.ingest.committer import Committer
from app.ingest.consumer import Consumer
from app.kernel.errors import StoreUnavailable
from app.sources.eventbridge import SOURCE
from app.store import Database
from tests.running.wait import until
from tests.tools.sqs import Sqs, counted, events


@pytest.fixture
def database_url(tmp_path: Path, sqlite_schema: Path) -> str:
    (tmp_path / "shipbell.db").write_bytes(sqlite_schema.read_bytes())
    return f"sqlite:///{tmp_path / 'shipbell.db'}"


@pytest.fixture
def committer(database: Database) -> Committer:
    return Committer(database, lambda: None)


def over(url: str, committer: Committer, kind: type[Queue] = Queue) -> Consumer:
    """A consumer of a queue that may be of a kind with faults."""

    @asynccontextmanager
    async def opened() -> Any:
        async with open_queue(url) as real_queue:
            real_queue.__class__ = kind
            yield real_queue

    made: partial[AbstractAsyncContextManager[Queue]] = partial(opened)
    return Consumer(made, SOURCE, committer, lambda: 0)


async def test_each_message_is_stored_once_and_deleted(
    sqs: Sqs, queue: str, database: Database, committer: Committer
) -> None:
    sqs.send(queue, [*events(23), *events(4), "no JSON"])
    consumer = over(queue, committer)
    await consumer.run(until_empty=True)
    assert await counted(database) == (24, 4)
    assert sqs.left(queue) == (0, 0)
    assert consumer.taken == {"stored": 24, "duplicate": 4, "released": 0, "not_deleted": 0}


async def test_nothing_is_deleted_before_it_is_durable(
    sqs: Sqs, queue: str, database: Database, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs.send(queue, events(10))
    real_write, seen = database.write, []

    async def away(work: Any) -> Any:
        seen.append(sqs.left(queue))
        if len(seen) < 4:
            raise StoreUnavailable("away")
        return await real_write(work)

    monkeypatch.setattr(database, "write", away)
    consumer = over(queue, committer)
    await consumer.run(until_empty=True)
    assert seen == [(0, 10)] * 4, "held while the store is away, neither deleted nor given out again"
    assert await counted(database) == (10, 0)
    assert sqs.left(queue) == (0, 0)


async def test_what_is_in_hand_stays_ours_however_long_it_takes(
    sqs: Sqs, queue: str, database: Database, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consuming, "HOLD_EVERY", 0.05)
    sqs.send(queue, events(3))
    held: list[tuple[int, int]] = []

    class Watched(Queue):
        async def hold(self, messages: Sequence[Message], seconds: int) -> list[Message]:
            held.append((len(messages), seconds))
            return await super().hold(messages, seconds)

    real_write = database.write

    async def slow(work: Any) -> Any:
        await until(lambda: len(held) >= 2, "the extension")
        return await real_write(work)

    monkeypatch.setattr(database, "write", slow)
    await over(queue, committer, Watched).run(until_empty=True)
    assert held[:2] == [(3, 60), (3, 60)]
    assert await counted(database) == (3, 0)


async def test_a_value_that_nobody_can_store_is_given_back_and_its_neighbours_are_not(
    sqs: Sqs, queue: str, database: Database, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sqs.send(queue, [*events(3), "refused"])
    given_back: list[int] = []

    class Watched(Queue):
        async def hold(self, messages: Sequence[Message], seconds: int) -> list[Message]:
            given_back.append(seconds)
            return await super().hold(messages, seconds)

    real_submit = committer.submit

    def submit(receipt: Any) -> Any:
        if receipt.body != b"refused":
            return real_submit(receipt)
        future = asyncio.get_running_loop().create_future()
        future.set_exception(StoreUnavailable("a value that the database refuses"))
        return future

    monkeypatch.setattr(committer, "submit", submit)
    consumer = over(queue, committer, Watched)
    await consumer.run(until_empty=True)
    assert given_back == [60], "30 s, doubled for the first time that it was given out"
    assert (await counted(database), sqs.left(queue), consumer.taken["released"]) == ((3, 0), (0, 1), 1)


async def test_deletes_that_fail_in_part_or_whole_are_tried_again(
    sqs: Sqs, queue: str, database: Database, committer: Committer
) -> None:
    sqs.send(queue, events(10))
    tries: list[int] = []

    class Failing(Queue):
        async def delete(self, messages: Sequence[Message]) -> list[Message]:
            tries.append(len(messages))
            if len(tries) == 1:
                raise ApiFault("unreachable", "sqs", "gone")
            gone = messages if len(tries) > 2 else messages[:6]
            return [*await super().delete(gone), *messages[len(gone) :]]

    await over(queue, committer, Failing).run(until_empty=True)
    assert tries == [10, 10, 4]
    assert (await counted(database), sqs.left(queue)) == ((10, 0), (0, 0))


async def test_what_cannot_be_deleted_comes_again_as_a_repeat(
    sqs: Sqs, queue: str, database: Database, committer: Committer
) -> None:
    sqs.send(queue, events(5))

    class Never(Queue):
        async def delete(self, messages: Sequence[Message]) -> list[Message]:
            return list(messages)

    first = over(queue, committer, Never)
    await first.run(until_empty=True)
    assert (first.taken["not_deleted"], sqs.left(queue)) == (5, (0, 5))
    sqs.times_out(queue)
    await over(queue, committer).run(until_empty=True)
    assert (await counted(database), sqs.left(queue)) == ((5, 5), (0, 0))


async def test_a_queue_that_is_away_is_waited_for(
    sqs: Sqs, queue: str, database: Database, committer: Committer
) -> None:
    sqs.send(queue, events(2))
    asked: list[None] = []

    class Away(Queue):
        async def receive(self, wait_seconds: int = 20) -> list[Message]:
            asked.append(None)
            if len(asked) <= 3:
                raise ApiFault("unreachable", "sqs", "gone")
            return await super().receive(wait_seconds)

    await over(queue, committer, Away).run(until_empty=True)
    assert (len(asked), await counted(database)) == (5, (2, 0))


@pytest.mark.parametrize(("kind", "asked"), [("not_found", 1), ("auth_error", 1), ("unreachable", 7)])
async def test_who_wants_an_end_is_told_that_the_queue_cannot_be_asked(
    sqs: Sqs, queue: str, committer: Committer, monkeypatch: pytest.MonkeyPatch, kind: Kind, asked: int
) -> None:
    monkeypatch.setattr(consuming, "PAUSES", (0.0,) * 6)
    questions: list[None] = []

    class Shut(Queue):
        async def receive(self, wait_seconds: int = 20) -> list[Message]:
            questions.append(None)
            raise ApiFault(kind, "sqs", "no")

    with pytest.raises(ApiFault, match=kind):
        await over(queue, committer, Shut).run(until_empty=True)
    assert len(questions) == asked


async def test_a_full_disk_asks_for_nothing(sqs: Sqs, queue: str, database: Database, committer: Committer) -> None:
    sqs.send(queue, events(1))
    full = ["disk_full"] * 3
    consumer = Consumer(lambda: open_queue(queue), SOURCE, committer, lambda: 0, lambda: full and full.pop())
    await consumer.run(until_empty=True)
    assert (full, await counted(database)) == ([], (1, 0))


async def test_it_ends_in_order_and_gives_back_what_it_could_not_store(
    sqs: Sqs, queue: str, database: Database, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer = over(queue, committer)
    task = asyncio.create_task(consumer.run())
    await asyncio.sleep(0.3)
    await consumer.drain()
    assert task.done(), "a long poll is not waited for"
    queue = sqs.queue()  # that poll still waits over there, and would be given what comes

    async def away(work: Any) -> Any:
        raise StoreUnavailable("away")

    monkeypatch.setattr(database, "write", away)
    sqs.send(queue, events(4))
    consumer = over(queue, committer)
    task = asyncio.create_task(consumer.run())
    await until(lambda: telemetry.REGISTRY.get_sample_value("queue_messages_in_hand") == 4, "the messages in hand")
    await consumer.drain()
    assert (task.done(), sqs.left(queue)) == (True, (4, 0))


@pytest.mark.parametrize(("url", "kind"), [("{}/nobody", "not_found"), ("http://127.0.0.1:1/1/q", "unreachable")])
async def test_a_queue_that_is_not_there_is_a_fault(queue: str, url: str, kind: str) -> None:
    async with open_queue(url.format(queue.rpartition("/")[0])) as opened:
        with pytest.raises(ApiFault) as caught:
            await opened.receive(0)
    assert caught.value.kind == kind
