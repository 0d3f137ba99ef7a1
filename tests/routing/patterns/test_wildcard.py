"""Wildcards: the whole text, escapes, and no blow-up."""

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routing.patterns.wildcard import compile_wildcard


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a*b", "ab"),
        ("a*b", "a-b-b"),
        ("*basket*", "my-basket-api"),
        ("*a*a*", "aa"),
        ("release/*.*", "release/1.2"),
        (r"\*", "*"),
        (r"a\\b", r"a\b"),
        (r"\**", "*anything"),
        (r"*\*", "ends with *"),
        ("a?c", "a?c"),
        ("[a]*", "[a]b"),
        ("a*\n", "a\n\n"),
    ],
)
def test_fits(pattern: str, text: str) -> None:
    assert compile_wildcard(pattern)(text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("a*a", "a"),
        ("ab*ba", "aba"),
        ("*a*a*", "a"),
        ("a*b*c", "acb"),
        ("a*b", "a-b-"),
        ("*b", "b "),
        (r"\*", "a"),
        ("a?c", "abc"),
        ("A*", "abc"),
        ("*xy*yz*", "xyz"),
    ],
)
def test_does_not_fit(pattern: str, text: str) -> None:
    assert not compile_wildcard(pattern)(text)


@pytest.mark.parametrize("pattern", ["**", "a**", "a***b", r"\a", "a\\", r"\?", r"a\\\b", r"\***"])
def test_what_is_no_wildcard(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"two stars|no escape|escapes nothing"):
        compile_wildcard(pattern)


@given(
    st.from_regex(r"\A[ab]{0,3}(\*[ab]{0,3}){0,4}\Z").filter(lambda text: "**" not in text), st.text("ab", max_size=12)
)
def test_it_says_what_a_regular_expression_says(pattern: str, text: str) -> None:
    expression = ".*".join(re.escape(piece) for piece in pattern.split("*"))
    assert compile_wildcard(pattern)(text) is (re.fullmatch(expression, text) is not None)


def test_many_stars_do_not_blow_up() -> None:
    fits = compile_wildcard("*a" * 1500 + "*b")
    started = process_time()
    assert not fits("a" * 100_000)
    assert not fits("a" * 100_000 + "c")
    assert fits("a" * 100_000 + "b")
    assert process_time() - started < 1
