"""Other events of what an event tells of: by its subject, or by the rollout that it is evidence of; who had a card."""

from collections.abc import Collection, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.retold import Word
from app.store.ask import ask
from app.store.fact_records import number, param, several
from app.store.fact_tables import fact_attempts, fact_deployments
from app.store.tables import TOLD_BY_SEVERAL, bundle_items, bundles, deliveries, events

_e, _d, _a = events.c, fact_deployments.c, fact_attempts.c
_WORD = sa.select(_e.id, _e.type, _e.status, _e.source, _e.subject, _e.occurred_at)
_BY_SUBJECT = _WORD.where(TOLD_BY_SEVERAL, _e.subject.in_(several("subjects_")))
_BY_ID = _WORD.where(_e.id.in_(several("ids_")))
_CHAIN = {
    table: (table.c.service == param("service_"), table.c.environment == param("environment_"))
    for table in (fact_deployments, fact_attempts)
}
_LIVE = sa.select(_d.evidence).where(*_CHAIN[fact_deployments], _d.live_at >= number("since_"))
_TRIED = sa.select(_a.evidence).where(*_CHAIN[fact_attempts], _a.at >= number("since_"))
_OWED = sa.select(deliveries.c.event_id, deliveries.c.channel).where(deliveries.c.event_id.in_(several("ids_")))
_WAITS = (
    sa.select(bundle_items.c.event_id, bundles.c.channel)
    .join(bundles, bundles.c.id == bundle_items.c.bundle_id)
    .where(bundle_items.c.event_id.in_(several("ids_")))
)


def by_subject(connection: Connection, subjects: Collection[str]) -> list[Word]:
    """All that was told of these things, of the types that several sources tell."""
    return _words(connection, _BY_SUBJECT, {"subjects_": list(subjects)}) if subjects else []


def by_ids(connection: Connection, event_ids: Collection[str]) -> list[Word]:
    """What these events told."""
    return _words(connection, _BY_ID, {"ids_": list(event_ids)}) if event_ids else []


def evidence(
    connection: Connection, service: str, environment: str, event_id: str, since: int, *, live: bool
) -> Sequence[str]:
    """The events of the rollout that an event is evidence of, itself among them; () where facts know of none.

    Looks at what went live, or else (`live` False) was tried, since then (µs).
    """
    values = {"service_": service, "environment_": environment, "since_": since}
    for (data,) in ask(connection, _LIVE if live else _TRIED, values):
        if event_id in (found := orjson.loads(data)):
            return list(found)
    return ()


def had(connection: Connection, event_ids: Collection[str]) -> set[tuple[str, str]]:
    """(event, channel) of the cards that these events are told with, sent or waiting."""
    if not event_ids:
        return set()
    found = [row for each in (_OWED, _WAITS) for row in ask(connection, each, {"ids_": list(event_ids)})]
    return {(event, channel) for event, channel in found}


def _words(connection: Connection, statement: sa.Select[Any], values: dict[str, Any]) -> list[Word]:
    return [Word(*row) for row in ask(connection, statement, values)]
