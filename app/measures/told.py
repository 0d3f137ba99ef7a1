"""What other products would see of the same facts, and what they would print of it. Times are µs UTC."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Rollout(NamedTuple):
    """A deployment to production that is over. `commits` that came back with it are `re_arrivals`."""

    id: str
    service: str
    live_at: int
    kind: str
    succeeded: bool
    artifact: str
    sha: str | None
    repository: str | None
    re_arrivals: int


class Change(NamedTuple):
    """A commit's first arrival."""

    service: str
    repository: str
    sha: str
    deployment_id: str
    authored_at: int | None
    pull_request: int | None


class Merged(NamedTuple):
    """A pull request."""

    repository: str
    id: int
    opened_at: int | None
    first_commit_at: int | None
    merged_at: int | None


class Pushed(NamedTuple):
    """A commit as it was pushed; those of one push have one `pushed_at`."""

    repository: str
    sha: str
    pushed_at: int
    authored_at: int | None


class Trouble(NamedTuple):
    """An incident; `service` is None where nobody knows whose it is; `link` says how its deployment is known."""

    id: str
    service: str | None
    opened_at: int
    resolved_at: int | None
    deployment_id: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """The facts from `start` up to `end`; rollouts and changes reach further back, each list in the order of time."""

    start: int
    end: int
    rollouts: Sequence[Rollout] = ()
    changes: Sequence[Change] = ()
    pulls: Sequence[Merged] = ()
    pushes: Sequence[Pushed] = ()
    troubles: Sequence[Trouble] = ()

    def deployed(self) -> list[Rollout]:
        """What other products count in the window: all that succeeded; of self-healing none of them hears."""
        return [
            each
            for each in self.rollouts
            if each.succeeded and each.kind != "heal" and self.start <= each.live_at < self.end
        ]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a product would print: a count, seconds, shares from 0 up. `otherwise` are figures by another of its
    settings; `notes` say what made them."""

    frequency: int
    frequency_words: str
    lead: float | None
    fail_ratio: float | None
    recovery: float | None
    otherwise: Mapping[str, float | None] = field(default_factory=dict)
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class View:
    """A room of the views: what a product counts, in words by measure, and the function that counts it."""

    name: str
    title: str
    read_at: str
    words: Mapping[str, str]
    look: Callable[[Told], Figures]
