"""Text from outside: bounded, and fit for both databases and any terminal."""

import pytest

from app.kernel.text import TITLE_LIMIT, clean, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Ordinary – é 🚀", "Ordinary – é 🚀"),
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("a\udc00b\x00", "a\ufffdb\ufffd"),
        ("line\nline", "line\nline"),
    ],
)
def test_F09_what_cannot_be_stored_is_replaced(text: str, expected: str) -> None:
    assert clean(text) == expected
    clean(text).encode()


@pytest.mark.parametrize(("length", "kept"), [(0, 0), (9, 9), (10, 10), (11, 10), (1_000_000, 10)])
def test_F09_text_is_bounded(length: int, kept: int) -> None:
    cut = clean("x" * length, 10)
    assert len(cut) == kept
    assert cut.endswith("…") == (length > 10)


def test_bound_is_a_title_unless_told() -> None:
    assert len(clean("x" * 1000)) == TITLE_LIMIT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain é 🚀", "plain é 🚀"),
        ("a\nb", "a\\u000ab"),
        ("\x1b[31m", "\\u001b[31m"),
        ("user\u202etxt", "user\\u202etxt"),
        ("a\u2028b\x85", "a\\u2028b\\u0085"),
    ],
)
def test_F09_what_a_terminal_obeys_is_shown(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_what_is_to_be_kept_is_kept() -> None:
    assert visible("a\nb\t\r", keep="\n\t") == "a\nb\t\\u000d"
