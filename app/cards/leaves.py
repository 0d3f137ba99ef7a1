"""The leaves of cards: each text and condition is read and compiled once, however many cards and reloads have it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from jinja2 import nodes

from app.cards.language import (
    BadTemplate,
    Fault,
    Text,
    Value,
    check,
    compile_text,
    compile_value,
    every,
    parse_text,
    parse_value,
)
from app.cards.paths import Scope, check_paths, place_of
from app.cards.vocabulary import Escaping

T = TypeVar("T")
N = TypeVar("N", bound=nodes.Node)
Names = tuple[tuple[str, str | None], ...]
"""A scope in a shape that a cache can compare."""


@dataclass(frozen=True, slots=True)
class Leaf(Generic[T]):
    """What a source came to: `made` is None when there are faults. `names` are what it reads, `place` is its path."""

    made: T | None
    faults: tuple[Fault, ...] = ()
    names: frozenset[str] = frozenset()
    place: str | None = None


def names_of(scope: Scope) -> Names:
    """The scope for `text_leaf` and `value_leaf`."""
    return tuple(scope.items())


@lru_cache(maxsize=4096)
def text_leaf(source: str, kind: Escaping, names: Names) -> Leaf[Text]:
    """A string that holds templates."""
    return _leaf(lambda: parse_text(source), lambda tree: compile_text(source, tree, kind), dict(names))


@lru_cache(maxsize=4096)
def value_leaf(source: str, names: Names) -> Leaf[Value]:
    """One expression: of a `$when`, an `$each`, an `$of`."""
    return _leaf(lambda: parse_value(source), compile_value, dict(names))


def _leaf(parse: Callable[[], N], compile_: Callable[[N], T], scope: Scope) -> Leaf[T]:
    try:
        tree = parse()
        every_node = every(tree)
        found = frozenset(node.name for node in every_node if isinstance(node, nodes.Name))
        faults = (*check(every_node, scope), *check_paths(tree, scope))
        if faults:
            return Leaf(None, faults, found)
        place = place_of(tree, scope)
        return Leaf(compile_(tree), (), found, place)
    except BadTemplate as error:
        return Leaf(None, (error.fault,))
