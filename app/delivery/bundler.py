"""The bundler: closes the bundles that are due, and makes of each the one delivery that tells what waited."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

import orjson

from app import telemetry
from app.delivery.digest import Gathering
from app.kernel import logs
from app.kernel.clock import MINUTE, SECOND
from app.kernel.errors import StoreUnavailable
from app.kernel.ids import derived_id
from app.store import Connection, Database, counters
from app.store.closing import Changed, Closing, close, postpone
from app.store.due_bundles import PATIENCE, TIMES, BundleCard, OpenBundle, cards, due, last_card, times
from app.store.overflow import DIGEST
from app.store.together import Together
from app.store.wanted import Wanted

EVERY_SECONDS = 0.5
SETTLE = SECOND // 4
"""How long a request that has come may take to be stored: so long a bundle is left open after it was due."""
REST = MINUTE
BITE = 20

log = logs.get("bundler")


class Bundler:
    """One for each process that delivers; several share the work. `wake` hears of the channels that got a delivery."""

    def __init__(self, database: Database, wake: Callable[[Iterable[str]], None]) -> None:
        self._database, self._wake = database, wake
        self._began: int | None = None
        self._rests: dict[int, int] = {}
        """By bundle, until when (µs) nobody tries again what could not be closed."""

    async def run(self) -> None:
        """Close what is due until cancelled; a database that is away is waited for."""
        while True:
            try:
                while await self.once() == BITE:
                    pass
            except StoreUnavailable as error:
                log.warning("store unavailable", action="bundle", reason=str(error))
            await asyncio.sleep(EVERY_SECONDS)

    async def once(self) -> int:
        """Close one bite of what is due; returns how many were closed."""
        now = self._database.clock()
        # Patience begins with the process: after an outage, what came before it has to be read first.
        self._began = now if self._began is None else min(self._began, now)
        patient_until = now - PATIENCE if now - self._began >= PATIENCE else 0
        found = await self._database.read(lambda c: due(c, now - SETTLE, patient_until, BITE))
        return sum([await self._try(bundle) for bundle in found if self._rests.get(bundle.id, 0) <= now])

    async def _try(self, bundle: OpenBundle) -> bool:
        """Close a bundle. One that cannot be told is kept, and in nobody's way: neither the others' nor the door's."""
        try:
            return await self._close(bundle)
        except StoreUnavailable:
            raise
        except Exception:  # a defect of ours
            self._rests[bundle.id] = self._database.clock() + REST
            log.exception("a bundle could not be closed", action="bundle", bundle=bundle.id, channel=bundle.channel)
            return False

    async def _close(self, bundle: OpenBundle) -> bool:
        span = await self._span(bundle)
        if span.due > bundle.due_at:
            await self._database.write(lambda c: postpone(c, bundle, span))
            return False
        closing = await self._closing(bundle, span)
        now = self._database.clock()
        try:
            await self._database.write(lambda c: _close(c, closing, now))
        except Changed:  # another card came, or another replica was quicker: the next round sees what there is
            return False
        self._tell(closing)
        return True

    async def _span(self, bundle: OpenBundle) -> Together:
        """The cards that belong together, the first ones; what is behind them is another bundle's."""
        span, after = Together(bundle.wait, bundle.max_wait), (0, "")
        while page := await self._database.read(partial(times, bundle_id=bundle.id, after=after)):
            for at, key, until in page:
                if not span.take(at, until):
                    return span
                after = (at, key)
            if len(page) < TIMES:
                break
        return span

    async def _closing(self, bundle: OpenBundle, span: Together) -> Closing:
        if bundle.how == "coalesce":
            last = await self._database.read(lambda c: last_card(c, bundle, span.due))
            return Closing(bundle, span, _alone(bundle, last) if last else None, None, 1 if last else 0)
        gathering, after = Gathering(), (0, "")
        while page := await self._database.read(partial(cards, bundle=bundle, due_at=span.due, after=after)):
            for card in page:
                gathering.add(card)
            after = (page[-1].at, page[-1].key)
        first = gathering.first
        if first is None:
            return Closing(bundle, span, None, None, 0)
        if gathering.count == 1 and bundle.how != "group":
            return Closing(bundle, span, _alone(bundle, first), None, 1)
        return self._digest(bundle, span, gathering)

    def _digest(self, bundle: OpenBundle, span: Together, gathering: Gathering) -> Closing:
        digest_id = derived_id("digest", bundle.id, bundle.key)
        now = self._database.clock()
        view = gathering.view(digest_id, channel=bundle.channel, how=bundle.how, by=bundle.by, now=now)
        card = bundle.card if bundle.how == "group" else DIGEST
        wanted = Wanted(digest_id, bundle.channel, card, gathering.rule, 0, gathering.max_age, extra=gathering.extra())
        return Closing(bundle, span, wanted, orjson.dumps(view), gathering.count)

    def _tell(self, closing: Closing) -> None:
        """Log and wake."""
        bundle, wanted = closing.bundle, closing.wanted
        log.info("closed", action="bundle", bundle=bundle.id, channel=bundle.channel, how=bundle.how, by=bundle.by,
                 cards=closing.span.count, told=closing.told, event_id=wanted.event_id if wanted else None)  # fmt: skip
        if wanted is not None:
            self._wake([bundle.channel])


def _close(connection: Connection, closing: Closing, now: int) -> None:
    """Close a bundle and count it. Raises Changed."""
    closed, channel = close(connection, closing, now), closing.bundle.channel
    tally: dict[counters.Series, int] = {
        (telemetry.BUNDLES_CLOSED, (closing.bundle.how,)): 1,
        (telemetry.PLANNED, (channel,)): closed.planned,
        (telemetry.DELIVERIES, (channel, "cancelled")): closed.cancelled,
        (telemetry.DIGESTED, (channel,)): 0 if closing.digest is None else closing.told,
    }
    counters.add(connection, tally)


def _alone(bundle: OpenBundle, card: BundleCard) -> Wanted:
    """A card that goes out as itself."""
    return Wanted(card.event_id, bundle.channel, card.card, card.rule, card.generation, card.max_age, extra=card.extra)
