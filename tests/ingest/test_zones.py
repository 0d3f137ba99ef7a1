"""Days and weeks begin where the team is that owns a row: as events come, and in a rebuild."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.windows import Zones, first_day
from app.ingest import zones as told
from app.ingest.facts_rebuild import rebuild
from app.ingest.process import Book
from app.store import Database
from app.store.fact_tables import fact_arrivals, fact_deployments
from app.store.fact_zones import misplaced
from tests.ingest.facts_told import dump, tell
from tests.world.telling import View, commit, deploy, push, us

ZONES = """\
version: 1
defaults: {timezone: Asia/Tokyo}
teams: {storefront: {services: [checkout], timezone: America/New_York}}
"""
SUNDAY = us("2026-03-08T18:00Z")
"""Monday in Tokyo, Sunday in New York and in UTC."""


def story() -> list[View]:
    told: list[View] = []
    for service, team in (("checkout", "storefront"), ("ledger", "payments"), ("till", None)):
        told += [
            {**view, "owner": {"team": team} if team else None}
            for view in (
                deploy(service, SUNDAY - 48 * 3600_000_000, "c0"),
                push(service, SUNDAY - 7200_000_000, "c0", [commit(f"{service}1", SUNDAY - 7200_000_000)]),
                deploy(service, SUNDAY, f"{service}1"),
            )
        ]
    return told


def mondays(connection: Connection, table: sa.Table) -> dict[str, str]:
    rows = connection.execute(sa.select(table.c.service, table.c.week).where(table.c.live_at == SUNDAY))
    return {service: first_day(week).isoformat() for service, week in rows}


async def test_a_rows_week_is_that_of_its_owner_and_a_rebuild_cuts_the_same(
    database: Database, book: Callable[[str], Book]
) -> None:
    zones = book(ZONES).zones

    def each_alone(connection: Connection) -> None:
        for view in story():
            tell(connection, view, zones=zones)

    await database.write(each_alone)
    expected = {"checkout": "2026-03-02", "ledger": "2026-03-09", "till": "2026-03-09"}
    for table in (fact_deployments, fact_arrivals):
        assert await database.read(lambda connection, one=table: mondays(connection, one)) == expected  # type: ignore[misc]
    incremental = await database.read(dump)
    await rebuild(database, lambda _: None, zones=zones)
    assert await database.read(dump) == incremental


async def test_a_change_of_the_zone_asks_for_a_rebuild_until_there_was_one(
    database: Database, book: Callable[[str], Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[list[str | None]] = []
    monkeypatch.setattr(told.log, "warning", lambda _, **more: heard.append(more["teams"]))
    before, after = book("version: 1\n").zones, book(ZONES).zones
    await database.write(lambda connection: tell(connection, *story(), zones=before))
    assert await told.tell_misplaced(database, before)
    assert heard == []
    assert await told.tell_misplaced(database, after)
    assert heard == [[None, "payments"]]  # in New York it is still Sunday, as it was in UTC
    await rebuild(database, lambda _: None, zones=after)
    assert await database.read(lambda connection: misplaced(connection, after)) == []


def test_without_a_zone_of_its_own_a_teams_is_the_default(book: Callable[[str], Book]) -> None:
    tokyo, new_york = ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
    zones = book(ZONES).zones
    assert [zones.of(team) for team in ("storefront", "payments", None)] == [new_york, tokyo, tokyo]
    assert zones == Zones(tokyo, {"storefront": new_york})
