"""A match as data that can be explained, and as one closure that is quick.

A match is a map and all of it must hold. **A field that is missing never matches**: only `exists: false`, `not` and
`none` hold for it, because they ask for the opposite of something.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.routing.operators import Test

View = Mapping[str, Any]
"""The flat view of an event (`app.events.flat`)."""
Predicate = Callable[[View], bool]
How = Literal["any", "all", "none"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One field and what is wanted of it. `operator` is `equals`, `not`, or a name of OPERATORS."""

    path: str
    keys: tuple[str, ...]
    operator: str
    wanted: Any
    test: Test = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Branches:
    """A list of matches of which any, all or none must hold."""

    how: How
    matches: tuple["Match", ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What an event must be like. No clause at all: every event is."""

    clauses: tuple[Clause, ...] = ()
    branches: tuple[Branches, ...] = ()

    def compile(self, *, settled: str = "") -> Predicate:
        """One closure for all of it, without the clauses on the path `settled`: the caller knows that they hold."""
        parts = [_clause(clause) for clause in self.clauses if clause.path != settled]
        return _all_of(parts + [_branches(branch) for branch in self.branches])


def look_up(view: View, keys: tuple[str, ...]) -> Any:
    """The value at a path, or None."""
    value: Any = view
    for key in keys:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def _clause(clause: Clause) -> Predicate:
    test, keys = clause.test, clause.keys
    if len(keys) > 1:
        return lambda view: test(look_up(view, keys))
    key = keys[0]
    if clause.operator == "equals":
        values = tuple(clause.wanted) if isinstance(clause.wanted, list) else (clause.wanted,)
        if all(isinstance(value, str) for value in values):
            only = values[0]
            # Comparing a text with whatever comes is safe and needs no second call.
            return (lambda view: view.get(key) in values) if len(values) > 1 else (lambda view: view.get(key) == only)
    return lambda view: test(view.get(key))


def _branches(branches: Branches) -> Predicate:
    tests = [match.compile() for match in branches.matches]
    if branches.how == "all":
        return _all_of(tests)
    if branches.how == "any":
        return lambda view: any(test(view) for test in tests)
    return lambda view: not any(test(view) for test in tests)


def _all_of(tests: list[Predicate]) -> Predicate:
    if not tests:
        return lambda _: True
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        one, two = tests
        return lambda view: one(view) and two(view)
    return lambda view: all(test(view) for test in tests)
