"""The composition root: settings → parts → the application. Its life owns the loops."""

import asyncio
import secrets
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import app.channels
import app.sources
from app import telemetry
from app.api.front import Front
from app.api.parts import Parts
from app.api.probes import probes
from app.channels import ChannelKind
from app.clients.sqs import need_extra, open_queue
from app.config.names import unknown_names
from app.config.reload import Rules
from app.config.secrets import open_sources, read_tokens
from app.config.settings import Settings, refuse_strangers
from app.delivery.bundler import Bundler
from app.delivery.courier import Courier
from app.delivery.reaper import Reaper
from app.exporter.exporter import Exporter
from app.ingest.committer import Committer
from app.ingest.consumer import Consumer
from app.ingest.door import HookDoor, OpenSource
from app.ingest.inside import inside_door
from app.ingest.own_news import Teller
from app.ingest.process import BATCH, Processor
from app.ingest.protocol import sweep_forever
from app.ingest.schedules import Scheduler
from app.ingest.upkeep import Disk, Upkeep
from app.ingest.watch import RulesNews, Watch
from app.ingest.zones import watch_zones
from app.kernel import logs
from app.kernel.clock import MINUTE, SECOND, Clock, system_clock
from app.kernel.discover import rooms
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.lasting import lasting, settle_memory
from app.kernel.live import Joined
from app.kernel.loops import guarded
from app.kernel.tokens import Token
from app.sources import Source
from app.store import Database
from app.store.migrate import upgrade
from app.store.opening import open_database, sqlite_file
from app.store.receipts import suspect_leftovers

if TYPE_CHECKING:
    from fastapi import FastAPI

log = logs.get("main")


@dataclass(frozen=True, slots=True)
class Building:
    """What stands before anything runs: every fault of the configuration has been found by now."""

    settings: Settings
    sources: Mapping[str, Source]
    doors: Mapping[str, OpenSource]
    tokens: tuple[Token, ...]
    rules: Rules
    database: Database
    clock: Clock
    warnings: tuple[str, ...]
    """What is no fault, but worth a look: variables that nobody reads, and what the rules' linter says."""


def prepare(
    settings: Settings, environ: Mapping[str, str], *, clock: Clock = system_clock, write: Callable[[str], None] = print
) -> Building:
    """Read and check everything that can be wrong before the start. Raises ConfigErrors with all of it."""
    problems: list[ConfigError] = []
    sources = rooms(app.sources, "SOURCE")
    kinds: Mapping[str, ChannelKind] = rooms(app.channels, "CHANNEL")
    rules = Rules(settings.rules_dir, kinds, environ, frozenset(settings.extra_channel_hosts), write, _cache(settings))
    with _gathered(problems):
        doors = open_sources(sources, environ)
    with _gathered(problems):
        tokens = read_tokens(settings.api_tokens)
    with _gathered(problems):
        refuse_strangers(settings)
        need_extra(settings.sqs_queue_url)
    with _gathered(problems):
        rules.load(clock())
    with _gathered(problems):
        database = open_database(settings.database_url, clock)
    if problems:
        raise ConfigErrors(problems)
    warnings = (*unknown_names(environ, {**sources, **rules.mapped}, rules.variables), *rules.warnings)
    every, opened = Joined(sources, lambda: rules.mapped), Joined(doors, lambda: rules.doors)
    return Building(settings, every, opened, tokens, rules, database, clock, warnings)


@contextmanager
def _gathered(problems: list[ConfigError]) -> Iterator[None]:
    """Go on after a fault, so that a person hears of all of them at once."""
    try:
        yield
    except ConfigErrors as error:
        problems += error.problems
    except ConfigError as error:
        problems.append(error)


def _cache(settings: Settings) -> Path:
    """Where copies are kept that can be fetched again."""
    file = sqlite_file(settings.database_url)
    beside = file.resolve().parent / ".shipbell-cache" if file else Path(tempfile.gettempdir()) / "shipbell-cache"
    return settings.cache_dir or beside


def source_names() -> list[str]:
    """The sources that have a door, for the first run's secrets."""
    return [name for name, source in rooms(app.sources, "SOURCE").items() if source.door == "hook"]


def standing(building: Building) -> dict[str, str]:
    """Every source and how its door stands: `open`, `open to all`, `shut: no secret`, `api` or `inside`."""
    doors = {}
    for name, source in building.sources.items():
        door = building.doors.get(name)
        stands = "shut: no secret" if door is None else "open to all" if door.open_to_all else "open"
        doors[name] = stands if source.door == "hook" else source.door
    return doors


def create_app(building: Building) -> Front:
    """The application: the hooks' door and the probes in front, the API behind them, the loops in its life."""
    settings, file = building.settings, sqlite_file(building.settings.database_url)
    disk = Disk(file.resolve().parent if file else None, settings.disk_reserve_bytes)
    parts = _parts(building, disk)
    door = HookDoor(
        sources=building.doors,
        committer=parts.committer,
        clock=parts.clock,
        max_body=settings.max_body_bytes,
        shut=parts.shut,
    )
    return Front(
        parts,
        door=door if "ingest" in parts.roles else None,
        probes=probes(parts),
        load=partial(_load_api, parts, settings.max_body_bytes),
        life=partial(_life, building, parts, disk),
    )


def _load_api(parts: Parts, max_body: int) -> "FastAPI":
    with lasting():
        from app.api.whole import whole_api

        return whole_api(parts, max_body)


