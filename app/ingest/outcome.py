"""What a processed receipt comes to: rows for the store, numbers for the metrics."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import structlog

from app import telemetry
from app.events import UNMAPPED, Envelope, to_json
from app.events.bodies import GateDecided
from app.ingest.interpret import MAX_TRIES, Interpreted
from app.kernel.clock import SECOND, from_iso
from app.kernel.json import dumps
from app.routing import Routing
from app.store import receipts as receipt_store
from app.store.counters import Series
from app.store.events import NewEvent
from app.store.receipts import Processed, StoredReceipt

RETRY_AFTER = 5 * SECOND

log = structlog.get_logger("process")


class Read(NamedTuple):
    """A receipt, what it says, and its events with their flat views."""

    receipt: StoredReceipt
    said: Interpreted
    events: Sequence[tuple[Envelope, dict[str, Any]]]


def stored(event: Envelope, view: dict[str, Any]) -> NewEvent:
    """An event as a row."""
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
        occurred_at=from_iso(event.occurred_at),
        received_at=from_iso(event.received_at),
        data=to_json(view),
    )


def finished(receipt: StoredReceipt, said: Interpreted, now: int) -> Processed:
    """A receipt's new state. What fails in our own code is tried three times, alone, before it is quarantined."""
    tries = max(receipt.tries, 1)  # a suspect's try was counted before it began
    if said.defect and tries < MAX_TRIES:
        log.error("receipt failed", action="process", receipt=receipt.id, source=receipt.source, reason=said.reason)
        return Processed(receipt.id, receipt_store.RECEIVED, said.reason, receipt.flags, "[]", tries, now + RETRY_AFTER)
    ids = dumps([event.id for event in said.events]).decode()
    return Processed(receipt.id, said.state, said.reason, said.flags, ids, receipt.tries, now)


def count(batch: Sequence[Read], routed: Sequence[Routing], new: set[str]) -> Counter[Series]:
    """What a batch adds to the counters: its receipts, new events and rules."""
    tally: Counter[Series] = Counter()
    for read in batch:
        source, said = read.receipt.source, read.said
        if not said.defect or read.receipt.tries >= MAX_TRIES:
            tally[telemetry.RECEIPTS_DONE, (source, said.state)] += 1
            again = read.receipt.flags == receipt_store.REPLAY_FLAG
            tally[telemetry.REPLAYED, (source,)] += again
            tally[telemetry.LEFT_OUT, (source,)] += 0 if again else said.left_out
        for event in said.events:
            if event.id in new:
                tally[telemetry.EVENTS, (source, event.type)] += 1
                tally[telemetry.SERVICE_EVENTS, (event.service,)] += 1
                tally[telemetry.UNMAPPED, (source,)] += UNMAPPED in (event.service, event.environment)
                if isinstance(event, GateDecided) and (asked := _gate(event)) in telemetry.GATES.series:
                    tally[telemetry.GATES, asked] += 1
    for routing in routed:
        for rule in routing.matched:
            tally[telemetry.RULE_MATCHES, (rule,)] += 1
    return tally


def _gate(event: GateDecided) -> tuple[str, str, str]:
    """The gate, the service and what came of it, as they are counted; gates that there are not are not."""
    verdict = {"block": "block", "unknown": "error"}.get(event.verdict or "unknown", "allow")
    return event.gate or "", event.service, "bypass" if event.bypassed_by else verdict


def observe(batch: Sequence[Read], new: set[str]) -> None:
    """What only this process tells of a stored batch: how late its news was, and what it could not make of it."""
    for read in batch:
        if read.said.defect and read.receipt.tries < MAX_TRIES:
            telemetry.ROUTING_ERRORS.labels("poison").inc()
        for event in read.said.events:
            if event.id in new:
                _observe_lag(read.receipt.source, event, read.receipt.received_at)


def _observe_lag(source: str, event: Envelope, received_at: int) -> None:
    if event.occurred_at and event.time_from == "source":
        telemetry.EVENT_LAG.labels(source).observe((received_at - from_iso(event.occurred_at)) / SECOND)
