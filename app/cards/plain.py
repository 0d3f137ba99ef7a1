"""An Adaptive Card as a few readable lines, for terminals."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.cards import escape

_LINK = re.compile(r"(?<!\\)\[((?:[^\[\]\\]|\\.)*)\]\((https://[^()\s]*)\)")
_AT = re.compile(r"<at>(.*?)</at>")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>~!&])")
_INDENT = "  "


def plain(card: Mapping[str, Any]) -> str:
    """Title, facts in columns, texts and links of a rendered card; no control characters but newlines."""
    lines = [*_elements(card.get("body", ()))]
    lines += _actions(card.get("actions", ()))
    return "\n".join(line.rstrip() for line in lines)


def _elements(elements: Any) -> Iterator[str]:
    for element in elements:
        kind = element.get("type")
        if kind == "FactSet":
            yield from _facts(element.get("facts", ()))
        elif kind == "ColumnSet":
            yield _columns(element.get("columns", ()))
        elif kind == "ActionSet":
            yield from _actions(element.get("actions", ()))
        elif kind == "RichTextBlock":
            runs = (run if isinstance(run, str) else run.get("text", "") for run in element.get("inlines", ()))
            yield from (_INDENT + line for line in escape.plain("".join(runs)).split("\n"))
        elif "items" in element:
            yield from _elements(element["items"])
        elif "text" in element:
            yield from text(element["text"]).split("\n")


def _facts(facts: Any) -> Iterator[str]:
    rows = [(text(fact.get("title", "")), text(fact.get("value", ""))) for fact in facts]
    width = max((len(title) for title, _ in rows), default=0)
    for title, value in rows:
        yield f"{_INDENT}{title:<{width}}  {value}"


def _columns(columns: Any) -> str:
    """Side by side: each column is one cell, its lines joined."""
    cells = (" ".join(line.strip() for line in _elements(column.get("items", ()))) for column in columns)
    return " | ".join(cell for cell in cells if cell)


def _actions(actions: Any) -> Iterator[str]:
    for action in actions:
        if "url" in action:
            yield f"{_INDENT}→ {escape.plain(action.get('title', ''))}: {escape.plain(action['url'])}"


def text(markdown: str) -> str:
    """Markdown as a person would type it: `text (url)`, `@name`, no backslashes, no emphasis of ours."""
    shown = _LINK.sub(r"\1 (\2)", _AT.sub(r"@\1", markdown).replace("**", ""))
    return escape.plain(_ESCAPED.sub(r"\1", shown)).replace("\u200b", "")
