"""Which news a channel has had: the same news again within its window is not sent, decided by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store.tables import news_sent
from app.store.upsert import insert_for


@dataclass(frozen=True, slots=True)
class News:
    """A piece of news for one channel: `key` says what counts as the same, `until` (µs) when it may come again."""

    key: str
    event_id: str
    until: int


def claim_news(connection: Connection, news: Sequence[News], now: int) -> set[tuple[str, str]]:
    """The (key, event id) pairs that may be sent. Of two equal keys the earlier in `news` wins.

    The event that won passes again, so that a re-run changes nothing. Rows are taken in the order of their
    keys: replicas that claim the same ones wait for each other and never deadlock.
    """
    first: dict[str, News] = {}
    for item in news:
        first.setdefault(item.key, item)
    rows = [
        {"key": item.key, "event_id": item.event_id, "until": item.until, "now_": now}
        for item in sorted(first.values(), key=lambda item: item.key)
    ]
    return {(key, event_id) for key, event_id in connection.execute(_claim(connection), rows)} if rows else set()


_built: dict[str, Any] = {}


def _claim(connection: Connection) -> Any:
    """The statement, built once for each dialect: insert, or take over what is over, or else return nothing."""
    name = connection.dialect.name
    if name not in _built:
        insert = insert_for(connection, news_sent)
        ours = news_sent.c.event_id == insert.excluded.event_id
        _built[name] = insert.on_conflict_do_update(
            index_elements=[news_sent.c.key],
            set_={
                "event_id": insert.excluded.event_id,
                "until": sa.case((ours, news_sent.c.until), else_=insert.excluded.until),
            },
            where=sa.or_(ours, news_sent.c.until <= sa.bindparam("now_", type_=sa.BigInteger)),
        ).returning(news_sent.c.key, news_sent.c.event_id)
    return _built[name]
