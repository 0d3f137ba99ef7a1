"""When cards that wait for each other would go out."""

from hypothesis import given
from hypothesis import strategies as st

from app.routing.backtest.bundles import FAR, Bundles
from app.routing.calm import Wait


def waiting(at: int, key: str = "k", **changes: int | bool) -> Wait:
    values = {"wait": 10, "max_wait": 25, "until": 0} | changes
    return Wait("group", "it", key, "digest", at, **values)  # type: ignore[arg-type]


def told(joins: list[Wait]) -> list[tuple[int, str]]:
    """All posts: those of bundles, and those of first cards that go out at once."""
    bundles, posts = Bundles(), []
    for wait in joins:
        posts += bundles.due(wait.at)
        if not bundles.join(wait, wait.key):
            posts.append((wait.at, wait.key))
    return posts + list(bundles.due(FAR))


def test_a_bundle_goes_out_when_nothing_came_for_its_wait() -> None:
    assert told([waiting(0), waiting(8), waiting(30)]) == [(18, "k"), (40, "k")]


def test_and_no_later_than_its_longest_wait() -> None:
    assert told([waiting(0), waiting(9), waiting(18), waiting(24)]) == [(25, "k")]


def test_a_card_at_the_very_moment_still_joins() -> None:
    assert told([waiting(0), waiting(10)]) == [(20, "k")]
    assert told([waiting(0), waiting(11)]) == [(10, "k"), (21, "k")]


def test_what_is_held_waits_until_the_span_ends() -> None:
    assert told([waiting(0, wait=0, max_wait=0, until=100), waiting(70, wait=0, max_wait=0, until=100)]) == [(100, "k")]


def test_the_first_may_go_out_at_once_and_alone_it_is_all() -> None:
    assert told([waiting(0, first_now=True)]) == [(0, "k")]
    assert told([waiting(0, first_now=True), waiting(5, first_now=True)]) == [(0, "k"), (15, "k")]


def test_bundles_go_out_in_the_order_of_their_times() -> None:
    assert told([waiting(0, "slow", wait=50, max_wait=50), waiting(1, "quick")]) == [(11, "quick"), (50, "slow")]


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from("abc")), max_size=40))
def test_it_is_what_the_definition_says(cards: list[tuple[int, str]]) -> None:
    """Cut each key's cards, in order, where one comes after those before it were due."""
    cards.sort()
    expected = []
    for key in "abc":
        times: list[int] = []
        due = 0
        for at in [at for at, each in cards if each == key]:
            if times and at > due:
                expected.append((due, key))
                times = []
            times.append(at)
            due = min(times[-1] + 10, times[0] + 25)
        if times:
            expected.append((due, key))
    assert told([waiting(at, key) for at, key in cards]) == sorted(expected)


def test_what_has_gone_out_is_forgotten() -> None:
    bundles = Bundles()
    for at in range(0, 100_000, 100):
        assert len(list(bundles.due(at))) == (at > 0)
        bundles.join(waiting(at, str(at)), "qa")
    assert (len(bundles._open), len(bundles._due)) == (1, 1)
