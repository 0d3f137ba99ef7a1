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

    def compile(self, known: Mapping[str, str | None]) -> Predicate | None:
        """One closure for the events that have these values at these paths, or None when none of them can fit.

        What is asked of them (of `type` always), at any depth, is answered here and not for each event again.
        """
        if not all(clause.test(known[clause.path]) for clause in self.clauses if clause.path in known):
            return None
        parts: list[Predicate | None] = [_clause(clause) for clause in self.clauses if clause.path not in known]
        parts += [_branches(branches, known) for branches in self.branches]
        tests = [part for part in parts if part is not None]
        return _all_of(tests) if len(tests) == len(parts) else None


def look_up(view: View, keys: tuple[str, ...]) -> Any:
    """The value at a path, or None."""
    value = view.get(keys[0])
    for key in keys[1:]:
        if not isinstance(value, dict):  # asking for a Mapping takes ten times as long
            return None
        value = value.get(key)
    return value


def _clause(clause: Clause) -> Predicate:
    test, keys = clause.test, clause.keys
    if len(keys) == 2:
        return _clause_in_part(test, *keys)
    if len(keys) > 2:
        return lambda view: test(look_up(view, keys))
    key = keys[0]
    if clause.operator == "equals":
        values = tuple(clause.wanted) if isinstance(clause.wanted, list) else (clause.wanted,)
        if all(isinstance(value, str) for value in values):
            only = values[0]
            # Comparing a text with whatever comes is safe and needs no second call.
            return (lambda view: view.get(key) in values) if len(values) > 1 else (lambda view: view.get(key) == only)
    return lambda view: test(view.get(key))


def _clause_in_part(test: Test, head: str, key: str) -> Predicate:
    def holds(view: View) -> bool:
        part = view.get(head)
        return test(part.get(key) if isinstance(part, dict) else None)

    return holds


def _branches(branches: Branches, known: Mapping[str, str | None]) -> Predicate | None:
    """None when it can never hold for these events."""
    compiled = [match.compile(known) for match in branches.matches]
    tests = [test for test in compiled if test is not None]
    if branches.how == "all":
        return _all_of(tests) if len(tests) == len(compiled) else None
    if branches.how == "any":
        return _any_of(tests) if tests else None
    return None if _always in tests else _none_of(tests)


def _all_of(tests: list[Predicate]) -> Predicate:
    if not tests:
        return _always
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        one, two = tests
        return lambda view: one(view) and two(view)

    def all_hold(view: View) -> bool:
        for test in tests:  # noqa: SIM110  all() makes a generator for each event: twice the time
            if not test(view):
                return False
        return True

    return all_hold


def _any_of(tests: list[Predicate]) -> Predicate:
    if len(tests) == 1 or _always in tests:
        return _always if _always in tests else tests[0]

    def any_holds(view: View) -> bool:
        for test in tests:  # noqa: SIM110  as above
            if test(view):
                return True
        return False

    return any_holds


def _none_of(tests: list[Predicate]) -> Predicate:
    if not tests:
        return _always
    any_holds = _any_of(tests)
    return lambda view: not any_holds(view)


def _always(_: View) -> bool:
    return True
