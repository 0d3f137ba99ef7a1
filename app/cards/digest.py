"""The built-in card of a digest, made without any template: what waited can always be told."""

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

from app.cards.context import CardContext, default_icon
from app.cards.escape import link, markdown, plain
from app.cards.vocabulary import SCHEMA_VERSION

MAX_LINES = 20
_LONGEST = 100
_ROOM = 20_000
"""Bytes for all lines together."""
_AROUND = 80
_OUTCOMES = 6


def digest_of(e: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What a digest tells, or None for every other event."""
    found = e.get("digest")
    return found if e.get("type") == "shipbell.digest" and isinstance(found, Mapping) else None


def digest_words(e: Mapping[str, Any], digest: Mapping[str, Any]) -> str:
    """A digest in one line of plain text: `20 deployments to dev: 18 succeeded, 2 failed`."""
    items = _parts(digest.get("items"))
    count = _number(digest.get("count")) or len(items)
    noun = "deployment" if items and all(item.get("type") == "deployment.finished" for item in items) else "message"
    text = f"{count} {noun}{'' if count == 1 else 's'}"
    service, environment = e.get("service"), e.get("environment")
    text += f" of {_cut(service)}" if _known(service) else ""
    text += f" to {_cut(environment)}" if _known(environment) else ""
    outcomes = [
        f"{_number(part.get('count'))} {_cut(part.get('outcome')).replace('_', ' ') or 'without an outcome'}"
        for part in _parts(digest.get("counts"))[:_OUTCOMES]
    ]
    return plain(f"{text}: {', '.join(outcomes)}" if outcomes else text)


def digest_card(context: CardContext, digest: Mapping[str, Any]) -> dict[str, Any]:
    """The line, then a line for each event with its link. Raises nothing, whatever the digest holds."""
    items = _parts(digest.get("items"))
    title = f"{context.icon or default_icon(context.e)} {digest_words(context.e, digest)}"
    lines = _that_fit([_line(item) for item in items[:MAX_LINES]])
    body = [_text(markdown(title), weight="Bolder"), *(_text(line, spacing="Small") for line in lines)]
    left = max(_number(digest.get("count")), len(items)) - len(lines)
    if left > 0:
        body.append(_text(f"and {left} more", isSubtle=True))
    return {"type": "AdaptiveCard", "version": SCHEMA_VERSION, "msteams": {"width": "Full"}, "body": body}


def _that_fit(lines: list[str]) -> list[str]:
    """As many of the first lines as fit, whatever signs they hold: in JSON a backslash takes two bytes."""
    ends = accumulate(len(line.encode()) + line.count("\\") + line.count('"') + _AROUND for line in lines)
    return [line for line, end in zip(lines, ends, strict=True) if end <= _ROOM]


def _line(item: Mapping[str, Any]) -> str:
    what = " ".join(filter(None, (_cut(item.get(name)) for name in ("service", "version")))) or "event"
    where = item.get("url")
    shown = link(what, where) if isinstance(where, str) else markdown(what)
    said = ", ".join(filter(None, _said(item)))
    return f"{default_icon(item)} {shown}{markdown(f' · {said}') if said else ''}"


def _said(item: Mapping[str, Any]) -> Iterator[str]:
    environment = _cut(item.get("environment"))
    kind = _cut(item.get("type")).replace("_", " ").replace(".", " ")
    outcome = _cut(item.get("outcome")).replace("_", " ")
    yield ": ".join(filter(None, (kind, outcome))) + (f" in {environment}" if environment else "")
    yield from (_cut(item.get(name)) for name in ("title", "error"))


def _text(text: str, **style: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "wrap": True, **style, "text": text}


def _parts(value: Any) -> list[Mapping[str, Any]]:
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list | tuple) else []


def _cut(value: Any) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _number(value: Any) -> int:
    return value if type(value) is int else 0


def _known(name: Any) -> bool:
    return isinstance(name, str) and name not in ("", "unmapped", "shipbell")
