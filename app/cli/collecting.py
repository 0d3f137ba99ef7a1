"""The collector in a process of its own: what it needs of the service, and no door."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from app.clients.opening import Clients
from app.collector.collector import Collector
from app.collector.news import News
from app.collector.round import Progress
from app.collector.summary import Summary
from app.ingest.committer import Committer
from app.ingest.inside import inside_door
from app.ingest.process import BATCH, Processor
from app.kernel.clock import SECOND
from app.kernel.errors import ConfigError, ShipbellError
from app.main import Building
from app.store import Database
from app.store.migrate import revision, upgrade
from app.store.opening import open_database, sqlite_file
from app.store.receipts import suspect_leftovers


class Busy(ShipbellError):
    """Another replica collects."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of it. `since` in µs; without `process` the facts wait for the service."""

    once: bool = True
    only: Sequence[str] = ()
    since: int | None = None
    dry_run: bool = False
    process: bool = True


async def collect_alone(
    building: Building, wish: Wish, progress: Progress, done: Callable[[Summary, int], None]
) -> None:
    """Rounds, one or for ever; `done` is told of each, with the number of receipts that were read.

    Raises ConfigError for what is not configured and for a SQLite file that the service has, Busy, StoreUnavailable.
    """
    clients = _clients(building, wish)
    try:
        async with _database(building, dry_run=wish.dry_run) as database:
            await _rounds(building, database, clients, wish, progress, done)
    finally:
        await building.rules.close()


async def _rounds(
    building: Building,
    database: Database,
    clients: Clients,
    wish: Wish,
    progress: Progress,
    done: Callable[[Summary, int], None],
) -> None:
    rules = building.rules
    processor = Processor(database, building.sources, lambda: rules.now.book, lambda _: None)
    collector = Collector(
        database,
        clients=lambda: clients,
        collect=lambda: rules.now.collect,
        estate=lambda: rules.now.book.estate,
        send=_nowhere if wish.dry_run else inside_door(building.sources, Committer(database, _nothing), building.clock),
        owner=secrets.token_hex(8),
        jitter=lambda: secrets.randbelow(10_000) / 10_000,
        keeps=not wish.dry_run,
    )
    pause = rules.now.collect.every
    while True:
        if wish.dry_run:
            summary = await collector.once(clients, only=wish.only, since=wish.since, tell=progress)
        else:
            async with collector.lease(pause, at_once=True) as mine:
                if not mine:
                    raise Busy("another replica collects at this moment: try again when its round is over")
                summary = await collector.once(clients, only=wish.only, since=wish.since, tell=progress)
        done(summary, await _processed(processor) if wish.process and not wish.dry_run else 0)
        if wish.once:
            return
        await asyncio.sleep(pause / SECOND)


async def _processed(processor: Processor) -> int:
    """Derive events and facts of what was told; returns of how many receipts."""
    count = 0
    while found := await processor.once() or await processor.suspect():
        count += found
    return count


def _clients(building: Building, wish: Wish) -> Clients:
    clients = building.rules.asking.clients
    if clients is None:
        raise ConfigError(
            "the rules name nothing to ask", hint="write a section `upstreams`; docs/how-to/collector.md shows one"
        )
    unknown = [name for name in wish.only if name not in building.rules.now.book.estate.services]
    if unknown:
        raise ConfigError(f"the estate has no service {unknown[0]!r}", hint="see `services` in rules/estate.yaml")
    return clients


@asynccontextmanager
async def _database(building: Building, *, dry_run: bool) -> AsyncIterator[Database]:
    """The database, brought up to date. A dry run only reads, so the service may run; without one it begins empty."""
    if not dry_run:
        async with _open(building.database) as database:
            await database.write(upgrade)
            if sqlite_file(building.settings.database_url):
                await database.write(lambda connection: suspect_leftovers(connection, BATCH))
            yield database
        return
    file = sqlite_file(building.settings.database_url)
    if (file is None or file.exists()) and await building.database.read(revision) is not None:
        yield building.database
        await building.database.close()
        return
    with TemporaryDirectory(prefix="shipbell-dry-run-") as folder:
        async with _open(open_database(f"sqlite:///{Path(folder) / 'empty.db'}", building.clock)) as database:
            await database.write(upgrade)
            yield database


@asynccontextmanager
async def _open(database: Database) -> AsyncIterator[Database]:
    try:
        await database.start()
        yield database
    finally:
        await database.close()


async def _nowhere(_: News) -> None:
    """A dry run tells nobody."""


def _nothing() -> None:
    """Nobody waits for a hint: all is read when the round is over."""
