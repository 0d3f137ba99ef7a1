"""Globs that know only `*` and `?`: a bracket is a bracket, so `*[bot]@*` finds `renovate[bot]@acme.io`."""

from collections.abc import Callable
from functools import lru_cache

import re2

MAX_PATTERN = 200
MAX_INPUT = 4096
_SHORT = 120

_QUIET = re2.Options()
_QUIET.log_errors = False
_DOT_ALL = re2.Options()
_DOT_ALL.dot_nl = True


def compile_glob(pattern: str) -> Callable[[str], bool]:
    """A test whether a whole text fits the glob, upper and lower case told apart.

    `*` is any text, none included, and `?` is one character. Of the text the first 4,096 characters are read.
    Raises ValueError when the pattern is empty or longer than 200 characters.
    """
    _check(pattern)
    inner = pattern.strip("*")
    head, tail = pattern.startswith("*"), pattern.endswith("*")
    if "*" in inner or "?" in inner:
        return _by_regex(pattern)
    if head and tail:
        return lambda text: inner in text[:MAX_INPUT]
    if head:
        return lambda text: text[:MAX_INPUT].endswith(inner)
    if tail:
        return lambda text: text.startswith(inner)
    return lambda text: text == pattern


def compile_regex(pattern: str) -> Callable[[str], bool]:
    """A test whether the RE2 expression is found anywhere in a text; linear in the text, whatever the pattern.

    Of the text the first 4,096 characters are read. Raises ValueError when the pattern is empty, longer than 200
    characters, or not RE2 (look-around and back references are not: https://github.com/google/re2/wiki/Syntax).
    """
    _check(pattern)
    try:
        search = re2.compile(pattern, _QUIET).search
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        raise ValueError(reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)) from None
    return _remembering(search)


def _by_regex(pattern: str) -> Callable[[str], bool]:
    pieces = (".*" if char == "*" else "." if char == "?" else re2.escape(char) for char in pattern)
    return _remembering(re2.compile(rf"\A{''.join(pieces)}\z", _DOT_ALL).search)


def _remembering(search: Callable[[bytes], object]) -> Callable[[str], bool]:
    """Authors, branches and repositories come again and again: what was said of a short text is kept."""

    def found(text: str) -> bool:
        # Bytes, because searching text also translates the offsets of every group, which nobody asks for.
        return search(text[:MAX_INPUT].encode("utf-8", "replace")) is not None

    kept = lru_cache(maxsize=256)(found)
    return lambda text: kept(text) if len(text) <= _SHORT else found(text)


def _check(pattern: str) -> None:
    if not pattern or len(pattern) > MAX_PATTERN:
        raise ValueError(f"a pattern has 1 to {MAX_PATTERN} characters")
