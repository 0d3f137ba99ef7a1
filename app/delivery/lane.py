"""A lane: the way of one channel's deliveries from claim to outcome. Lanes do not wait for each other."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app import telemetry
from app.cards import Cards
from app.delivery import breaker, pace
from app.delivery.attempt import Prepared, attempt, prepare
from app.delivery.leases import LEASE, Leases
from app.delivery.opening import Budget, OpenChannel
from app.delivery.results import ResultWriter
from app.delivery.retry import Decision
from app.kernel import logs
from app.kernel.clock import SECOND, Clock, monotonic
from app.kernel.errors import StoreUnavailable
from app.store import Connection, Database
from app.store.budgets import read_stamps, save_stamps
from app.store.card_facts import KINDS, OF_INCIDENT, card_facts
from app.store.channel_states import ChannelState
from app.store.claims import Claimed, claim, hasten
from app.store.overflow import BITE, overflow
from app.store.results import RELEASED, Result

MOST_HELD = 64
AT_A_TIME = 32
"""Cards that are made in a row, some 5 ms: in a row each takes less, and webhooks wait meanwhile."""

log = logs.get("courier")


@dataclass(frozen=True, slots=True)
class Desk:
    """What all lanes work with."""

    database: Database
    cards: Callable[[], Cards]
    clock: Clock
    jitter: Callable[[], float]
    """A number in [0, 1)."""
    owner: str
    leases: Leases
    results: ResultWriter
    why: Callable[[str], str]
    """The page that says why an event was told, by the event's id; "" if there is none."""
    ticket_urls: Callable[[Iterable[str]], Mapping[str, str]]
    """The pages of tickets by their keys, as far as the estate says."""


