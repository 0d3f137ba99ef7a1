"""From receipts to events, routing records and deliveries: one transaction a batch, safe to run again."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from app import telemetry
from app.estate import Estate
from app.events import UNMAPPED, Envelope, flat, to_json
from app.ingest.interpret import Interpreted, interpret
from app.kernel.clock import SECOND, monotonic, to_us
from app.kernel.errors import StoreUnavailable
from app.kernel.json import dumps
from app.routing import Routing, Rulebook, route
from app.sources import Source
from app.store import Connection, Database
from app.store import events as event_store
from app.store import receipts as receipt_store
from app.store.deliveries import Wanted, plan
from app.store.events import NewEvent
from app.store.receipts import Processed, StoredReceipt

BATCH = 64
MAX_TRIES = 3
RETRY_AFTER = 5 * SECOND

log = structlog.get_logger("process")


@dataclass(frozen=True, slots=True)
class Book:
    """What decides, as one snapshot: a batch reads it once."""

    estate: Estate
    rules: Rulebook
    max_age: Callable[[str], int]
    """How long a message to a channel may wait, in µs."""


@dataclass(slots=True)
class Batch:
    """What one batch came to, for the log, the metrics and the couriers."""

    receipts: int = 0
    new_events: int = 0
    planned: Mapping[str, int] = field(default_factory=dict)


class Processor:
    """Claims receipts and makes of them what they say. Several may run on PostgreSQL."""

    def __init__(
        self,
        database: Database,
        sources: Mapping[str, Source],
        book: Callable[[], Book],
        on_planned: Callable[[Iterable[str]], None],
    ) -> None:
        self._database, self._sources, self._book, self._on_planned = database, sources, book, on_planned
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Something was stored: a hint, nothing depends on it."""
        self._wake.set()

    async def run(self) -> None:
        """Process until cancelled; a database that is away is waited for."""
        pause = 0.05
        while True:
            self._wake.clear()
            try:
                done = await self.once() or await self.suspect()
                pause = 0.05
            except StoreUnavailable as error:
                telemetry.ROUTING_ERRORS.labels("store").inc()
                log.warning("store unavailable", action="process", reason=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)
                continue
            if not done:
                await self._idle()

    async def once(self) -> int:
        """Process one batch of fresh receipts; returns how many there were."""
        return await self._process(lambda connection, now: receipt_store.waiting(connection, now, BATCH))

    async def suspect(self) -> int:
        """Process one receipt that failed or was left over by a crash, alone, its try counted before."""
        now = self._database.clock()
        found = await self._database.write(lambda connection: _count_suspect(connection, now))
        if found is None:
            return 0
        return await self._process(lambda connection, now: receipt_store.waiting(connection, now, 1, suspects=True))

    async def _idle(self) -> None:
        try:
            async with asyncio.timeout(1):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _process(self, claim: Callable[[Connection, int], list[StoredReceipt]]) -> int:
        began = monotonic()
        book = self._book()
        now = self._database.clock()
        batch = await self._database.write(lambda connection: self._work(connection, claim(connection, now), book, now))
        if batch.receipts:
            took = monotonic() - began
            telemetry.STAGE_SECONDS.labels("process").observe(took)
            for channel, number in batch.planned.items():
                telemetry.PLANNED.labels(channel).inc(number)
            log.info("processed", action="process", receipts=batch.receipts, events=batch.new_events,
                     deliveries=sum(batch.planned.values()), ms=round(took * 1000, 1))  # fmt: skip
            self._on_planned(batch.planned)
        return batch.receipts

    def _work(self, connection: Connection, claimed: list[StoredReceipt], book: Book, now: int) -> Batch:
        if not claimed:
            return Batch()
        said = [(receipt, self._interpret(receipt, book.estate)) for receipt in claimed]
        replayed = {receipt.id for receipt in claimed if receipt.flags == receipt_store.REPLAY_FLAG}
        views = {event.id: flat(event) for _, each in said for event in each.events}
        rows = {True: list[NewEvent](), False: list[NewEvent]()}
        for receipt, each in said:
            for event in each.events:
                rows[receipt.id in replayed].append(_stored(event, views[event.id]))
        new = event_store.add(connection, rows[False])
        if rows[True]:
            new |= event_store.add(connection, rows[True], refresh=True)
        planned = self._route(connection, [views[event_id] for event_id in views if event_id in new], book, now)
        receipt_store.finish(connection, [_finished(receipt, each, now) for receipt, each in said], now)
        for receipt, each in said:
            _count(receipt, each, new)
        return Batch(len(claimed), len(new), planned)

    def _interpret(self, receipt: StoredReceipt, estate: Estate) -> Interpreted:
        if receipt.tries > MAX_TRIES:
            return Interpreted(receipt_store.QUARANTINED, "given up: the service died on it again and again")
        return interpret(receipt, self._sources, estate)

    def _route(self, connection: Connection, views: list[dict[str, Any]], book: Book, now: int) -> Mapping[str, int]:
        routed = [(view, route(book.rules, view)) for view in views]
        wanted = [
            Wanted(view["id"], send.channel, send.card, send.rule, 0, book.max_age(send.channel), send.dedupe)
            for view, routing in routed
            for send in routing.sends
        ]
        planned = plan(connection, wanted, now)
        suppressed: dict[str, dict[str, str]] = {}
        for item, reason in planned.suppressed:
            suppressed.setdefault(item.event_id, {})[item.channel] = reason
        event_store.record_routings(
            connection,
            [
                (view["id"], now, book.rules.rev, dumps(_record(routing, suppressed.get(view["id"]))).decode())
                for view, routing in routed
            ],
        )
        for _, routing in routed:
            for rule in routing.matched:
                telemetry.RULE_MATCHES.labels(rule).inc()
        return planned.created


