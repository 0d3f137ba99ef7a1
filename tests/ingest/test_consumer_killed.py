"""The consumer of a queue as a process that is killed: nothing is lost, nothing counted twice."""

import asyncio
import os
import random
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app.store.opening import open_database
from tests.running.children import real
from tests.running.wait import until
from tests.tools.sqs import Sqs, counted, events

SOME = 60


@pytest.fixture
def database_url(tmp_path: Path, sqlite_schema: Path) -> str:
    (tmp_path / "shipbell.db").write_bytes(sqlite_schema.read_bytes())
    return f"sqlite:///{tmp_path / 'shipbell.db'}"


def _stored(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM receipts").fetchone()[0])


async def test_killed_at_random_points_nothing_is_lost_and_nothing_counted_twice(
    sqs: Sqs, queue: str, database_url: str, tmp_path: Path
) -> None:
    """By hand with 5000 messages and ten kills: `SHIPBELL_SQS_MESSAGES=5000` before pytest of this file."""
    rounds = int(os.environ.get("SHIPBELL_SQS_MESSAGES", "120")) // SOME
    environ = {**os.environ, "SHIPBELL_DATABASE_URL": database_url, "SHIPBELL_SQS_QUEUE_URL": queue}
    path, log, dice = Path(database_url.removeprefix("sqlite:///")), tmp_path / "log", random.Random()
    child, kills = None, 0
    for number in range(rounds):  # a few at a time: this server looks at the whole queue for each question
        sqs.send(queue, events(SOME, first=number * SOME))
        child = child or real(tmp_path, environ, log, ["consume", "sqs"])
        dies = number % 10 == 1
        point = number * SOME + dice.randint(1, SOME - 15) if dies else (number + 1) * SOME - 25
        await until(lambda point=point: _stored(path) >= point, f"message {point}", patience=60)
        if dies:
            await asyncio.sleep(dice.random() / 50)
            child.send_signal(signal.SIGKILL)
            await until(lambda child=child: child.poll() is not None, "the end")
            child, kills = None, kills + 1
            await asyncio.sleep(1)  # what the dead one asked for last is answered by now
            sqs.times_out(queue)
    if child is not None:
        child.send_signal(signal.SIGTERM)
        await until(lambda: child.poll() is not None, "the end in order")
    messages = rounds * SOME
    while sqs.left(queue) != (0, 0):
        sqs.times_out(queue)  # also what a question of somebody dead was answered
        child = real(tmp_path, environ, log, ["consume", "sqs", "--until-empty", "--json"])
        await until(lambda child=child: child.poll() is not None, "the rest", patience=60)
        assert child.poll() == 0, log.read_text()
    assert _stored(path) == messages
    database = open_database(database_url, lambda: 0)
    await database.start()
    try:
        received, repeats = await counted(database)
    finally:
        await database.close()
    assert received == messages
    assert repeats <= 10 * kills, "each kill gives out again what one process had in hand"
