"""Tells when days and weeks begin elsewhere than they did when the facts were derived."""

import asyncio
from collections.abc import Callable

from app.facts.windows import Zones
from app.ingest.process import Book
from app.kernel import logs
from app.kernel.clock import MINUTE, SECOND
from app.kernel.errors import StoreUnavailable
from app.store import Database
from app.store.fact_zones import misplaced

log = logs.get("zones")


async def watch_zones(database: Database, book: Callable[[], Book]) -> None:
    """Look at the start, and within a minute after each change of the rules' zones, until cancelled."""
    seen: Zones | None = None
    while True:
        zones = book().zones
        if zones != seen and await tell_misplaced(database, zones):
            seen = zones
        await asyncio.sleep(MINUTE / SECOND)


async def tell_misplaced(database: Database, zones: Zones) -> bool:
    """Warn of teams whose weeks were cut in another zone; returns whether that could be looked at."""
    try:
        teams = await database.read(lambda connection: misplaced(connection, zones))
    except StoreUnavailable as error:
        log.warning("store unavailable", action="zones", reason=str(error))
        return False
    if teams:
        log.warning("weeks were cut in another time zone", action="zones", teams=teams, hint="shipbell facts rebuild")
    return True
