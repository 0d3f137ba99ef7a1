"""What an incident was when it began: many tools say of its end no more than whose it is."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.events import UNMAPPED
from app.events.incidents import INCIDENT_TYPES
from app.kernel.clock import iso
from app.store.ask import ask
from app.store.fact_records import several
from app.store.fact_tables import fact_incidents

View = Mapping[str, Any]
_i = fact_incidents.c
_OWNER = ("team", "business_area", "pod", "component")
_SAID = ("service", "environment", "tier", "title", "priority", "opened_at", "url", *_OWNER)
_INCIDENTS = sa.select(_i.id, *(_i[name] for name in _SAID)).where(_i.id.in_(several("ids_")))


def left_out(connection: Connection, views: Sequence[View]) -> list[dict[str, Any]]:
    """For each event the fields that news of an incident leaves out and the facts know."""
    subjects = {view["subject"] for view in views if view.get("type") in INCIDENT_TYPES}
    rows = ask(connection, _INCIDENTS, {"ids_": list(subjects)}) if subjects else []
    known = {row[0]: _fields(dict(zip(_SAID, row[1:], strict=True))) for row in rows}
    return [_missing(view, known.get(view.get("subject"), {})) for view in views]


def made_whole(connection: Connection, views: Sequence[View]) -> list[dict[str, Any]]:
    """The views, news of incidents with what it leaves out: rules that chose a beginning choose its end."""
    return [{**view, **added} for view, added in zip(views, left_out(connection, views), strict=True)]


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    """An incident of the facts by the names that events use."""
    owner = {name: row[name] for name in _OWNER if row[name]}
    plain = {name: row[name] for name in ("service", "environment", "title", "priority", "url")}
    told = {**plain, "environment_tier": row["tier"], "opened_at": iso(row["opened_at"]), "owner": owner}
    return {name: value for name, value in told.items() if value and value != UNMAPPED}


def _missing(view: View, known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in known.items() if view.get(name) in (None, UNMAPPED)}
