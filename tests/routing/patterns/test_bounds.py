"""Patterns that are too large are refused before they are read."""

from typing import Any

from app.routing.patterns import compile_pattern
from app.routing.patterns.bounds import MAX_CHARACTERS, MAX_DEPTH
from tests.routing.patterns.conftest import Wrong


def nested(depth: int) -> dict[str, Any]:
    """A pattern with this many keys above its list."""
    pattern: Any = ["x"]
    for _ in range(depth):
        pattern = {"a": pattern}
    return dict(pattern)


def test_4096_characters_are_fine_and_one_more_is_not(wrong: Wrong) -> None:
    size = MAX_CHARACTERS - len('{"a":[""]}')
    assert compile_pattern({"a": ["x" * size]}).matches({"a": "x" * size})
    assert wrong({"a": ["x" * (size + 1)]}).message == "longer than 4,096 characters of JSON"


def test_aliases_do_not_explode(wrong: Wrong) -> None:
    laughs: Any = ["ha"]
    for _ in range(60):
        laughs = [laughs, laughs]
    assert "longer" in wrong({"a": laughs}).message


def test_a_pattern_that_holds_itself_is_refused(wrong: Wrong) -> None:
    round_about: dict[str, Any] = {}
    round_about["a"] = round_about
    assert "longer" in wrong(round_about).message


def test_a_number_that_python_would_not_write_is_refused(wrong: Wrong) -> None:
    assert "longer" in wrong({"a": [10**9999]}).message


def test_depth_is_bounded(wrong: Wrong) -> None:
    assert compile_pattern(nested(MAX_DEPTH)).paths() == (".".join("a" * MAX_DEPTH),)
    assert f"more than {MAX_DEPTH}" in wrong(nested(MAX_DEPTH + 2)).message
    assert f"more than {MAX_DEPTH}" in wrong({".".join("a" * (MAX_DEPTH + 1)): ["x"]}).message
    assert f"more than {MAX_DEPTH}" in wrong({".".join("a" * 2000): ["x"]}).message
