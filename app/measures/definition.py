"""What a measure is: its definition in words with an id, and the pure functions that make the number."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from app.measures.points import KINDS, NOW, Seen

Unit = Literal["count", "seconds", "ratio"]
Reason = Literal[
    "rollback", "redeploy", "heal", "not_live",
    "seed", "unknown_artifact", "unknown_lineage",
    "negative", "no_time", "config_clock",
    "no_pull_request", "live_before_merge", "not_merged",
    "open", "cancelled", "unlinked", "undecided", "never_deployed",
]  # fmt: skip
"""Why a row that was looked at is not in a number."""
OTHER: Literal[""] = ""
"""Of a row that the question is not about at all: it is not in the number and not left out of it."""

REASONS: Mapping[Reason, str] = {
    "rollback": "an earlier artifact came back: that is no throughput",
    "redeploy": "the same artifact ran before: nothing changed",
    "heal": "the platform put back what had drifted: nothing was delivered",
    "not_live": "it failed, was superseded, or nobody knows how it ended",
    "seed": "the first deployment that was ever seen here: what it brought is not known",
    "unknown_artifact": "the version leads to no commit",
    "unknown_lineage": "what lies between its commit and the one before it is not known",
    "negative": "the commit is dated after it went live: a clock is wrong",
    "no_time": "the commit has no date",
    "config_clock": "a commit of the manifests alone: it has a clock of its own",
    "no_pull_request": "a commit of no pull request that is known: not on the clocks of pull requests",
    "live_before_merge": "a pull request that was live before it was merged: not on the clock of merges",
    "not_merged": "a pull request of which no merge was told: not on the clock of merges",
    "open": "it has not ended; it is counted as open, and the median says what it may become",
    "cancelled": "somebody took it back: there was no incident",
    "unlinked": "an incident that no deployment is put down to",
    "undecided": "it did not end, or another took its place",
    "never_deployed": "something runs there, but no deployment of it was seen",
}

Judge = Callable[[Any], Reason | Literal[""] | None]
"""Why a point is left out, or None when it is counted, or `OTHER`."""

FEW = 5
"""Below so many rows the points are shown and no headline."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the rows come to. `main` is the one to print large; `values` are more of the same unit or by name.

    `parts` are counts of what it is made of, `points` the values that percentiles were taken of. `open_for` are the
    seconds for which what has not ended is open; `between` are the bounds of `main` when that could move it (an upper
    bound of None has no end). `n` is of how many rows it is made, where it is not of those that were judged alone.
    """

    main: float | None
    values: Mapping[str, float | None] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    points: Sequence[float] = ()
    open_for: Sequence[float] = ()
    between: tuple[float | None, float | None] | None = None
    n: int | None = None


Compute = Callable[[Sequence[Any], Seen], Numbers]


@dataclass(frozen=True, slots=True)
class Measure:
    """A room of the corridor. `version` counts up whenever the definition changes.

    `rows` is the kind of facts that is counted, `judge` says which of them; `beside` are further kinds, whose judges
    say only what is left out. `needs` are kinds that `compute` looks at beyond these.
    """

    name: str
    title: str
    unit: Unit
    version: int
    definition: str
    counted: str
    why: str
    rows: str
    judge: Judge
    compute: Compute
    values: Mapping[str, str]
    reasons: tuple[Reason, ...] = ()
    beside: Mapping[str, Judge] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    always_headline: bool = False
    """A count needs no five rows."""

    def __post_init__(self) -> None:
        strange = {self.rows, *self.beside, *self.needs} - set(KINDS)
        if strange:
            raise ValueError(f"{self.name} asks for {', '.join(sorted(strange))}, which nobody reads")

    @property
    def definition_id(self) -> str:
        """Name and version, as `change_lead_time/1`."""
        return f"{self.name}/{self.version}"

    @property
    def of_now(self) -> bool:
        """Whether it is of what is so now, whatever window is asked for."""
        return self.rows in NOW

    @property
    def facts(self) -> frozenset[str]:
        """Every kind of facts that has to be read for it."""
        return frozenset({self.rows, *self.beside, *self.needs})
