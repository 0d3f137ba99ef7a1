import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.errors import ValueRefused
from app.store import Database
from app.store.bulk import BulkInsert
from app.store.tables import news_sent, seen

COLUMNS = ("source", "key", "receipt_id", "body_hash", "seen_at", "hits")
NEW = BulkInsert(seen, *COLUMNS, or_ignore=True)
NEWS = BulkInsert(news_sent, "key", "event_id", "until", or_replace=True)


def row(key: str, receipt: str) -> tuple[str, str, str, str, int, int]:
    return ("bitbucket", key, receipt, "sum", 1 << 50, 1)


def owners(connection: Connection) -> dict[str, str]:
    return {row.key: row.receipt_id for row in connection.execute(sa.select(seen.c.key, seen.c.receipt_id))}


async def test_a_row_whose_key_is_there_adds_nothing_within_one_batch_too(database: Database) -> None:
    assert await database.write(lambda c: NEW.run(c, [row("a", "1"), row("b", "2"), row("a", "3")])) == 2
    assert await database.write(lambda c: NEW.run(c, [row("c", "4"), row("a", "5")])) == 1
    assert await database.write(lambda c: NEW.run(c, [])) == 0
    assert await database.read(owners) == {"a": "1", "b": "2", "c": "4"}


async def test_of_two_rows_of_one_key_the_later_one_stands(database: Database) -> None:
    await database.write(lambda c: NEWS.run(c, [("k", "first", 1), ("l", "other", 1), ("k", "second", 2)]))
    found = await database.read(lambda c: c.execute(sa.select(news_sent).order_by(news_sent.c.key)).all())
    assert [tuple(each) for each in found] == [("k", "second", 2), ("l", "other", 1)]


async def test_what_is_too_long_for_its_column_is_refused_and_not_cut(database: Database) -> None:
    rows = [row("a", "1"), row("b", "2" * 33)]
    if database.dialect == "sqlite":  # it knows no lengths, and keeps it whole
        await database.write(lambda c: NEW.run(c, rows))
        assert await database.read(owners) == {"a": "1", "b": "2" * 33}
        return
    with pytest.raises(ValueRefused):
        await database.write(lambda c: NEW.run(c, rows))
    assert await database.read(owners) == {}
