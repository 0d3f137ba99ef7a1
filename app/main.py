"""The composition root: settings → parts → FastAPI. Its lifespan owns the loops."""

import asyncio
import gc
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI
from prometheus_fastapi_instrumentator import Instrumentator

import app.channels
import app.sources
from app import telemetry
from app.api import routes
from app.api.front import Front
from app.api.parts import Parts
from app.channels import REASONS, ChannelKind
from app.config.reload import Rules
from app.config.secrets import open_sources, read_tokens
from app.config.settings import Settings
from app.delivery.courier import Courier
from app.delivery.reaper import Reaper
from app.ingest.committer import Committer
from app.ingest.door import HookDoor, OpenSource
from app.ingest.process import Processor
from app.ingest.protocol import sweep_forever
from app.ingest.upkeep import Disk, Upkeep, count_events
from app.kernel.clock import SECOND, Clock, system_clock
from app.kernel.discover import rooms
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.tokens import Token
from app.sources import Source
from app.store import Database
from app.store.migrate import upgrade
from app.store.opening import open_database, sqlite_file
from app.store.receipts import suspect_leftovers

log = structlog.get_logger("main")

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


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


def prepare(
    settings: Settings, environ: Mapping[str, str], *, clock: Clock = system_clock, write: Callable[[str], None] = print
) -> Building:
    """Read and check everything that can be wrong before the start. Raises ConfigErrors with all of it."""
    problems: list[ConfigError] = []
    sources = rooms(app.sources, "SOURCE")
    doors: Mapping[str, OpenSource] = {}
    tokens: tuple[Token, ...] = ()
    try:
        doors = open_sources(sources, environ)
    except ConfigErrors as error:
        problems += error.problems
    try:
        tokens = read_tokens(settings.api_tokens)
    except ConfigErrors as error:
        problems += error.problems
    if settings.host not in LOOPBACK and not tokens and not problems:
        problems.append(
            ConfigError(
                f"SHIPBELL_HOST is {settings.host} without SHIPBELL_API_TOKENS: everybody could read and operate",
                hint="set SHIPBELL_API_TOKENS=name:read+operate+ingest:…, or listen on 127.0.0.1",
            )
        )
    kinds: Mapping[str, ChannelKind] = rooms(app.channels, "CHANNEL")
    rules = Rules(settings.rules_dir, kinds, environ, frozenset(settings.extra_channel_hosts), write)
    try:
        rules.load(clock())
    except ConfigErrors as error:
        problems += error.problems
    if problems:
        raise ConfigErrors(problems)
    return Building(settings, sources, doors, tokens, rules, open_database(settings.database_url, clock), clock)


def source_names() -> list[str]:
    """The sources that have a door, for the first run's secrets."""
    return [name for name, source in rooms(app.sources, "SOURCE").items() if source.door == "hook"]


def create_app(building: Building) -> FastAPI:
    """The application: the hooks' door in front, FastAPI for the rest, the loops in its lifespan."""
    settings, database = building.settings, building.database
    roles = frozenset(settings.roles)
    file = sqlite_file(settings.database_url)
    disk = Disk(file.resolve().parent if file else None, settings.disk_reserve_bytes)
    draining = asyncio.Event()
    courier = Courier(
        database,
        channels=lambda: building.rules.now.channels,
        cards=lambda: building.rules.now.cards,
        clock=database.clock,
        jitter=lambda: secrets.randbelow(10_000) / 10_000,
        owner=secrets.token_hex(8),
    )
    processor = Processor(database, building.sources, lambda: building.rules.now.book, courier.wake)
    committer = Committer(database, processor.wake)

    def shut() -> str | None:
        return "disk_full" if disk.full else None

    parts = Parts(
        database=database,
        committer=committer,
        processor=processor,
        courier=courier,
        sources=building.sources,
        doors=standing(building),
        book=lambda: building.rules.now.book,
        rules=building.rules.state,
        channels=lambda: {name: opened.settings.kind for name, opened in building.rules.now.channels.items()},
        tokens=building.tokens,
        clock=database.clock,
        shut=shut,
        draining=draining,
        roles=roles,
        max_scan_bytes=settings.max_scan_bytes,
    )

    @asynccontextmanager
    async def lifespan(api: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await _open_store(building, stack)
            disk.look()
            _create_series(building)
            building.rules.on_change(courier.wake)
            loops: list[Coroutine[Any, Any, None]] = [
                building.rules.watch(database.clock),
                Upkeep(database, disk, history=settings.retention, attempts=settings.attempt_retention).run(),
            ]
            if "ingest" in roles:
                loops.append(sweep_forever(settings.receive_timeout / SECOND))
            if "process" in roles:
                loops.append(processor.run())
            if "deliver" in roles:
                loops += [courier.run(), Reaper(database, courier.wake, courier.at_most_once).run()]
            stack.push_async_callback(building.rules.close)
            tasks = [asyncio.create_task(_guarded(loop)) for loop in loops]
            _settle_memory()
            log.info("ready", action="start", roles=sorted(roles), rules=building.rules.state.now.rev)
            yield
            draining.set()
            await committer.flush()
            await courier.drain()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    api = Front(title="Shipbell", version="0.1.0", description=routes.DESCRIPTION, lifespan=lifespan)
    api.state.parts = parts
    routes.install(api)
    Instrumentator(excluded_handlers=["/metrics", "/healthz", "/readyz"], registry=telemetry.REGISTRY).instrument(api)
    if "ingest" in roles:
        api.door = HookDoor(
            sources=building.doors,
            committer=committer,
            clock=database.clock,
            max_body=settings.max_body_bytes,
            shut=shut,
        )
    return api


async def _open_store(building: Building, stack: AsyncExitStack) -> None:
    database = building.database
    await database.start()
    stack.push_async_callback(database.close)
    await database.write(upgrade)
    if "process" in building.settings.roles:
        left = await database.write(suspect_leftovers)
        if left:
            log.warning("receipts were left over by the last run", action="start", receipts=left)
    await count_events(database)


async def _guarded(loop: Coroutine[Any, Any, None]) -> None:
    """A loop that ends by a defect must not end in silence: the process would look well and do nothing."""
    try:
        await loop
    except Exception:
        log.critical("a loop died: the process ends, so that it is started anew", action="loop", exc_info=True)
        raise SystemExit(70) from None


def standing(building: Building) -> dict[str, str]:
    """Every source and how its door stands: `open`, `open to all`, `shut: no secret`, or `api`."""
    doors = {}
    for name, source in building.sources.items():
        door = building.doors.get(name)
        if source.door == "api":
            doors[name] = "api"
        else:
            doors[name] = "shut: no secret" if door is None else "open to all" if door.open_to_all else "open"
    return doors


def _create_series(building: Building) -> None:
    loaded = building.rules.now
    telemetry.create_series(
        sources=sorted(building.sources),
        channels=sorted(loaded.channels),
        rules=[rule.name for rule in loaded.book.rules.rules],
        reasons=sorted(REASONS),
    )


def _settle_memory() -> None:
    """What lives for ever need not be walked by the collector: 9 to 22 % of a request's CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 1_000)
