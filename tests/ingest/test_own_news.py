from collections.abc import Callable

import sqlalchemy as sa

from app.events import Draft
from app.ingest.own_news import Teller
from app.ingest.process import Book
from app.store import Connection, Database
from app.store.tables import deliveries

RULES = """\
rules:
  - {name: itself, match: {type: shipbell.channel_broken}, to: [operations], card: generic}
"""
BROKEN = Draft(
    type="shipbell.channel_broken", subject="channel:platform", identity="platform:0", fields={"channel": "platform"}
)


def sent(connection: Connection) -> set[tuple[str, str, str]]:
    rows = connection.execute(sa.select(deliveries.c.channel, deliveries.c.card, deliveries.c.rule))
    return {(row[0], row[1], row[2]) for row in rows}


async def test_a_broken_channel_is_told_to_its_deputy_beside_what_the_rules_say(
    database: Database, book: Callable[[str], Book]
) -> None:
    woken: list[str] = []
    teller = Teller(database, lambda: book(RULES), woken.extend)
    await teller.tell([BROKEN])
    assert await database.read(sent) == {("payments", "generic", "itself"), ("phone", "generic", "alerts_to")}
    assert sorted(woken) == ["payments", "phone"]


async def test_the_same_news_is_told_once(database: Database, book: Callable[[str], Book]) -> None:
    teller = Teller(database, lambda: book(RULES), lambda _: None)
    for _ in range(2):
        await teller.tell([BROKEN])
    assert len(await database.read(sent)) == 2


async def test_a_deputy_that_the_rules_tell_anyway_hears_it_once(
    database: Database, book: Callable[[str], Book]
) -> None:
    rules = RULES + "teams: {all: {services: ['*'], channels: {operations: {replace: [phone]}}}}\n"
    teller = Teller(database, lambda: book(rules), lambda _: None)
    await teller.tell([BROKEN])
    assert await database.read(sent) == {("phone", "generic", "itself")}
