"""The claims that this process holds: renewed while they are held, let go when their result is recorded."""

from collections.abc import Iterable

from app.kernel.clock import SECOND, Clock
from app.store import Database
from app.store.claims import Claimed, Pair, renew

LEASE = 60 * SECOND
RENEW_AFTER = 10 * SECOND
DEADLINE = 20 * SECOND
"""The longest that one attempt may take."""

if LEASE < 2 * DEADLINE + 10 * SECOND:
    raise AssertionError("a lease that ends during an attempt would send everything twice")


class Leases:
    """Until when each claim is ours, by (delivery, fence)."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._until: dict[Pair, int] = {}

    def __len__(self) -> int:
        return len(self._until)

    def hold(self, claims: Iterable[Claimed], until: int) -> None:
        """These claims are ours now."""
        for claim in claims:
            self._until[claim.id, claim.fence] = until

    def ours(self, claim: Claimed, now: int) -> bool:
        """Whether a claim may still be sent: after a long sleep of the process others may have taken it."""
        return self._until.get((claim.id, claim.fence), 0) > now

    def let_go(self, pairs: Iterable[Pair]) -> None:
        """Their results are recorded, or they are lost."""
        for pair in pairs:
            self._until.pop(pair, None)

    async def renew(self) -> None:
        """Prolong what has been held for ten seconds. What is not ours any more is forgotten."""
        now = self._clock()
        old = [pair for pair, until in self._until.items() if until < now + LEASE - RENEW_AFTER]
        if not old:
            return
        until = now + LEASE
        kept = await self._database.write(lambda connection: renew(connection, old, until))
        for pair in old:
            if pair not in kept:
                self._until.pop(pair, None)
            elif pair in self._until:  # its result may have been recorded meanwhile
                self._until[pair] = until
