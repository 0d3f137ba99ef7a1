"""Which of several sources' words are on one happening."""

import pytest

from app.facts.retold import Word, retold
from app.kernel.clock import HOUR, MINUTE, SECOND

RUN = "build:{c76e}:1042"


def word(event_id: str, source: str, at: int, status: str | None = "failed", kind: str = "pipeline.finished") -> Word:
    return Word(event_id, kind, status, source, RUN, at)


def test_another_sources_word_on_the_same_end_is_the_same_news() -> None:
    first, second = word("a", "bitbucket", 0), word("b", "collector", SECOND, "error")
    assert retold(second, [first, second]) == ["a"]
    assert retold(first, [first, second]) == ["b"]


@pytest.mark.parametrize(
    "other",
    [
        word("b", "bitbucket", SECOND),
        word("b", "collector", SECOND, "succeeded"),
        word("b", "collector", SECOND, None, "pipeline.started"),
        word("b", "collector", 2 * HOUR + 1),
    ],
    ids=["its own second word", "another end", "its beginning", "long after"],
)
def test_what_is_no_second_word_on_the_same(other: Word) -> None:
    one = word("a", "bitbucket", 0)
    assert retold(one, [one, other]) == []
    assert retold(other, [one, other]) == []


def test_a_run_that_is_run_again_fails_anew_whoever_tells_it() -> None:
    """A step tells half an hour before the run is over; the second run is over forty minutes after the first."""
    told = [word("r1", "reports", 0), word("w1", "bitbucket", 30 * MINUTE)]
    again = [word("r2", "reports", 40 * MINUTE), word("w2", "bitbucket", 70 * MINUTE)]
    everything = [*told, *again]
    assert [retold(each, everything) for each in everything] == [["w1"], ["r1"], ["w2"], ["r2"]]


def test_a_merge_is_one_however_late_bitbucket_was_asked() -> None:
    one = word("a", "bitbucket", 0, None, "pull_request.merged")
    late = word("b", "collector", 72 * HOUR, None, "pull_request.merged")
    assert retold(late, [one, late]) == ["a"]


def test_of_a_tickets_changes_the_collector_has_seen_the_last() -> None:
    changes = [word(f"j{each}", "jira", each * MINUTE, None, "ticket.updated") for each in range(3)]
    seen = word("c", "collector", 2 * MINUTE + SECOND, None, "ticket.updated")
    assert retold(seen, [*changes, seen]) == ["j2"]
    assert retold(changes[0], [*changes, seen]) == []
