"""The closed list of filters that a card may use: ours, and those of Jinja's that cannot grow a text."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from jinja2 import Undefined
from jinja2.filters import FILTERS

from app.cards import escape
from app.cards.context import default_icon
from app.cards.escape import Safe

_ISO = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?Z?")
_KUBE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_JOIN_LIMIT = 16_384

Filter = Callable[..., Any]


_NUMBERS = (int, float)


def dur(seconds: Any) -> Any:
    """A duration in seconds as its two largest units: `45 s`, `4 min 32 s`, `2 h 5 min`, `3 d`."""
    if isinstance(seconds, bool) or not isinstance(seconds, _NUMBERS) or seconds != seconds:
        return seconds
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    if 0 < rest < 1:
        return f"{sign}{rest * 1000:.0f} ms"
    total = round(min(rest, 10**12))
    for size, unit, smaller, small_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if total >= size:
            small = total % size // smaller
            return f"{sign}{total // size} {unit}" + (f" {small} {small_unit}" if small else "")
    return f"{sign}{total} s"


_HEX = re.compile(r"[0-9a-fA-F]*")


def sha(commit: Any) -> Any:
    """The first seven characters of a commit's id: what people compare. What is none stays whole."""
    return commit[:7] if isinstance(commit, str) and _HEX.fullmatch(commit) else commit


def short(text: Any, length: int = 80, lines: int = 1) -> Any:
    """The first `lines` lines of a text that hold something, at most `length` characters, with an ellipsis if cut."""
    if not isinstance(text, str):
        return text
    kept = list(islice((line.rstrip() for line in text.splitlines() if line.strip()), lines + 1))
    cut = "\n".join(kept[:lines])
    if len(cut) > length:
        return cut[: max(length - 1, 1)].rstrip() + "…"
    return cut + " …" if lines > 1 and len(kept) > lines else cut


def link(text: Any, target: Any) -> Any:
    """A Markdown link `[text](target)`; the text alone when the target is absent or no https URL."""
    return Safe(escape.link(str(text), target if isinstance(target, str) else ""))


def url(target: Any) -> Any:
    """A whole URL: https and percent-encoded, else nothing (and what needs it is left out)."""
    return Safe(escape.url(target) if isinstance(target, str) else "")


def query(text: Any, length: int = 300) -> Any:
    """A text as a piece of a URL: percent-encoded, and cut when that has more than `length` characters."""
    return Safe(escape.url_text(escape.plain(str(text)), length))


def kube(name: Any) -> Any:
    """A name as Kubernetes takes them (RFC 1123), else nothing: safe to paste into a shell."""
    return name if isinstance(name, str) and _KUBE.fullmatch(name) else ""


def sign(news: Any) -> Any:
    """One sign for what came of an event, or of an item of a digest: ✅, ❌, …"""
    return default_icon(news) if isinstance(news, Mapping) else ""


def md(text: Any) -> Any:
    """Markdown that an author of rules wrote: shown as such, not escaped. Never for what an event says."""
    return Safe(escape.plain(str(text)))


def plural(count: Any, one: str, many: str = "") -> Any:
    """A number with its word: `1 finding`, `3 findings`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def time(moment: Any) -> Any:
    """An ISO time (UTC) as `2026-11-22 10:00 UTC`."""
    found = _ISO.fullmatch(moment) if isinstance(moment, str) else None
    return f"{found[1]} {found[2]} UTC" if found else moment


def words(name: Any) -> Any:
    """A name of ours as words: `passed with conditions`, `pull request merged`."""
    return name.replace("_", " ").replace(".", " ") if isinstance(name, str) else name


def join(items: Any, between: str = ", ") -> Any:
    """The items of a list as one text. Raises ValueError above 16,384 characters: it would never fit a card."""
    texts = [str(item) for item in items] if isinstance(items, Iterable) and not isinstance(items, Mapping) else []
    if sum(map(len, texts)) + len(between) * len(texts) > _JOIN_LIMIT:
        raise ValueError("join makes too long a text")
    return between.join(texts)


def _through(filter_: Filter) -> Filter:
    """What is absent stays absent: it is counted where it is printed, and a test on it is false."""

    def through(value: Any, *arguments: Any, **named: Any) -> Any:
        return value if isinstance(value, Undefined) or value is None else filter_(value, *arguments, **named)

    return through


_OURS: dict[str, Filter] = {
    "dur": dur,
    "sha": sha,
    "short": short,
    "link": link,
    "url": url,
    "query": query,
    "kube": kube,
    "sign": sign,
    "md": md,
    "plural": plural,
    "time": time,
    "words": words,
    "join": join,
}
_TEXT = ("upper", "lower", "title", "capitalize", "trim", "abs", "int", "float", "string", "dictsort")
_LISTS = ("first", "last", "length", "list", "sort", "unique", "min", "max", "sum")
_PICKS = ("default", "map", "select", "reject", "selectattr", "rejectattr", "items")

THROUGH: Mapping[str, Filter] = {**_OURS, **{name: FILTERS[name] for name in _TEXT}}
"""The filters through which what is absent goes as it is; they themselves never see it."""

ALLOWED: Mapping[str, Filter] = {
    **{name: _through(filter_) for name, filter_ in THROUGH.items()},
    **{name: FILTERS[name] for name in (*_LISTS, *_PICKS)},
}
"""Every filter by its name. Missing on purpose: whatever repeats or pads a text, and `attr`."""
