"""What belongs together is decided by the times alone."""

from hypothesis import given
from hypothesis import strategies as st

from app.store.together import Together


def taken(together: Together, *cards: tuple[int, int]) -> list[bool]:
    return [together.take(at, until) for at, until in cards]


def test_each_card_prolongs_the_wait_up_to_the_longest() -> None:
    together = Together(wait=10, max_wait=25)
    assert taken(together, (100, 0), (110, 0), (119, 0), (125, 0), (126, 0)) == [True, True, True, True, False]
    assert (together.count, together.first, together.last, together.due) == (4, 100, 125, 125)


def test_a_span_holds_them_all_until_its_end() -> None:
    together = Together(wait=0, max_wait=0)
    assert taken(together, (100, 500), (300, 500), (500, 500), (501, 900)) == [True, True, True, False]
    assert (together.count, together.due) == (3, 500)


def test_a_group_in_a_held_span_waits_for_both() -> None:
    together = Together(wait=10, max_wait=50)
    assert taken(together, (100, 105), (108, 105)) == [True, True]
    assert together.due == 118
    later = Together(wait=10, max_wait=50)
    assert taken(later, (100, 200), (150, 200)) == [True, True]
    assert later.due == 200


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=1), st.integers(0, 20), st.integers(0, 60)
)
def test_what_is_taken_came_before_it_was_due(cards: list[tuple[int, int]], wait: int, max_wait: int) -> None:
    together = Together(wait, max_wait)
    inside = [card for card in sorted(cards) if together.take(*card)]
    assert together.count == len(inside) >= 1
    assert together.due == max(max(until for _, until in inside), min(inside[-1][0] + wait, inside[0][0] + max_wait))
    assert (together.first, together.last) == (inside[0][0], inside[-1][0])
