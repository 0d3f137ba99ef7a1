"""Takes messages out of a queue: each becomes a receipt, and is deleted only when the receipt is durable.

At least once: what was stored but not deleted comes again, and is told as a repeat by the source's own key. While our
store is away the messages in hand are held, not given back: to be given out again and again would count against them
until the queue puts them aside (which is left to the queue).
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress

from app import telemetry
from app.clients.faults import PASSING, ApiFault
from app.clients.sqs import VISIBILITY_SECONDS, WAIT_SECONDS, Message, Queue
from app.ingest.committer import Committer
from app.ingest.door import new_receipt
from app.kernel import logs
from app.kernel.clock import SECOND, Clock
from app.kernel.errors import Overloaded, StoreUnavailable
from app.sources import Source
from app.store.receipts import Accepted

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds of rest after the first, second, … thing in a row that failed."""
LAST_LOOK_SECONDS = 1
"""How long an empty queue is given to show that it is not: SQS asks all of its servers from one second on."""
HOLD_EVERY = VISIBILITY_SECONDS / 3
RELEASED_FOR = 30
"""Seconds for which a message that cannot be stored alone is given back; doubled each time that it comes again."""
RELEASED_LONGEST = 900
DELETES = 3
GRACE_SECONDS = 10.0
_HEADERS = {"content-type": "application/json", "user-agent": "amazon-sqs"}

log = logs.get("consumer")


class Consumer:
    """One loop over one queue. Several may run, here or elsewhere: the queue gives each message to one of them."""

    def __init__(
        self,
        open_queue: Callable[[], AbstractAsyncContextManager[Queue]],
        source: Source,
        committer: Committer,
        clock: Clock,
        shut: Callable[[], object] = lambda: None,
    ) -> None:
        self._open, self._source, self._committer, self._clock, self._shut = open_queue, source, committer, clock, shut
        self.taken = dict.fromkeys(telemetry.QUEUE_OUTCOMES, 0)
        """How many messages came to what."""
        self._stop = asyncio.Event()
        self._ended = asyncio.Event()
        self._failed = 0

    async def run(self, *, until_empty: bool = False) -> None:
        """Consume until `drain` is called or, with `until_empty`, until the queue gives nothing.

        With `until_empty` it raises ApiFault when waiting would not help: refused, or away for as long as all PAUSES.
        """
        try:
            while not self._stop.is_set():
                try:
                    async with self._open() as queue:
                        await self._consume(queue, until_empty)
                    return
                except ApiFault as fault:
                    telemetry.QUEUE_FAULTS.inc()
                    log.warning("the queue gives no answer", action="consume", kind=fault.kind, reason=fault.detail)
                    if until_empty and (fault.kind not in PASSING or self._failed >= len(PAUSES)):
                        raise
                    await self._rest()
        finally:
            self._ended.set()

    def stop(self) -> None:
        """Ask for no more messages, and finish what is in hand."""
        self._stop.set()

    async def drain(self, grace: float = GRACE_SECONDS) -> None:
        """Stop, and wait for it; what is cut off comes again."""
        self.stop()
        try:
            async with asyncio.timeout(grace):
                await self._ended.wait()
        except TimeoutError:
            log.warning("messages were cut off: the queue gives them out again", action="drain")

    async def _consume(self, queue: Queue, until_empty: bool) -> None:
        while not self._stop.is_set():
            if self._shut():
                await self._rest()
                continue
            messages = await self._receive(queue, LAST_LOOK_SECONDS if until_empty else WAIT_SECONDS)
            if messages is None:
                return
            self._failed = 0
            telemetry.QUEUE_ANSWERED.set(self._clock() / SECOND)
            if messages:
                await self._take(queue, messages)
            elif until_empty:
                return

    async def _receive(self, queue: Queue, wait_seconds: int) -> list[Message] | None:
        """The next messages; None when it is time to stop. What SQS was about to give then comes again."""
        asked, stop = asyncio.ensure_future(queue.receive(wait_seconds)), asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({asked, stop}, return_when=asyncio.FIRST_COMPLETED)
            return asked.result() if asked.done() else None
        finally:
            for each in (asked, stop):
                each.cancel()
            await asyncio.gather(asked, stop, return_exceptions=True)

    async def _take(self, queue: Queue, messages: list[Message]) -> None:
        """Store them, however long that takes; they stay ours meanwhile."""
        left = list(messages)
        holding = asyncio.create_task(self._hold(queue, left))
        try:
            telemetry.QUEUE_IN_HAND.set(len(left))
            while left and not self._stop.is_set():
                waits = await self._store(queue, left)
                if not waits:
                    break
                await self._rest()
            self._failed = 0
        finally:
            telemetry.QUEUE_IN_HAND.set(0)
            holding.cancel()
        if left:
            await self._release(queue, left)

    async def _store(self, queue: Queue, left: list[Message]) -> bool:
        """Store what is left and delete what is durable; whether the rest only waits for the store."""
        results = await asyncio.gather(*(self._commit(each) for each in left), return_exceptions=True)
        done = [each for each, result in zip(left, results, strict=True) if isinstance(result, Accepted)]
        for result in results:
            if isinstance(result, Accepted):
                self._count("duplicate" if result.duplicate else "stored")
            elif not isinstance(result, Overloaded | StoreUnavailable):
                raise result
        left[:] = [each for each in left if each not in done]
        await self._delete(queue, done)
        busy = any(isinstance(result, Overloaded) for result in results)
        if left:
            log.warning("could not be stored", action="consume", messages=len(left), store="busy" if busy else "away")
        return bool(left) and (busy or self._committer.failing)

    async def _commit(self, message: Message) -> Accepted:
        body = message.body.encode("utf-8", "replace")
        return await self._committer.submit(new_receipt(self._source, _HEADERS, body, -1, self._clock()))

    async def _delete(self, queue: Queue, done: Sequence[Message]) -> None:
        """Delete what is durable. What cannot be deleted comes again, and is a repeat."""
        left = list(done)
        for pause in PAUSES[:DELETES]:
            try:
                left = await queue.delete(left)
            except ApiFault as fault:
                telemetry.QUEUE_FAULTS.inc()
                log.warning("not deleted yet", action="consume", kind=fault.kind, reason=fault.detail)
            if not left:
                return
            await asyncio.sleep(pause)
        self._count("not_deleted", len(left))
        log.warning("not deleted: they come again, as repeats", action="consume", messages=len(left))

    async def _hold(self, queue: Queue, left: Sequence[Message]) -> None:
        while True:
            await asyncio.sleep(HOLD_EVERY)
            with suppress(ApiFault):  # then they come again
                await queue.hold(left, VISIBILITY_SECONDS)

    async def _release(self, queue: Queue, left: Sequence[Message]) -> None:
        """Give back: at once when we stop, and later and later what nobody could store. Redrive is SQS's own."""
        self._count("released", len(left))
        most = max(each.received for each in left)
        seconds = 0 if self._stop.is_set() else min(RELEASED_LONGEST, RELEASED_FOR * 2 ** min(most, 10))
        with suppress(ApiFault):
            await queue.hold(left, seconds)

    def _count(self, outcome: str, messages: int = 1) -> None:
        self.taken[outcome] += messages
        telemetry.QUEUE_MESSAGES.labels(outcome).inc(messages)

    async def _rest(self) -> None:
        pause = PAUSES[min(self._failed, len(PAUSES) - 1)]
        self._failed += 1
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._stop.wait()
