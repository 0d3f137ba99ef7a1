"""Whether several sources tell of one happening: its webhook, the collector that found it, a pipeline's step."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.kernel.clock import HOUR, SECOND

_IN_TURN: dict[str, int | None] = {
    "pipeline.started": 2 * HOUR,
    "pipeline.finished": 2 * HOUR,
    "pull_request.merged": None,
}
"""What a thing may come to again (a run that is run again has the same number): the n-th time that one source tells it
is the n-th time that another one does, if their clocks say so within that time (µs).

A step that failed may tell so two hours before the run is over, for so long may another step take; of a merge Bitbucket
tells no time at all, but when the request was touched last.
"""
_AT_ONCE: dict[str, int] = {"ticket.updated": 5 * SECOND}
"""What has one clock, whoever tells it: the same within that time (µs)."""
TOLD_BY_SEVERAL = frozenset({*_IN_TURN, *_AT_ONCE})
"""Types of which several sources tell with one subject; rollouts are put together by the facts."""
_SAME = {"error": "failed"}
"""What the status of a build cannot say, its run does."""


@dataclass(frozen=True, slots=True)
class Word:
    """What one event told of a thing, by `source`; `at` in µs."""

    event_id: str
    type: str
    status: str | None
    source: str
    subject: str
    at: int

    def tells(self, other: "Word") -> bool:
        """Whether both say that the same came to pass, some time."""
        return self.type == other.type and _came_to(self) == _came_to(other)


def retold(one: Word, words: Iterable[Word]) -> list[str]:
    """The events of other sources that tell what `one` tells. `words` are all on its subject, `one` is among them."""
    alike = sorted((each for each in words if each.tells(one)), key=lambda each: (each.at, each.event_id))
    others = [each for each in alike if each.source != one.source]
    if one.type in _AT_ONCE:
        return [each.event_id for each in others if abs(each.at - one.at) <= _AT_ONCE[one.type]]
    within = _IN_TURN[one.type]
    turn = _turn(one, alike)
    return [
        each.event_id
        for each in others
        if _turn(each, alike) == turn and (within is None or abs(each.at - one.at) <= within)
    ]


def _turn(one: Word, alike: list[Word]) -> int:
    """The how-manieth time its source tells it."""
    return [each.event_id for each in alike if each.source == one.source].index(one.event_id)


def _came_to(word: Word) -> str | None:
    return _SAME.get(word.status or "", word.status)
