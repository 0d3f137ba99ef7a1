"""The rule books and events of the bench: of any size, and the same to the index as to a walk."""

import pytest

from app.routing import route
from bench.many_rules import events, rulebook
from bench.walk import walk


@pytest.mark.parametrize("size", [5, 50])
def test_the_index_finds_what_a_walk_finds(size: int) -> None:
    book = rulebook(size)
    assert len(book.rules) == size
    found = [(list(route(book, view).matched), walk(book.rules, view)) for view in events(400)]
    assert all(routed == walked for routed, walked in found)
    assert any(routed for routed, _ in found)


def test_the_events_are_of_many_kinds_and_the_same_each_time() -> None:
    views = events(400)
    assert views == events(400)
    assert len({(view["type"], view.get("status"), view.get("environment")) for view in views}) > 15
    assert len({view["service"] for view in views}) > 100
