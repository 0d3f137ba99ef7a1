"""What a budget would make of the posts over a connection."""

from hypothesis import given
from hypothesis import strategies as st

from app.delivery.pace import free_at, spend
from app.kernel.clock import SECOND
from app.routing.backtest.posts import Posts
from app.routing.rulebook import Connection


def posts(times: list[int], when_full: str = "wait", channels: str = "a") -> Posts:
    """Two posts in ten seconds; times in seconds, the channels in turn."""
    found = Posts(Connection("notify", 2, 10, when_full))
    for number, at in enumerate(times):
        found.post(channels[number % len(channels)], at * SECOND)
    return found


def test_the_most_in_any_window_is_what_was_wanted() -> None:
    found = posts([0, 5, 9, 10, 11, 40])
    assert (found.wanted, found.most, found.most_at) == (6, 4, 11 * SECOND)  # of 5, 9, 10 and 11: 0 was 10 s before
    assert posts([0, 10, 20]).most == 1


def test_what_finds_no_room_waits() -> None:
    found = posts([0, 1, 2, 3])
    assert (found.sent, found.no_room, found.longest_wait) == (4, 2, 8 * SECOND)
    found = posts([0, 1, 10, 11])
    assert (found.sent, found.no_room, found.longest_wait) == (4, 0, 0)


def test_what_finds_no_room_becomes_one_message_for_each_channel() -> None:
    found = posts([0, 1, 2, 3, 4, 5], "digest")
    assert (found.wanted, found.sent, found.no_room) == (6, 3, 4)
    found = posts([0, 0, 1, 2, 3, 4], "digest", channels="ab")  # the budget is theirs together
    assert (found.wanted, found.sent, found.no_room) == (6, 4, 4)


def test_after_the_digest_went_out_the_next_is_a_new_one() -> None:
    found = posts([0, 0, 1, 9, 10, 11, 19, 20], "digest")
    assert (found.sent, found.no_room) == (6, 4)  # 1 and 9 go out at 10, and 10 has room; 11 and 19 at 20


@given(st.lists(st.integers(0, 100), max_size=60))
def test_waiting_is_what_the_courier_does(times: list[int]) -> None:
    times.sort()
    stamps: list[int] = []
    longest = late = 0
    for at in times:
        goes = free_at(stamps, 2, 10, max([at, *stamps]))
        goes = max(at, goes)
        stamps = spend(stamps, 1, 10, goes)
        longest, late = max(longest, goes - at), late + (goes > at)
    found = posts(times)
    assert (found.longest_wait, found.no_room, found.sent) == (longest * SECOND, late, len(times))


def test_only_the_window_is_kept() -> None:
    found = Posts(Connection("notify", 25, 300, "digest"))
    for at in range(100_000):
        found.post("qa", at * SECOND)
    assert len(found._in_window) == 300
    assert (found.most, found.wanted) == (300, 100_000)
