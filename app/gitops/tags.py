"""From an image tag to the commit that it was built from, as far as the tag itself says."""

import string
from collections.abc import Iterable, Sequence
from typing import Any

import re2

from app.kernel.errors import ConfigError

_DIGITS = frozenset(string.digits)
_HEX = frozenset("0123456789abcdef")
_SHORTEST, _LONGEST = 7, 64
_WHOLE = 40
_MOST = 256


class Tags:
    """Expressions with a group `sha` that find the commit in a tag; the first that fits wins.

    Raises ConfigError for what is no RE2 expression or has no such group.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns: Sequence[Any] = tuple(_compiled(pattern) for pattern in patterns)

    def commit(self, tag: str) -> str | None:
        """The (shortened) SHA in a tag, in small letters; None when the tag does not say.

        Less than a whole SHA of digits alone is a date or the number of a build, not a commit.
        """
        for pattern in self._patterns:
            found = pattern.search(tag[:_MOST])
            sha = (found["sha"] or "").lower() if found else ""
            if _is_sha(sha):
                return sha
        return None


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error:
        raise ConfigError(f"{pattern!r} is no RE2 expression") from None
    if "sha" not in compiled.groupindex:
        raise ConfigError(f"{pattern!r} has no group 'sha'", hint="(?P<sha>[0-9a-f]{7,40})")
    return compiled


def _is_sha(text: str) -> bool:
    characters = set(text)
    if not _SHORTEST <= len(text) <= _LONGEST or not characters <= _HEX:
        return False
    return len(text) >= _WHOLE or not characters <= _DIGITS
