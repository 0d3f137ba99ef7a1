"""Compiles a card's YAML tree, once, into functions; what is literal is built once and reused."""

from typing import Any, TypeVar

from app.cards import build
from app.cards.build import Build
from app.cards.language import Fault, Value
from app.cards.leaves import Leaf, names_of, text_leaf, value_leaf
from app.cards.paths import Scope, item_scope
from app.cards.vocabulary import LISTS, allowed_values, escaping
from app.kernel.errors import ConfigError
from app.kernel.yaml import Document, Path

DEFAULT_LIMIT = 20
"""How many items `$each` shows at most when it says no `$limit`."""
HIGHEST_LIMIT = 100
HIGHEST_DROP = build.NEVER - 1

_DIRECTIVES = frozenset({"$when", "$each", "$limit", "$of", "$drop"})
_REPEATED = frozenset({"$each", "$limit", "$of"})
_TEMPLATE = ("{{", "{%")
T = TypeVar("T")


class Compiler:
    """Compiles one document. Every problem is kept in `problems`; the result is of use only without any."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[ConfigError] = []
        self.drops: set[int] = set()
        self.names: set[str] = set()

    def node(self, value: Any, path: Path, element: str, key: str, scope: Scope) -> Any:
        """Any value of the tree, which stands under `key` of an `element`: a Build, or itself when it is literal."""
        if isinstance(value, str):
            return self._text(value, path, element, key, scope)
        if isinstance(value, dict):
            return self._mapping(value, path, key, scope)
        if isinstance(value, list):
            return self._sequence(value, path, key, scope)
        return value

    def _problem(self, path: Path, message: str, hint: str = "") -> None:
        self.problems.append(self.document.problem(path, message, hint))

    def _read(self, leaf: Leaf[T], path: Path) -> T | None:
        for fault in leaf.faults:
            self._problem(path, fault.message, fault.hint)
        self.names |= leaf.names
        return leaf.made

    def _text(self, source: str, path: Path, element: str, key: str, scope: Scope) -> Any:
        if not any(mark in source for mark in _TEMPLATE):
            return source
        kind = escaping(element, key)
        text = self._read(text_leaf(source, kind, names_of(scope)), path)
        if text is None:
            return ""
        if kind == "url":
            return build.url(text)
        allowed = allowed_values(element, key)
        return build.choice(text, allowed) if allowed else build.leaf(text)

    def _expression(self, source: Any, scope: Scope) -> Leaf[Value]:
        if not isinstance(source, str) or not source.strip():
            return Leaf(None, (Fault("expected an expression", "for example: e.error"),))
        return value_leaf(source, names_of(scope))

    def _value(self, source: Any, path: Path, scope: Scope) -> Value | None:
        return self._read(self._expression(source, scope), path)

    def _mapping(self, value: dict[str, Any], path: Path, key: str, scope: Scope) -> Any:
        kind = value["type"] if isinstance(value.get("type"), str) else LISTS.get(key, "")
        skeleton: dict[str, Any] = {}
        dynamic: list[tuple[str, Build]] = []
        for name, child in value.items():
            if name in _DIRECTIVES:
                continue
            if name.startswith("$") and name != "$schema":
                self._problem(
                    (*path, name), f"unknown directive {name!r}", "there are $when, $each, $limit, $of and $drop"
                )
            made = self.node(child, (*path, name), kind, name, scope)
            skeleton[name] = made
            if callable(made):
                dynamic.append((name, made))
        drop = self._drop(value, path)
        when = self._value(value["$when"], (*path, "$when"), scope) if "$when" in value else None
        if not dynamic and drop == build.NEVER and when is None:
            return skeleton
        return build.element(skeleton, dynamic, kind, when, drop)

    def _drop(self, value: dict[str, Any], path: Path) -> int:
        if "$drop" not in value:
            return build.NEVER
        drop = self._number(value["$drop"], (*path, "$drop"), HIGHEST_DROP)
        self.drops.add(drop)
        return drop

    def _number(self, value: Any, path: Path, highest: int) -> int:
        if type(value) is int and 1 <= value <= highest:
            return value
        self._problem(path, f"{path[-1]} is a number from 1 to {highest}")
        return 1

    def _sequence(self, values: list[Any], path: Path, key: str, scope: Scope) -> Any:
        parts: list[Build] = []
        literal = True
        for index, item in enumerate(values):
            here = (*path, index)
            if isinstance(item, dict) and not item.keys().isdisjoint(_REPEATED):
                made = self._repeated(item, here, key, scope)
            else:
                made = self.node(item, here, LISTS.get(key, ""), key, scope)
            parts.append(_building(made))
            literal = literal and not callable(made)
        return values if literal else build.several(key, parts)

    def _repeated(self, item: dict[str, Any], path: Path, key: str, scope: Scope) -> Build:
        here = (*path, "$each")
        each = item.get("$each")
        limit = self._number(item.get("$limit", DEFAULT_LIMIT), (*path, "$limit"), HIGHEST_LIMIT)
        if not isinstance(each, dict) or len(each) != 1:
            self._problem(here, "$each names one variable and its list", "$each: {t: e.tickets}")
            return _building(None)
        ((name, source),) = each.items()
        if name in scope or not name.isidentifier() or name.startswith("_"):
            self._problem(here, f"{name!r} cannot be the name of a variable", "take another name")
            return _building(None)
        leaf = self._expression(source, scope)
        items = self._read(leaf, here)
        if items is None:
            return _building(None)
        rest = {each_key: value for each_key, value in item.items() if each_key not in _REPEATED}
        made = self._mapping(rest, path, key, item_scope(scope, name, leaf.place))
        total = self._value(item["$of"], (*path, "$of"), scope) if "$of" in item else None
        return build.many(items, name, _building(made), limit, build.and_more(key), total or build.unsaid)


def _building(made: Any) -> Build:
    return made if callable(made) else lambda run: made
