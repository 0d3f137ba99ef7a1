"""Whose services are now: by the estate, and where it says nothing by the labels of what was deployed last."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store import exported
from app.store.exported import Success

PARTS = ("team", "pod", "business_area", "component")


def newest(successes: Mapping[str, Success], production: Collection[str]) -> Success | None:
    """Of each environment's last success that of production, or where it never went live there, of anywhere."""
    live = [last for name, last in successes.items() if name in production] or [*successes.values()]
    return max(live, key=lambda last: last.live_at, default=None)


def successes(connection: Connection, service: str, environments: Iterable[str]) -> dict[str, Success]:
    """The last success in each of these environments that has one."""
    found = {name: exported.last_success(connection, service, name) for name in environments}
    return {name: last for name, last in found.items() if last is not None}


def owner(said: Mapping[str, str], last: Success | None) -> dict[str, str]:
    """The owner's parts and the platform; what nobody told is empty. `said` is the estate's word."""
    parts = {part: said.get(part) or getattr(last, part, None) or "" for part in PARTS}
    return {**parts, "platform": (last and last.platform) or ""}


def owned_by(
    connection: Connection,
    services: Mapping[str, Mapping[str, str]],
    stages: Iterable[tuple[str, str]],
    asked: Mapping[str, str],
) -> list[str]:
    """Those of the services (with the estate's word on each) that are owned so. `stages` are environments and tiers."""
    places = list(stages)
    production = [name for name, tier in places if tier == "production"]
    found = []
    for service, said in services.items():
        if any(said[part] != value for part, value in asked.items() if said.get(part)):
            continue
        if not all(said.get(part) for part in asked):
            last = newest(successes(connection, service, [name for name, _ in places]), production)
            if not asked.items() <= owner(said, last).items():
                continue
        found.append(service)
    return found


def among(column: sa.Column[Any], wanted: Any) -> sa.ColumnElement[bool]:
    """A column that is this, or one of these."""
    return column == wanted if isinstance(wanted, str) else column.in_(wanted)
