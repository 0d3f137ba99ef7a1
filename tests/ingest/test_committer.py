"""Group commit: who waits together is stored together, counted once, and never left hanging."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from app import telemetry
from app.ingest.committer import Committer
from app.kernel.errors import Overloaded, StoreUnavailable, ValueRefused
from app.store import Database, counters
from app.store.receipts import NewReceipt
from tests.api.rows import hex_id


def receipt(number: int, *, key: str | None = None, body: bytes = b"{}", sha: str = "0") -> NewReceipt:
    return NewReceipt(hex_id(number), "bitbucket", key or f"key-{number}", number, "{}", body, sha * 32, 0)


async def counted(database: Database) -> tuple[int, ...]:
    """Received, duplicates, conflicts."""
    values = await database.read(counters.values)
    metrics = (telemetry.RECEIVED, telemetry.DUPLICATE, telemetry.DEDUPE_CONFLICTS)
    return tuple(values.get((metric.name, ("bitbucket",)), 0) for metric in metrics)


@pytest.fixture
def woken() -> list[int]:
    return []


@pytest.fixture
def committer(database: Database, woken: list[int]) -> Committer:
    return Committer(database, lambda: woken.append(1))


async def test_all_that_wait_are_stored_and_counted_once(
    database: Database, committer: Committer, woken: list[int]
) -> None:
    futures = [committer.submit(receipt(number)) for number in range(1, 300)]
    accepted = await asyncio.gather(*futures)
    assert [each.receipt for each in accepted] == [hex_id(number) for number in range(1, 300)]
    assert await counted(database) == (299, 0, 0)
    assert 1 <= len(woken) < 299  # commits were shared


async def test_F25_the_same_key_many_times_at_once_is_one_receipt(database: Database, committer: Committer) -> None:
    accepted = await asyncio.gather(*(committer.submit(receipt(number, key="same")) for number in range(1, 101)))
    assert sum(not each.duplicate for each in accepted) == 1
    assert len({each.receipt for each in accepted}) == 1
    assert await counted(database) == (1, 99, 0)


async def test_F26_another_body_under_a_known_key_is_a_conflict(
    database: Database, committer: Committer, woken: list[int]
) -> None:
    await committer.submit(receipt(1, key="same"))
    woken.clear()
    again = await committer.submit(receipt(2, key="same", sha="1"))
    assert (again.duplicate, again.conflict, again.receipt) == (True, True, hex_id(1))
    assert (await counted(database), woken) == ((1, 1, 1), [])  # nothing new: nobody is woken


async def test_a_caller_that_has_gone_is_stored_counted_and_processed(
    database: Database, committer: Committer, woken: list[int]
) -> None:
    future = committer.submit(receipt(1))
    future.cancel()
    await committer.flush()
    assert (await counted(database), woken) == ((1, 0, 0), [1])
    assert (await committer.submit(receipt(2, key="key-1"))).duplicate


async def test_too_many_or_too_large_is_refused_at_once_and_leaves_the_others_alone(database: Database) -> None:
    few = Committer(database, lambda: None, max_waiting=2)
    waiting = [few.submit(receipt(1)), few.submit(receipt(2))]
    with pytest.raises(Overloaded):
        few.submit(receipt(3))
    assert len(await asyncio.gather(*waiting)) == 2
    small = Committer(database, lambda: None, max_bytes=10)
    with pytest.raises(Overloaded):
        small.submit(receipt(4, body=b"x" * 11))
    assert (await small.submit(receipt(5, body=b"x" * 10))).receipt == hex_id(5)  # F27: there is room again


Write = Callable[[Any], Any]


@pytest.mark.parametrize("error", [StoreUnavailable("full"), RuntimeError("a defect"), ValueRefused("22021")])
async def test_whatever_goes_wrong_the_callers_are_told_503_and_nothing_is_counted(
    database: Database, committer: Committer, monkeypatch: pytest.MonkeyPatch, error: Exception, woken: list[int]
) -> None:
    async def fail(work: Write) -> None:
        raise error

    monkeypatch.setattr(database, "write", fail)
    futures = [committer.submit(receipt(number)) for number in (1, 2)]
    for result in await asyncio.gather(*futures, return_exceptions=True):
        assert isinstance(result, StoreUnavailable)
    monkeypatch.undo()
    assert (await counted(database), woken) == ((0, 0, 0), [])
    assert not (await committer.submit(receipt(1))).duplicate  # F27: the same again is taken


async def test_a_value_that_is_refused_fails_alone(
    database: Database, committer: Committer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = database.write

    async def picky(work: Write) -> Any:
        def check(connection: Any) -> Any:
            accepted = work(connection)
            if any(each.receipt == hex_id(3) for each in accepted):
                raise ValueRefused("22021")
            return accepted

        return await real(check)

    monkeypatch.setattr(database, "write", picky)
    futures = [committer.submit(receipt(number)) for number in range(1, 6)]
    results = await asyncio.gather(*futures, return_exceptions=True)
    assert [isinstance(result, StoreUnavailable) for result in results] == [False, False, True, False, False]


async def test_flush_waits_for_all_that_was_admitted(committer: Committer) -> None:
    futures = [committer.submit(receipt(number)) for number in range(1, 400)]
    await committer.flush()
    assert all(future.done() for future in futures)
    await committer.flush()  # with nothing that waits it returns
    assert telemetry.QUEUE_DEPTH._value.get() == 0