class Lane:
    """Claims a few more than can be sent at once, so that senders need not wait for the store."""

    def __init__(self, desk: Desk, opened: OpenChannel, state: ChannelState) -> None:
        self.opened, self.state = opened, state
        self._desk, self._seconds = desk, telemetry.DELIVERY_SECONDS.labels(opened.name)
        # What a crash leaves behind counts as ambiguous, sent or not: so no more than is needed.
        self._most = min(opened.settings.concurrency * (1 if opened.budget else 4), MOST_HELD)
        self._queue: asyncio.Queue[Prepared | None] = asyncio.Queue()
        self._busy = 0
        self._more = False
        self._afford_at = 0
        self._recovered = self._stopping = False
        self._wake = asyncio.Event()
        self._filler = asyncio.create_task(self._fill(), name=f"lane {opened.name}")
        self._senders = [
            asyncio.create_task(self._send(), name=f"sender {opened.name}") for _ in range(opened.settings.concurrency)
        ]

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    def show(self, now: int) -> None:
        """Set the gauges; not those of a lane that has stopped: somebody else may have its channel by now."""
        if self._stopping:
            return
        pause = (self.state.not_before - now) / SECOND if breaker.resting(self.state, now) else 0.0
        telemetry.BREAKER.labels(self.opened.name).set(breaker.gauge(self.state, now))
        telemetry.THROTTLED.labels(self.opened.name).set(pause)

    async def stop(self, grace: float) -> None:
        """Claim no more, give back what is unsent, wait `grace` seconds for what is on its way, then cut it off."""
        self._stopping = True
        self._wake.set()
        await self._filler  # never cancelled: a claim that was committed unheard would count as ambiguous
        for _ in self._senders:
            self._queue.put_nowait(None)
        _, late = await asyncio.wait(self._senders, timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        # Whoever has the channel now shows how it stands: what stayed here would alarm for ever.
        telemetry.BREAKER.labels(self.opened.name).set(breaker.CLOSED)
        telemetry.THROTTLED.labels(self.opened.name).set(0)

    def abandon(self) -> None:
        """End at once; leases run out by themselves."""
        self._stopping = True
        for task in (self._filler, *self._senders):
            task.cancel()

    async def _fill(self) -> None:
        while not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            try:
                while limit := self._room():
                    await self._take(limit)
                    if not self._more:
                        break
                await self._put_off()
            except StoreUnavailable as error:
                log.warning("store unavailable", action="claim", channel=self.opened.name, reason=str(error))
            except Exception:
                log.exception("a claim failed", action="claim", channel=self.opened.name)

    def _room(self) -> int:
        now, waiting = self._desk.clock(), self._queue.qsize()
        if self._stopping or now < self._afford_at <= now + breaker.FARTHEST:
            return 0
        if waiting > self._most // 2:
            return 0
        return breaker.room(self.state, now, waiting + self._busy, self._most)

    async def _take(self, limit: int) -> None:
        desk, name, budget = self._desk, self.opened.name, self.opened.budget
        now, began = desk.clock(), monotonic()
        if self._recovered:
            self._recovered = False
            await desk.database.write(lambda c: hasten(c, name, now))
        if budget is None:
            claims = await desk.database.write(lambda c: claim(c, name, desk.owner, limit, now, LEASE))
        else:
            claims, self._afford_at = await desk.database.write(
                lambda c: claim_within(c, budget, name, desk.owner, limit, now)
            )
        telemetry.STAGE_SECONDS.labels("claim").observe(monotonic() - began)
        desk.leases.hold(claims, now + LEASE)
        self._more = len(claims) == limit
        await self._prepare(claims)

    async def _put_off(self) -> None:
        """While no post is left, what comes is told by a digest once there is one."""
        desk, name, budget, free_at = self._desk, self.opened.name, self.opened.budget, self._afford_at
        now, put_off = desk.clock(), BITE
        if budget is None or not budget.digest or self._stopping or not now < free_at <= now + breaker.FARTHEST:
            return
        while put_off == BITE:
            put_off = await desk.database.write(
                lambda c: overflow(c, budget.connection, name, desk.owner, now, free_at)
            )

    async def _prepare(self, claims: list[Claimed]) -> None:
        """Make the cards in a row, which takes half the time of making each between two posts."""
        cards, facts = self._desk.cards(), await self._facts(claims)
        for number, each in enumerate(claims, 1):
            self._queue.put_nowait(prepare(each, cards, self._desk.why(each.event_id), facts.get(each.id)))
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)

    async def _facts(self, claims: list[Claimed]) -> Mapping[int, dict[str, Any]]:
        """What the facts add to these cards, by delivery. No card waits for them: what cannot be read is left out.

        A card is made once; what an incident's news leaves out goes with each try, for channels that send no card.
        """
        views = {
            each.id: orjson.loads(each.data)
            for each in claims
            if each.data is not None
            and any(kind in each.data for kind in (KINDS if each.rendered is None else (OF_INCIDENT,)))
        }
        if not views:
            return {}
        urls = self._desk.ticket_urls
        try:
            return await self._desk.database.read(
                lambda connection: {name: card_facts(connection, view, urls) for name, view in views.items()}
            )
        except StoreUnavailable:
            return {}
        except Exception:  # a defect of ours: the cards go out without it
            log.exception("what the facts add to cards could not be read", action="deliver")
            return {}

    async def _send(self) -> None:
        while (each := await self._queue.get()) is not None:
            self._busy += 1
            try:
                await self._deliver(each)
            except Exception:  # a defect of ours: the lease runs out, and the reaper sees to it
                self._desk.leases.let_go([(each.claim.id, each.claim.fence)])
                log.exception("a delivery failed", action="deliver", delivery=each.claim.id)
            finally:
                self._busy -= 1
            if self._more and self._queue.qsize() <= self._most // 2:
                self._wake.set()

    async def _deliver(self, prepared: Prepared) -> None:
        desk, now, each = self._desk, self._desk.clock(), prepared.claim
        if not desk.leases.ours(each, now):
            desk.leases.let_go([(each.id, each.fence)])
            return
        if self._stopping or breaker.resting(self.state, now):
            self._more = True
            desk.results.put(self.opened.name, Result(each.id, each.fence, RELEASED))
            return
        tried = await attempt(prepared, self.opened, desk.cards(), self._seconds, desk.clock, desk.jitter)
        desk.results.put(self.opened.name, tried.result)
        self._learn(tried.decision, desk.clock())
        if tried.cut is not None:
            raise tried.cut

    def _learn(self, decision: Decision, now: int) -> None:
        """What an attempt says of the channel itself."""
        before, self.state = self.state, self._after(decision, now)
        if self.state.breaker != before.breaker:
            log.warning("breaker", action="deliver", channel=self.opened.name, state=self.state.breaker,
                        reason=decision.reason, fails=self.state.fails)  # fmt: skip
            self._recovered = self.state.breaker == "closed"
            self._wake.set()
        if self.state is not before and not self._stopping:
            self._desk.results.put_state(self.state)

    def _after(self, decision: Decision, now: int) -> ChannelState:
        state, reason = self.state, decision.reason
        if decision.pause_until is not None:
            return breaker.paused(state, decision.pause_until, reason)
        match decision.effect:
            case "alive":
                return breaker.accepted(state, now)
            case "failing":
                return breaker.failed(state, now, reason, self._desk.jitter())
            case "broken":
                return breaker.refused(state, now, reason, self._desk.jitter())
            case "none":
                return state


def claim_within(
    connection: Connection, budget: Budget, channel: str, owner: str, limit: int, now: int
) -> tuple[list[Claimed], int]:
    """Claim no more than the connection's budget has left, and spend it; with the time (µs) of the next post."""
    stamps = read_stamps(connection, budget.connection)
    left = min(limit, pace.free(stamps, budget.posts, budget.per_us, now))
    claims = claim(connection, channel, owner, left, now, LEASE) if left else []
    if claims:
        stamps = pace.spend(stamps, len(claims), budget.per_us, now)
        save_stamps(connection, budget.connection, stamps)
    return claims, pace.free_at(stamps, budget.posts, budget.per_us, now)
