"""The parts of a run: found by what their keys begin with, oldest first, and nothing else."""

from app.store import Connection, Database
from app.store.receipts import NewReceipt, accept
from app.store.run_parts import run_parts, run_size


async def test_parts_are_those_whose_keys_begin_so_oldest_first(database: Database) -> None:
    rows = [("tests", "run:a:2", b"22"), ("tests", "run:a:1", b"1"), ("tests", "run:ab:1", b"x"),
            ("scans", "run:a:3", b"y"), ("tests", "run:a:2", b"22")]  # fmt: skip
    receipts = [
        NewReceipt(f"{number:032d}", source, key, 100 - number, "{}", body, "h", -1)
        for number, (source, key, body) in enumerate(rows)
    ]

    def work(connection: Connection) -> None:
        accept(connection, receipts)

    await database.write(work)
    found = await database.read(lambda c: run_parts(c, "tests", "run:a:"))
    assert [(part.receipt[-1], part.headers, part.body) for part in found] == [("1", "{}", b"1"), ("0", "{}", b"22")]
    assert await database.read(lambda c: run_size(c, "tests", "run:a:")) == (2, 3)
    assert await database.read(lambda c: run_size(c, "tests", "run:none:")) == (0, 0)
