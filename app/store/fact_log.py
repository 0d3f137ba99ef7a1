"""The restatement log: rows behind numbers that changed after they were first derived."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app import telemetry
from app.facts.model import Restatement
from app.store.ask import ask
from app.store.bulk import BulkInsert
from app.store.counters import Series
from app.store.fact_records import number, several
from app.store.fact_tables import fact_restatements

_COLUMNS = ("at", "event_id", "service", "environment", "what", "object", "before", "after")
_INSERT = BulkInsert(fact_restatements, *_COLUMNS)
_t = fact_restatements.c
_LISTING = (
    sa.select(*(_t[name] for name in _COLUMNS)).where(_t.seq < number("before_")).order_by(_t.seq.desc())
    .limit(sa.bindparam("limit_", type_=sa.Integer))
)  # fmt: skip
NUMBERS = frozenset({
    "tier", "team", "kind", "outcome", "live_at", "counts", "failed_by", "detected_at", "recovered_at", "reverted",
    "rework", "commits", "re_arrivals", "lead_seconds", "clock", "merged_at", "authored_at", "committed_at", "attempts",
})  # fmt: skip
"""Columns that numbers are made of: a change of another is not told."""


_FLOW = ("deployment_frequency", "change_fail_rate", "rework_rate")
_FAILURE = ("change_fail_rate", "failed_deployment_recovery")
_LEAD = ("change_lead_time",)
_MEASURES: dict[str, Sequence[str]] = {
    "tier": _FLOW, "team": _FLOW, "kind": _FLOW, "outcome": _FLOW, "counts": _FLOW, "rework": ("rework_rate",),
    "live_at": (*_FLOW, "failed_deployment_recovery"), "failed_by": _FAILURE, "detected_at": _FAILURE[1:],
    "recovered_at": _FAILURE[1:], "attempts": ("attempt_failure_ratio",),
    "commits": _LEAD,
}  # fmt: skip
"""The measures that a deployment's column is behind; an arrival is behind the lead time alone."""


def changes(before: dict[str, Any] | None, after: dict[str, Any] | None) -> tuple[str | None, str | None] | None:
    """What a row was and is, as JSON of the columns that changed; None when no number can have changed."""
    if before is None or after is None:
        told = [
            None if row is None else _json({k: row[k] for k in sorted(NUMBERS & row.keys())}) for row in (before, after)
        ]
        return told[0], told[1]
    differ = sorted(name for name in NUMBERS & before.keys() if before[name] != after[name])
    if not differ:
        return None
    return _json({name: before[name] for name in differ}), _json({name: after[name] for name in differ})


def _json(values: dict[str, Any]) -> str:
    return orjson.dumps(values).decode()


def add(connection: Connection, log: Iterable[Restatement]) -> None:
    """Write down what changed."""
    _INSERT.run(connection, [tuple(getattr(each, name) for name in _COLUMNS) for each in log])


_LAST = sa.select(sa.func.max(_t.seq))
_SINCE = sa.select(_t.what, _t.before, _t.after).where(_t.seq > number("last_"), _t.event_id.in_(several("events_")))


def last(connection: Connection) -> int:
    """The number of the newest restatement, 0 before the first."""
    return int(ask(connection, _LAST, {})[0][0] or 0)


def tally(connection: Connection, after: int, event_ids: Collection[str]) -> Counter[Series]:
    """By measure, how many rows behind it some events have restated since the number `after`."""
    told: Counter[Series] = Counter()
    for what, was, became in ask(connection, _SINCE, {"last_": after, "events_": list(event_ids)}) if event_ids else ():
        columns = orjson.loads(was or became)
        touched = {measure for name in columns for measure in _MEASURES.get(name, ())}
        told.update((telemetry.RESTATEMENTS, (name,)) for name in (touched if what == "deployment" else _LEAD))
    return told


MEASURES = frozenset({*_LEAD, *(name for some in _MEASURES.values() for name in some)})
"""The measures that restatements are counted for."""


def newest(connection: Connection, limit: int, before: int = 1 << 62) -> Sequence[Restatement]:
    """The newest restatements; `before` is a sequence number where the last page ended."""
    return [Restatement(*row) for row in ask(connection, _LISTING, {"before_": before, "limit_": limit})]
