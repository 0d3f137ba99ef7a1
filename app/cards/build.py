"""The pieces that a compiled card is put together from: each builds one part of it for one run."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from app.cards import escape
from app.cards.language import Text, Value
from app.cards.sandbox import MAX_RANGE, Run
from app.cards.vocabulary import LISTS, MAX_ACTIONS

GONE: Any = object()
"""What a node builds when it is not to be shown."""

Build = Callable[[Run], Any]
Emit = Callable[[Run, list[Any]], None]

_NEEDED = frozenset({"text", "value", "url", "title"})


def _cut(run: Run, text: Text) -> str:
    """The pieces of a leaf as one text without blanks at its ends, at most `run.longest` characters."""
    found = ""
    for piece in text(run):
        found += piece
        if len(found) > run.longest:
            run.shortened = True
            return found[: run.longest - 1].rstrip("\\") + "…"
    return found.strip()


def leaf(text: Text) -> Build:
    """A text; `-` when all that it would show is absent, GONE when it chose to show nothing."""

    def build(run: Run) -> Any:
        missing = run.missing
        found = _cut(run, text)
        return found or ("-" if run.missing > missing else GONE)

    return build


def url(text: Text) -> Build:
    """A whole https URL, or GONE."""

    def build(run: Run) -> Any:
        return escape.url("".join(text(run)).strip()) or GONE

    return build


def choice(text: Text, allowed: frozenset[str]) -> Build:
    """A property with a closed list: what is not in it is left out, and Teams takes its default."""

    def build(run: Run) -> Any:
        found = _cut(run, text)
        return found if found.lower() in allowed else GONE

    return build


def element(skeleton: dict[str, Any], dynamic: list[tuple[str, Build]], kind: str) -> Build:
    """An object: `skeleton` has its literal properties and the order of all. Without what it is for, it is GONE."""
    root = kind == "AdaptiveCard"

    def build(run: Run) -> Any:
        made = skeleton.copy()
        for name, child in dynamic:
            found = child(run)
            if name == "actions" and len(found) > MAX_ACTIONS:
                found = found[:MAX_ACTIONS]
                run.shortened = True
            if found is not GONE and (found != [] or name not in LISTS):
                made[name] = found
            elif root and name == "body":
                made[name] = []
            elif not root and (name in _NEEDED or name in LISTS):
                return GONE
            else:
                del made[name]
        return made

    return build


def conditional(made: Any, when: Value) -> Build:
    """`$when`: what was made, or GONE while the condition is false or speaks of something absent."""

    def build(run: Run) -> Any:
        if not when(run):
            return GONE
        return made(run) if callable(made) else made

    return build


def droppable(made: Any, drop: int) -> Build:
    """`$drop`: GONE once the card has to become so much smaller."""

    def build(run: Run) -> Any:
        if run.drop >= drop:
            run.shortened = True
            return GONE
        return made(run) if callable(made) else made

    return build


def several(emits: list[Emit]) -> Build:
    """A list from what each of its places puts in."""

    def build(run: Run) -> list[Any]:
        out: list[Any] = []
        for emit in emits:
            emit(run, out)
        return out

    return build


def always(made: Any) -> Emit:
    """A literal item."""
    return lambda run, out: out.append(made)


def one(made: Build) -> Emit:
    """An item that is there or GONE."""

    def emit(run: Run, out: list[Any]) -> None:
        found = made(run)
        if found is not GONE:
            out.append(found)

    return emit


def many(items: Value, name: str, made: Any, limit: int, last: Callable[[int], Any], of: Value) -> Emit:
    """`$each`: at most `limit` items, fewer if the card must be smaller; then how many are left (of `of`, if said)."""

    def emit(run: Run, out: list[Any]) -> None:
        found = items(run)
        if isinstance(found, Iterator):
            found = list(islice(found, MAX_RANGE))
        if not isinstance(found, list | tuple | range):
            return
        most = min(limit, run.cut)
        run.shortened |= min(limit, len(found)) > most
        for item in found[:most]:
            run.turn()
            run.names[name] = item
            built = made(run) if callable(made) else made
            if built is not GONE:
                out.append(built)
        left = _all(of(run), len(found)) - min(most, len(found))
        end = last(left) if left else None
        if end is not None:
            out.append(end)

    return emit


def unsaid(run: Run) -> None:
    """`$of` of a list that is whole."""


def _all(said: Any, seen: int) -> int:
    """How many there are: what is said, unless more were seen."""
    return max(said, seen) if type(said) is int else seen


def and_more(key: str) -> Callable[[int], Any]:
    """How the list under this key says that it goes on; columns, images and actions say nothing."""
    kind = LISTS.get(key, "")
    if kind == "TextBlock":
        return lambda n: {"type": "TextBlock", "isSubtle": True, "wrap": True, "text": f"and {n} more"}
    if kind == "TextRun":
        return lambda n: {"type": "TextRun", "text": f" and {n} more"}
    if kind == "Fact":
        return lambda n: {"title": "…", "value": f"and {n} more"}
    return lambda n: None
