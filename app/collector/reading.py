"""One service's repository as a round reads it: its names, how far it was read, and what a call may cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.clients.bitbucket import Bitbucket
from app.clients.bitbucket_answers import Repository
from app.collector.work import Work
from app.kernel.clock import DAY, HOUR
from app.store.collected import Seen

OVERLAP = HOUR
"""µs that a list is read again: a run is listed by its start and told at its end."""
SPARE = 4
"""The part of an hour's calls (a quarter) below which what can wait is left for a later round."""
HALF = 2
"""The part of an hour's calls (half) that looking for news may take; the rest is for reading what is new."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`name` is how the repository is asked for, `its` what it is called now; `first`: nothing of it was told yet."""

    work: Work
    bitbucket: Bitbucket
    service: str
    name: str
    its: Repository
    first: bool

    def since(self, what: str) -> int:
        """From when on a list is read, µs."""
        before = self.work.before("cursor", f"{what}:{self.name}")
        return max(self.work.since, int(before.digest) - OVERLAP) if before and not self.work.again else self.work.since

    def read_at(self, what: str) -> int | None:
        """When a list was last read to its end, µs."""
        before = self.work.before("cursor", f"{what}:{self.name}")
        return before.at if before else None

    def remember(self, what: str, complete: bool, running: Sequence[int] = ()) -> None:
        """Read on from here next time: from now, or from the oldest thing that is not over.

        What has run for longer than a day waits for somebody, or for ever: nobody looks back for it.
        """
        if complete:
            upto = min([self.work.now, *(at for at in running if at > self.work.now - DAY)])
            self.work.note(Seen("cursor", f"{what}:{self.name}", str(upto), self.work.now))

    def may_spend(self) -> bool:
        """Whether there are calls left for what can wait."""
        budget = self.bitbucket.api.budget
        return budget.remaining is None or budget.remaining * SPARE > (budget.per_hour or 0)


def pause(bitbucket: Bitbucket, services: int) -> int:
    """How long a repository is left alone after it was asked for news, µs, so that the hour's calls last for all."""
    hourly = bitbucket.api.budget.per_hour
    return services * HOUR * HALF // hourly if hourly else 0
