"""The arithmetic of a budget: so many posts in any window that slides over the time. Pure.

Microsoft allows 25 posts of the Flow bot in 300 s for each connection:
https://learn.microsoft.com/en-us/connectors/teams/#limits
"""

from collections.abc import Sequence


def within(stamps: Sequence[int], per_us: int, now: int) -> list[int]:
    """The posts that still count, the oldest first. One from far ahead (the clock was put back) does not."""
    return sorted(stamp for stamp in stamps if now - per_us < stamp <= now + per_us)


def free(stamps: Sequence[int], posts: int, per_us: int, now: int) -> int:
    """How many posts may go out now."""
    return max(posts - len(within(stamps, per_us, now)), 0)


def free_at(stamps: Sequence[int], posts: int, per_us: int, now: int) -> int:
    """When the next post may go out, µs; `now` if one may."""
    counted = within(stamps, per_us, now)
    return now if len(counted) < posts else counted[-posts] + per_us


def spend(stamps: Sequence[int], count: int, per_us: int, now: int) -> list[int]:
    """The posts that count after `count` more."""
    return [*within(stamps, per_us, now), *[now] * count]
