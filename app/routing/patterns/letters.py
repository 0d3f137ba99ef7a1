"""Comparing letters without their case: one character with one character, so ß is never SS."""

from collections.abc import Callable

Compare = Callable[[str], bool]


def same_letters(wanted: str) -> Compare:
    """Whether a whole text is the wanted one but for its case."""
    fits = _fits(wanted)
    size = len(wanted)
    return lambda got: len(got) == size and fits(got)


def starts_with_letters(wanted: str) -> Compare:
    """Whether a text starts with the wanted one but for its case."""
    fits = _fits(wanted)
    size = len(wanted)
    return lambda got: len(got) >= size and fits(got[:size])


def ends_with_letters(wanted: str) -> Compare:
    """Whether a text ends with the wanted one but for its case."""
    fits = _fits(wanted)
    size = len(wanted)
    return lambda got: len(got) >= size and fits(got[len(got) - size :])


def _fits(wanted: str) -> Compare:
    """For a text of the same length."""
    allowed = tuple(_cases(char) for char in wanted)
    return lambda got: all(char in cases for char, cases in zip(got, allowed, strict=True))


def _cases(char: str) -> str:
    return "".join(dict.fromkeys(case for case in (char, char.lower(), char.upper()) if len(case) == 1))
