"""Texts with `*`, `?`, `{service}` and `{environment}` as expressions that run in linear time and ignore case."""

from collections.abc import Iterable
from typing import Any

import re2


def is_glob(text: str) -> bool:
    """Whether the text has a wildcard."""
    return "*" in text or "?" in text


def expression(text: str) -> str:
    """A glob as an expression; `*` takes as little as it can. Brackets and the like are plain text."""
    plain: str = re2.escape(text)
    return plain.replace(r"\*", ".*?").replace(r"\?", ".")


def names_expression(names: Iterable[str]) -> str:
    """Any of the names, the longest first; without names, what never matches."""
    ordered = sorted(names, key=lambda name: (is_glob(name), -len(name), name))
    return "|".join(expression(name) for name in ordered) or r"[^\s\S]"


def placed(pattern: str, **parts: str) -> Any:
    """A pattern such as `{service}-{environment}` with an expression for each place."""
    text = expression(pattern)
    for name, part in parts.items():
        place = re2.escape("{" + name + "}")
        text = text.replace(place, f"(?P<{name}>{part})", 1)
    return re2.compile(f"(?is){text}")
