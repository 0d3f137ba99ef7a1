"""Rules with a schedule: when one is due, its summary is made and sent, once, whoever gets to it first."""

import asyncio
from collections.abc import Mapping
from functools import partial

from app.ingest.own_news import Teller, tell
from app.ingest.process import Book
from app.ingest.summary import dora_of, summary_draft
from app.kernel import logs
from app.kernel.clock import DAY, Clock
from app.kernel.errors import StoreUnavailable
from app.routing import route_scheduled
from app.routing.rulebook import Rule
from app.store import Connection
from app.store.schedules import claim_due, enrol
from app.store.summary import happened

EVERY_SECONDS = 5.0
LATEST = DAY
"""A summary that could not be made for longer than this (µs) is left out; the next one covers its time, too."""

log = logs.get("schedules")


class Scheduler:
    """Looks every few seconds for rules that are due."""

    def __init__(self, teller: Teller, clock: Clock) -> None:
        self._teller, self._clock = teller, clock
        self._done: dict[str, int] = {}

    async def run(self) -> None:
        """Run until cancelled; a database that is away is waited for."""
        while True:
            try:
                await self.once()
            except StoreUnavailable as error:
                log.warning("store unavailable", action="schedule", reason=str(error))
            except Exception:  # a summary that cannot be made must not end what webhooks need
                log.exception("a summary could not be made", action="schedule")
            await asyncio.sleep(EVERY_SECONDS)

    async def once(self) -> None:
        """Make what is due now."""
        now = self._clock()
        for rule in self._teller.rules.scheduled:
            due = rule.schedule.last_due(now) if rule.schedule else None
            if due is not None and self._done.get(rule.name) != due:
                await self._teller.write(partial(_run_due, rule=rule, due=due))
                self._done[rule.name] = due


def _run_due(connection: Connection, book: Book, now: int, rule: Rule, due: int) -> Mapping[str, int]:
    """Make the summary of a rule that was due at `due` (µs), unless it has been; returns new deliveries by channel."""
    enrol(connection, rule.name, due)
    since = None if now - due > LATEST else claim_due(connection, rule.name, due)
    if since is None:
        return {}
    stages = tuple(book.estate.tiers.items())
    dora = dora_of(connection, stages, since, due)
    draft = summary_draft(rule.name, since, due, happened(connection, since, due), dora)
    log.info("a summary is due", action="schedule", rule=rule.name)
    return tell(connection, book, [draft], now, lambda book, view: route_scheduled(book.rules, rule, view))
