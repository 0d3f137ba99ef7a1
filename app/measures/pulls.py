"""The clocks of pull requests, beside the one of commits."""

from collections.abc import Iterable

from app.measures.durations import seconds
from app.measures.points import PullPoint


def first_commit(pulls: Iterable[PullPoint]) -> list[float]:
    """Seconds from the first commit to live, of the pull requests where that is known and not negative."""
    return [
        seconds(each.first_commit_at, each.at)
        for each in pulls
        if each.number is not None and each.first_commit_at is not None and each.first_commit_at <= each.at
    ]


def merge(pulls: Iterable[PullPoint]) -> list[float]:
    """Seconds from merge to live; one that was live before its merge is not among them."""
    return [
        seconds(each.merged_at, each.at)
        for each in pulls
        if each.number is not None and each.merged_at is not None and each.merged_at <= each.at
    ]
