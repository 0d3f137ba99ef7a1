"""What routing an event costs with 5, 50 and 500 rules, beside a walk through the same rules, in one process."""

import time
from collections.abc import Sequence

from app.routing import Rulebook, route
from app.routing.match import View
from bench.bench import Bench
from bench.figures import Figure, Must, ratios
from bench.many_rules import events, rulebook
from bench.walk import walk

_SIZES = (5, 50, 500)
_EVENTS = 2_000


def run(bench: Bench) -> list[Figure]:
    """µs of CPU an event, the sizes in turn, round by round; once through the events first, as a service has run."""
    views = events(_EVENTS)
    books = [rulebook(size) for size in _SIZES]
    routed: list[list[float]] = [[] for _ in _SIZES]
    walked: list[list[float]] = [[] for _ in _SIZES]
    for book in books:
        _route_us(book, views)
    for _ in range(bench.rounds):
        for book, ours, naive in zip(books, routed, walked, strict=True):
            ours.append(_route_us(book, views))
            naive.append(_walk_us(book, views))
            bench.say(f"  {len(book.rules)} rules: {ours[-1]:.1f} µs, walked {naive[-1]:.1f} µs")
    ran = f"{_EVENTS:,} events of 200 services, 5 environments, 6 types"
    *_, fifty, many = routed
    return [
        Figure("matching: an event and 500 rules", many, Must("≤", 60), "µs", ran),
        Figure("matching: ten times the rules cost", ratios(many, fifty), Must("≤", 10), "times", ran),
        *(
            Figure(f"matching: a walk of {size} rules / routing by the index", ratios(naive, ours), None, "times", ran)
            for size, ours, naive in zip(_SIZES, routed, walked, strict=True)
        ),
        *(
            Figure(f"matching: an event and {size} rules", ours, None, "µs", ran)
            for size, ours in zip(_SIZES[:-1], routed, strict=False)
        ),
    ]


def _route_us(book: Rulebook, views: Sequence[View]) -> float:
    start = time.process_time()
    for view in views:
        route(book, view)
    return (time.process_time() - start) / len(views) * 1e6


def _walk_us(book: Rulebook, views: Sequence[View]) -> float:
    start = time.process_time()
    for view in views:
        walk(book.rules, view)
    return (time.process_time() - start) / len(views) * 1e6
