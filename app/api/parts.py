"""The parts that the API works with, given once by main."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request

from app.cards import Cards
from app.delivery.courier import Courier
from app.exporter.exporter import Exporter
from app.gates.keeper import Gatekeeper
from app.ingest.committer import Committer
from app.ingest.process import Book, Processor
from app.kernel.clock import Clock
from app.kernel.live import Live
from app.kernel.tokens import Token
from app.sources import Source
from app.store import Database


@dataclass(frozen=True, slots=True)
class RulesState:
    """What the last load of the rules came to. `problems` is empty if it was taken."""

    rev: str
    loaded_at: int
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything that an endpoint may use."""

    database: Database
    committer: Committer
    processor: Processor
    courier: Courier
    sources: Mapping[str, Source]
    doors: Callable[[], Mapping[str, str]]
    """Every source and how its door stands: `open`, `open to all`, `shut: no secret`, `api` or `inside`."""
    book: Callable[[], Book]
    cards: Callable[[], Cards]
    rules: Live[RulesState]
    channels: Callable[[], Mapping[str, str]]
    """Every channel with its kind."""
    tokens: Sequence[Token]
    exporter: Exporter
    gates: Callable[[], Gatekeeper]
    """Asks the gates by the rules in force."""
    clock: Clock
    shut: Callable[[], str | None]
    """Why nothing is taken now (`disk_full`), or None."""
    stale_after: Callable[[], int]
    """How long nobody may have looked at something until what is known of it is stale; µs."""
    draining: asyncio.Event
    """Set when the process is about to end: readiness fails first."""
    roles: frozenset[str]
    max_scan_bytes: int
    report_hosts: Sequence[str]
    """Where a report of tests may lie: a link that leads elsewhere is no button."""


def parts_of(request: Request) -> Parts:
    """The parts of the application that took the request."""
    parts: Parts = request.app.state.parts
    return parts
