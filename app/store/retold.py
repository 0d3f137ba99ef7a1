"""Other events of what an event tells of: by its subject, or by the rollout that it is evidence of; who had a card."""

from collections.abc import Collection
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.retold import Word
from app.store.ask import ask
from app.store.fact_records import number, param, several
from app.store.fact_tables import fact_attempts
from app.store.tables import TOLD_BY_SEVERAL, bundle_items, bundles, deliveries, events

_e, _a = events.c, fact_attempts.c
_WORD = sa.select(_e.id, _e.type, _e.status, _e.source, _e.subject, _e.occurred_at)
_BY_SUBJECT = _WORD.where(TOLD_BY_SEVERAL, _e.subject.in_(several("subjects_")))
_BY_ID = _WORD.where(_e.id.in_(several("ids_")))
_FIRST = sa.select(_a.id, _a.evidence).where(_a.id.in_(several("ids_")))
_NEAR = (
    sa.select(_a.evidence)
    .where(_a.service == param("service_"), _a.environment == param("environment_"), _a.at >= number("since_"))
    .order_by(_a.at.desc())
    .limit(20)
)
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


def begun(connection: Connection, attempts: Collection[str]) -> dict[str, list[str]]:
    """The events of rollouts, by the attempts that the facts call them."""
    rows = ask(connection, _FIRST, {"ids_": list(attempts)}) if attempts else []
    return {attempt: list(orjson.loads(data)) for attempt, data in rows}


def near(connection: Connection, service: str, environment: str, event_id: str, since: int) -> list[str]:
    """The events of the rollout that an event is evidence of, of the last twenty since then (µs); [] if of none."""
    values = {"service_": service, "environment_": environment, "since_": since}
    found = (list(orjson.loads(data)) for (data,) in ask(connection, _NEAR, values))
    return next((events for events in found if event_id in events), [])


def had(connection: Connection, event_ids: Collection[str]) -> set[tuple[str, str]]:
    """(event, channel) of the cards that these events are told with, sent or waiting."""
    if not event_ids:
        return set()
    found = [row for each in (_OWED, _WAITS) for row in ask(connection, each, {"ids_": list(event_ids)})]
    return {(event, channel) for event, channel in found}


def _words(connection: Connection, statement: sa.Select[Any], values: dict[str, Any]) -> list[Word]:
    return [Word(*row) for row in ask(connection, statement, values)]
