"""Teams lint: what the Workflows accept and then drop without a word is found before it is sent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.cards.vocabulary import (
    LISTS,
    MAX_ACTIONS,
    PROPERTIES,
    REFUSED,
    REQUIRED,
    SCHEMA_VERSION,
    allowed_values,
    escaping,
)
from app.kernel.yaml import Path, did_you_mean

_MENTION = re.compile(r"<\s*/?\s*at\b", re.IGNORECASE)
_VERSIONS = frozenset({"1.0", "1.1", "1.2", "1.3", SCHEMA_VERSION})
_TEXTS = frozenset({"text", "value", "title", "url", "altText", "iconUrl"})
_OBJECTS = frozenset({"selectAction", "fallback", "card"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that Teams would not show as it is meant. A warning does not stop a load."""

    path: Path
    message: str
    hint: str = ""
    warning: bool = False


def lint(card: Any) -> Iterator[Finding]:
    """Everything that is wrong with a card: a rendered one, or the tree of a template (`$` keys are passed over)."""
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        yield Finding((), "a card is an object with `type: AdaptiveCard`")
        return
    if card.get("version") not in _VERSIONS:
        yield Finding(("version",), f"version {card.get('version')!r}", f'Workflows post up to "{SCHEMA_VERSION}"')
    yield from _element(card, (), "AdaptiveCard")


def lint_template(card: Any) -> Iterator[Finding]:
    """`lint`, and what only the engine may put into a card."""
    yield from lint(card)
    if isinstance(card, dict) and isinstance(card.get("msteams"), dict) and "entities" in card["msteams"]:
        yield Finding(("msteams", "entities"), "mentions are Shipbell's to add", "print {{ mentions }}")
    for path, text in _strings(card, ()):
        if _MENTION.search(text):
            yield Finding(path, "`<at>` in a card mentions nobody", "print {{ mentions }}")


def _strings(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _strings(child, (*path, key))


def _element(value: Mapping[str, Any], path: Path, kind: str) -> Iterator[Finding]:
    known = PROPERTIES[kind]
    for name in REQUIRED[kind] - value.keys():
        yield Finding(path, f"{kind} without {name!r}")
    for name, child in value.items():
        if name.startswith("$") and name != "$schema":
            continue
        here = (*path, name)
        if name not in known and not (kind == "Fact" and name == "type"):
            yield Finding(here, f"{kind} has no property {name!r}", did_you_mean(name, known))
        elif name in LISTS:
            yield from _list(child, here, name)
        elif name in _OBJECTS:
            yield from _object(child, here)
        else:
            yield from _property(child, here, kind, name)
    if kind == "TextBlock" and value.get("wrap") is not True:
        yield Finding(path, "TextBlock without `wrap: true` is cut on a phone", warning=True)


def _list(values: Any, path: Path, name: str) -> Iterator[Finding]:
    if not isinstance(values, list):
        yield Finding(path, f"{name!r} is a list")
        return
    if name == "actions" and len(values) > MAX_ACTIONS:
        yield Finding(path, f"{len(values)} actions: Teams shows {MAX_ACTIONS}", "put the others into an ActionSet")
    for index, item in enumerate(values):
        here = (*path, index)
        if name == "facts":
            if isinstance(item, dict):
                yield from _element(item, here, "Fact")
            else:
                yield Finding(here, "a fact has a title and a value")
        elif not (name == "inlines" and isinstance(item, str)):
            yield from _object(item, here)


def _object(value: Any, path: Path) -> Iterator[Finding]:
    if path[-1] == "fallback" and value == "drop":
        return
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str):
        yield Finding(path, "an element is an object with a `type`")
    elif kind in PROPERTIES and kind != "Fact":
        yield from _element(value, path, kind)
        if kind == "Action.ShowCard":
            yield Finding(path, "Action.ShowCard is unreliable on phones", "link to a page", warning=True)
    else:
        why = next((why for begin, why in REFUSED.items() if kind.startswith(begin)), "")
        yield Finding(path, f"{kind!r} cannot be used", why or did_you_mean(kind, PROPERTIES))


def _property(value: Any, path: Path, kind: str, name: str) -> Iterator[Finding]:
    templated = isinstance(value, str) and ("{{" in value or "{%" in value)
    if escaping(kind, name) == "url" and isinstance(value, str) and not value.startswith(("https://", "{{", "{%")):
        yield Finding(path, f"{name!r} is not an https URL")
    if name == "type" and templated:
        yield Finding(path, "a type is written out, not made by a template")
    if name in _TEXTS and not isinstance(value, str):
        yield Finding(path, f"{name!r} is text, this is {type(value).__name__}", "quote it")
    if templated or not isinstance(value, str):
        return
    allowed = allowed_values(kind, name)
    if allowed is not None and value.lower() not in allowed:
        yield Finding(path, f"{name!r} of a {kind} cannot be {value!r}", did_you_mean(value.lower(), allowed))
