"""Values that must never be shown: they print as a fingerprint, and logs scrub them."""

import hashlib
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import orjson
import re2

_SHORTEST = 6  # scrubbing shorter values would blank ordinary words
_SHORTEST_PIECE = 16  # and of a URL only what is long enough to be a key
_MASK = "[secret]"

# What looks like a key although we were never told of it. The value ends before quotes and brackets,
# so that a JSON line stays one.
_KEYLIKE = re2.compile(
    r"""(?i)(\bsig(?:=|%3d)|[?&]code=|\bauthorization\\?['"]?\s*[:=]\s*\\?['"]?(?:[a-z]+ )?)"""
    r"""(?:\[secret\]|[^&\s"'\\<>()\[\]{},]+)"""
    r"""|(\b(?:bearer|basic) )[a-z0-9._~+/=-]{16,}|(\bwhsec_)[a-z0-9+/=]{8,}"""
)


class _Known:
    """All values to scrub, as one automaton: its cost does not grow with their number."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._pattern: Any = None

    def add(self, value: str) -> None:
        """Also as JSON and as a part of a URL would spell it."""
        forms = {value, unquote(value), quote(value, safe="")}
        forms |= {orjson.dumps(form).decode()[1:-1] for form in forms}
        self._values |= {form for form in forms if len(form) >= _SHORTEST}
        self._pattern = None

    def replace(self, text: str) -> str:
        """The text with all values masked."""
        pattern = self._pattern
        if pattern is None:
            options = re2.Options()
            options.max_mem = 256 << 20
            longest_first = sorted(self._values, key=len, reverse=True)
            # `.^` fits nowhere: without any secret the pattern must not fit everywhere.
            pattern = re2.compile("|".join(map(re2.escape, longest_first)) or ".^", options)
            self._pattern = pattern
        return str(pattern.sub(_MASK, text)) if pattern.search(text) else text


_known = _Known()


def fingerprint(value: str) -> str:
    """Six hex digits that tell two secrets apart and give nothing away."""
    return hashlib.sha256(b"shipbell:" + value.encode()).hexdigest()[:6]


def scrub(text: str) -> str:
    """The text with every secret that this process holds, and what looks like one, replaced by `[secret]`.

    A lone surrogate in it becomes its escape.
    """
    if not text.isascii():
        text = text.encode("utf-8", "backslashreplace").decode()
    text = _known.replace(text)
    if _KEYLIKE.search(text):
        text = str(_KEYLIKE.sub(lambda hit: (hit[1] or hit[2] or hit[3]) + _MASK, text))
    return text


class Secret:
    """A secret text. `reveal()` is the only way to its value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        if len(value) >= _SHORTEST:
            _known.add(value)

    def reveal(self) -> str:
        return self._value

    def __str__(self) -> str:
        return f"#{fingerprint(self._value)}"

    __repr__ = __str__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


class SecretUrl(Secret):
    """A URL that is itself a key (a Teams workflow): prints as its host and a fingerprint."""

    __slots__ = ("host",)

    host: str
    """The host alone, safe to show; empty when the value is not a URL."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        try:
            parts = urlsplit(value)
            self.host = parts.hostname or ""
        except ValueError:  # its text would quote the value
            self.host = ""
            return
        for piece in (parts.query, parts.path, *(value for _, value in parse_qsl(parts.query))):
            if len(piece) >= _SHORTEST_PIECE:
                _known.add(piece)

    def __str__(self) -> str:
        return f"https://{self.host or '?'}/…#{fingerprint(self._value)}"

    __repr__ = __str__
