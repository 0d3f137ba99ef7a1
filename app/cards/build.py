"""The pieces that a compiled card is put together from: each builds one part of it for one run."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from app.cards import escape
from app.cards.language import Text, Value
from app.cards.sandbox import MAX_LEAF, MAX_RANGE, Run
from app.cards.vocabulary import LISTS, MAX_ACTIONS

GONE: Any = object()
"""What a node builds when it is not to be shown."""

Build = Callable[[Run], Any]

NEVER = 10
"""No card becomes so small that what has no `$drop` goes."""
_NEEDED = frozenset({"text", "value", "url", "title", *LISTS})


class Items(list[Any]):
    """What `$each` puts into the list around it."""


def leaf(text: Text) -> Build:
    """A text without blanks at its ends, at most `run.longest` characters.

    It is `-` when all that it would show is absent, GONE when it chose to show nothing.
    """

    def build(run: Run) -> Any:
        missing = run.missing
        found = text(run, run.longest)
        if len(found) > run.longest:
            run.shortened = True
            return found[: run.longest - 1].rstrip("\\") + "…"
        return found.strip() or ("-" if run.missing > missing else GONE)

    return build


def url(text: Text) -> Build:
    """A whole https URL, or GONE."""

    def build(run: Run) -> Any:
        return escape.url(text(run, MAX_LEAF).strip()) or GONE

    return build


def choice(text: Text, allowed: frozenset[str]) -> Build:
    """A property with a closed list: what is not in it is left out, and Teams takes its default."""
    made = leaf(text)

    def build(run: Run) -> Any:
        found = made(run)
        return found if found is not GONE and found.lower() in allowed else GONE

    return build


def element(
    skeleton: dict[str, Any],
    dynamic: list[tuple[str, Build]],
    kind: str,
    when: Value | None,
    drop: int,
) -> Build:
    """An object: `skeleton` has its literal properties and the order of all. GONE without what it is for.

    So it is while `$when` is false or speaks of something absent, and once the card has to become smaller by `$drop`.
    """
    root = kind == "AdaptiveCard"

    def build(run: Run) -> Any:
        if when is not None and not when(run):
            return GONE
        if run.drop >= drop:
            run.shortened = True
            return GONE
        made = skeleton.copy()
        for name, child in dynamic:
            found = child(run)
            if found is not GONE:
                made[name] = found
            elif root and name == "body":
                made[name] = []
            elif name in _NEEDED and not root:
                return GONE
            else:
                del made[name]
        return made

    return build


def several(key: str, parts: list[Build]) -> Build:
    """The list under this key from what is there of its parts; GONE when nothing of an element's list is."""
    nothing: Any = GONE if key in LISTS else []
    most = MAX_ACTIONS if key == "actions" else None

    def build(run: Run) -> Any:
        out: list[Any] = []
        for part in parts:
            found = part(run)
            if type(found) is Items:
                out += found
            elif found is not GONE:
                out.append(found)
        if most and len(out) > most:
            run.shortened = True
            return out[:most]
        return out or nothing

    return build


def many(items: Value, name: str, made: Build, limit: int, last: Callable[[int], Any], of: Value) -> Build:
    """`$each`: at most `limit` items, fewer if the card must be smaller; then how many are left (of `of`, if said)."""

    def build(run: Run) -> Items:
        out = Items()
        found = items(run)
        if isinstance(found, Iterator):
            found = list(islice(found, MAX_RANGE))
        if not isinstance(found, list | tuple | range):
            return out
        most = min(limit, run.cut)
        run.shortened |= min(limit, len(found)) > most
        for item in found[:most]:
            run.turn()
            run.names[name] = item
            one = made(run)
            if one is not GONE:
                out.append(one)
        left = _all(of(run), len(found)) - min(most, len(found))
        end = last(left) if left else None
        if end is not None:
            out.append(end)
        return out

    return build


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
