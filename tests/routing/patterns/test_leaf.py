"""The list of a field: values that it may equal, and operators, of which one must do."""

from typing import Any

import pytest

from tests.routing.patterns.conftest import Fits, Wrong


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (["prod"], "prod"),
        (["qa", "prod"], "prod"),
        ([""], ""),
        ([404], 404),
        ([300], 300.0),
        ([3e2], 300),
        ([12345678901234567890], 12345678901234567890),
        ([True], True),
        ([False], False),
        ([None], None),
        (["prod", 1, None, True], None),
        (["prod", 1, None, True], "prod"),
        (["prod", 1], 1),
        (["prod"], ["qa", "prod"]),
        ([1], [[2], [[1]]]),
        ([{"prefix": "feature/"}, "main"], "main"),
        ([{"prefix": "feature/"}, "main"], "feature/x"),
        ([{"suffix": "-a"}, {"prefix": "b-"}, {"exists": False}], "b-x"),
    ],
)
def test_fits(fits: Fits, asked: Any, value: Any) -> None:
    assert fits(asked, value)


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (["prod"], "Prod"),
        (["prod"], "production"),
        (["prod"], None),
        (["1"], 1),
        ([1], "1"),
        ([1], True),
        ([True], 1),
        ([0], False),
        ([False], 0),
        (["true"], True),
        ([True], "true"),
        ([None], "null"),
        (["null"], None),
        ([None], 0),
        ([None], []),
        (["prod"], []),
        (["prod"], {"prod": "prod"}),
        (["prod"], [{"prod": "prod"}]),
        ([300.5], 300),
        ([{"prefix": "feature/"}, "main"], "fix/main"),
    ],
)
def test_does_not_fit(fits: Fits, asked: Any, value: Any) -> None:
    assert not fits(asked, value)


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ([["prod"]], 0),
        (["prod", ("a", "b")], 1),
        ([1, float("inf")], 1),
        ([float("nan")], 0),
        ([b"prod"], 0),
    ],
)
def test_what_is_no_value_is_named_with_its_place(wrong: Wrong, asked: list[Any], index: int) -> None:
    error = wrong({"part": {"field": asked}})
    assert error.path == ("part", "field", index)
    assert "a value is a text, a number, true, false or null" in error.message


def test_an_empty_array_matches_nothing(wrong: Wrong) -> None:
    error = wrong({"field": []})
    assert (error.path, error.message) == (("field",), "an empty array matches nothing")