def _parts(building: Building, disk: Disk) -> Parts:
    settings, rules, database = building.settings, building.rules, building.database
    courier = Courier(
        database,
        channels=lambda: rules.now.channels,
        cards=lambda: rules.now.cards,
        clock=database.clock,
        jitter=lambda: secrets.randbelow(10_000) / 10_000,
        owner=secrets.token_hex(8),
        why=_why(settings.public_url),
        ticket_urls=lambda keys: rules.now.book.estate.ticket_urls(keys),
    )
    processor = Processor(database, building.sources, lambda: rules.now.book, courier.wake)
    return Parts(
        database=database,
        committer=Committer(database, processor.wake),
        processor=processor,
        courier=courier,
        sources=building.sources,
        doors=lambda: standing(building),
        book=lambda: rules.now.book,
        cards=lambda: rules.now.cards,
        rules=rules.state,
        channels=lambda: {name: opened.settings.kind for name, opened in rules.now.channels.items()},
        tokens=building.tokens,
        exporter=Exporter(database, lambda: rules.now.book.estate, tickets=settings.ticket_metrics),
        gates=lambda: rules.gatekeeper(database),
        clock=database.clock,
        shut=lambda: "disk_full" if disk.full else None,
        stale_after=lambda: max(30 * MINUTE, 3 * rules.now.collect.every),
        draining=asyncio.Event(),
        roles=frozenset(settings.roles),
        max_scan_bytes=settings.max_scan_bytes,
        report_hosts=settings.report_hosts,
    )


def _why(public_url: str) -> Callable[[str], str]:
    """The page of an event that a card's footer links to."""
    return lambda event: f"{public_url.rstrip('/')}/api/v1/events/{event}/explain?as=text" if public_url else ""


@asynccontextmanager
async def _life(building: Building, parts: Parts, disk: Disk, front: Front) -> AsyncIterator[None]:
    """Everything that runs while the service does. What was opened first is closed last."""
    async with AsyncExitStack() as stack:
        await _open_store(building, stack)
        stack.push_async_callback(building.rules.close)
        disk.look()
        telemetry.create_series({name: source.types for name, source in building.sources.items()})
        building.rules.on_change(parts.courier.wake)
        tasks = [asyncio.create_task(guarded(loop)) for loop in _loops(building, parts, disk, front)]
        stack.push_async_callback(_end, parts, tasks)
        if (url := building.settings.sqs_queue_url) and "ingest" in parts.roles:
            source = building.sources["eventbridge"]
            consumer = Consumer(partial(open_queue, url), source, parts.committer, parts.clock, parts.shut)
            tasks.append(asyncio.create_task(guarded(consumer.run())))
            stack.push_async_callback(consumer.drain)
        late = [building.rules.open_outbound] if "deliver" in parts.roles else []
        opening = asyncio.create_task(guarded(front.open_soon(*late)))
        stack.callback(opening.cancel)
        settle_memory()
        for warning in building.warnings:
            log.warning(warning, action="start")
        log.info("ready", action="start", roles=sorted(parts.roles), rules=building.rules.state.now.rev)
        yield


def _loops(building: Building, parts: Parts, disk: Disk, front: Front) -> Iterator[Coroutine[Any, Any, None]]:
    settings, database = building.settings, building.database
    yield building.rules.watch(parts.clock)
    yield Upkeep(database, disk, history=settings.retention, attempts=settings.attempt_retention).run()
    yield parts.exporter.run(front.whole)
    yield sweep_forever(settings.receive_timeout / SECOND)
    if "process" in parts.roles:
        yield parts.processor.run()
        yield watch_zones(database, parts.book)
        teller = Teller(database, parts.book, parts.courier.wake)
        yield Scheduler(teller, database.clock).run()
        yield Watch(database, teller, parts.channels, _rules_news(building.rules), database.clock).run()
    if "collect" in parts.roles:
        yield _collect(building, parts)
    if "deliver" in parts.roles:
        yield parts.courier.run()
        yield Reaper(database, parts.courier.wake, parts.courier.at_most_once).run()
        yield Bundler(database, parts.courier.wake).run()


async def _collect(building: Building, parts: Parts) -> None:
    """Collect as soon as the rules name something to ask; what asks is loaded no sooner."""
    rules, database = building.rules, building.database
    await rules.asking.named.wait()
    from app.collector.collector import Collector

    collector = Collector(
        database,
        clients=lambda: rules.asking.clients,
        collect=lambda: rules.now.collect,
        estate=lambda: rules.now.book.estate,
        send=inside_door(building.sources, parts.committer, parts.clock),
        owner=secrets.token_hex(8),
        jitter=lambda: secrets.randbelow(10_000) / 10_000,
    )
    await collector.run()


def _rules_news(rules: Rules) -> Callable[[], RulesNews]:
    def now() -> RulesNews:
        state = rules.state.now
        return RulesNews(state.rev, state.loaded_at, state.problems)

    return now


async def _end(parts: Parts, tasks: list[asyncio.Task[None]]) -> None:
    """In this order: readiness fails, what was admitted becomes durable, what is read is told, what is on its way
    arrives, loops end.

    The server has answered every request by now; the store is closed after this.
    """
    parts.draining.set()
    await parts.committer.flush()
    await parts.processor.drain()
    await parts.courier.drain()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    log.info("stopped", action="stop")


async def _open_store(building: Building, stack: AsyncExitStack) -> None:
    database = building.database
    stack.push_async_callback(database.close)
    await database.start()
    await database.write(upgrade)
    if "process" in building.settings.roles:
        left = await database.write(lambda connection: suspect_leftovers(connection, BATCH))
        if left:
            log.warning("receipts were left over by the last run", action="start", receipts=left)
