"""Whether the database answers, on both engines; on SQLite also while long reads take every place."""

import asyncio
import threading

from app.store import Connection, Database


async def test_it_answers(database: Database) -> None:
    await database.ping()


async def test_it_answers_while_long_reads_take_every_place(database: Database) -> None:
    if database.dialect != "sqlite":  # PostgreSQL's statements are awaited: nothing takes a thread
        return
    over = threading.Event()

    def long(connection: Connection) -> None:
        assert over.wait(20)

    reads = [asyncio.create_task(database.read(long)) for _ in range(6)]
    try:
        await asyncio.wait_for(database.ping(), 10)
    finally:
        over.set()
        await asyncio.gather(*reads)