def _count_suspect(connection: Connection, now: int) -> str | None:
    found = receipt_store.waiting(connection, now, 1, suspects=True)
    if not found:
        return None
    receipt_store.count_try(connection, found[0].id)
    return found[0].id


def _record(routing: Routing, suppressed: Mapping[str, str] | None) -> dict[str, Any]:
    record = routing.record()
    if suppressed:
        record["suppressed"] = dict(suppressed)
    return record


def _stored(event: Envelope, view: dict[str, Any]) -> NewEvent:
    if event.occurred_at is None or event.received_at is None:
        raise ValueError("the estate gives every event its times")
    return NewEvent(
        id=event.id,
        receipt_id=event.receipt,
        type=event.type,
        status=event.status,
        source=event.source,
        service=event.service,
        environment=event.environment,
        subject=event.subject,
        occurred_at=to_us(event.occurred_at),
        received_at=to_us(event.received_at),
        data=to_json(view),
    )


def _finished(receipt: StoredReceipt, each: Interpreted, now: int) -> Processed:
    ids = dumps([event.id for event in each.events]).decode()
    tries = max(receipt.tries, 1)  # a suspect's try was counted before it began
    if each.defect and tries < MAX_TRIES:
        telemetry.ROUTING_ERRORS.labels("poison").inc()
        log.error("receipt failed", action="process", receipt=receipt.id, source=receipt.source, reason=each.reason)
        return Processed(receipt.id, receipt_store.RECEIVED, each.reason, receipt.flags, "[]", tries, now + RETRY_AFTER)
    return Processed(receipt.id, each.state, each.reason, each.flags, ids, receipt.tries, now)


def _count(receipt: StoredReceipt, each: Interpreted, new: set[str]) -> None:
    if not each.defect or receipt.tries >= MAX_TRIES:
        telemetry.RECEIPTS_DONE.labels(receipt.source, each.state).inc()
    for event in each.events:
        if event.id not in new:
            continue
        telemetry.EVENTS.labels(receipt.source, event.type).inc()
        if UNMAPPED in (event.service, event.environment):
            telemetry.UNMAPPED.labels(receipt.source).inc()
        if event.occurred_at and event.time_from == "source":
            telemetry.EVENT_LAG.labels(receipt.source).observe(
                (receipt.received_at - to_us(event.occurred_at)) / SECOND
            )
