"""What a pattern is made of: objects, arrays and `$or`."""

from typing import Any

import pytest

from app.routing.patterns import compile_pattern
from app.routing.patterns.read import independent, paths, read_object
from tests.routing.patterns.conftest import Wrong

FAILED_OR_PROD = [{"status": ["failed"]}, {"environment": ["prod"]}]


@pytest.mark.parametrize(
    ("pattern", "path", "message"),
    [
        (None, (), "expected an object"),
        ([], (), "expected an object"),
        ("{}", (), "expected an object"),
        ({}, (), "an empty object asks nothing"),
        ({"build": {}}, ("build",), "an empty object asks nothing"),
        ({"type": "push"}, ("type",), "'type' takes an array of values"),
        ({"build": {"number": 42}}, ("build", "number"), "'number' takes an array of values"),
        ({"type": None}, ("type",), "'type' takes an array of values"),
        ({1: ["x"]}, (), "the key 1 is not text"),
        ({"a": {None: ["x"]}}, ("a",), "the key None is not text"),
    ],
)
def test_what_is_no_pattern(wrong: Wrong, pattern: Any, path: tuple[str, ...], message: str) -> None:
    error = wrong(pattern)
    assert error.path == path
    assert error.message.startswith(message)
    assert isinstance(error, ValueError)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ({"$or": []}, ("$or",)),
        ({"$or": [{"a": ["x"]}]}, ("$or",)),
        ({"$or": [{"a": ["x"]}, ["y"]]}, ("$or",)),
        ({"$or": ["x", "y"]}, ("$or",)),
        ({"$or": "x"}, ("$or",)),
        ({"$or": [{"a": ["x"]}, {}]}, ("$or", 1)),
        ({"b": {"$or": [{"a": ["x"]}, {"a": "x"}]}}, ("b", "$or", 1, "a")),
        ({"$or": [{"a": ["x"]}, {"$or": [{"a": ["y"]}]}]}, ("$or", 1, "$or")),
        ({"$or": [{"a": ["x"]}, {"prefix": ["y"]}]}, ("$or", 1, "prefix")),
        ({"$or": [{"a": ["x"]}, {"b": {"regex": ["y"]}}]}, ("$or", 1, "b", "regex")),
        ({"$or": [{"a": ["x"]}, {"$or": [{"b": ["x"]}, {"date-after": ["y"]}]}]}, ("$or", 1, "$or", 1, "date-after")),
    ],
)
def test_what_is_no_or(wrong: Wrong, pattern: Any, path: tuple[str | int, ...]) -> None:
    assert wrong(pattern).path == path


@pytest.mark.parametrize(
    ("event", "fits"),
    [
        ({"type": "t", "status": "failed"}, True),
        ({"type": "t", "environment": "prod"}, True),
        ({"type": "t", "environment": "prod", "status": "failed"}, True),
        ({"type": "t", "environment": "qa", "status": "succeeded"}, False),
        ({"type": "t"}, False),
        ({"type": "u", "status": "failed"}, False),
    ],
)
def test_an_or_and_what_stands_beside_it(event: dict[str, Any], fits: bool) -> None:
    assert compile_pattern({"type": ["t"], "$or": FAILED_OR_PROD}).matches(event) is fits


@pytest.mark.parametrize(
    ("event", "fits"),
    [
        ({"a": 1, "b": {"c": 1}}, True),
        ({"a": 1, "b": {"d": 2, "e": 2}}, True),
        ({"a": 2, "b": {"d": 2, "e": 2}}, True),
        ({"a": 2, "b": {"d": 2, "e": 3}}, False),
        ({"b": {"c": 1}}, False),
        ({"a": 1, "c": 1}, False),
    ],
)
def test_ors_beside_and_in_each_other(event: dict[str, Any], fits: bool) -> None:
    inner = {"d": [2], "$or": [{"e": [2]}, {"e": [4]}]}
    pattern = {"$or": [{"a": [1]}, {"a": [2]}], "b": {"$or": [{"c": [1]}, inner]}}
    assert compile_pattern(pattern).matches(event) is fits


def test_a_field_may_be_called_or() -> None:
    assert compile_pattern({"$or": {"a": ["x"]}}).paths() == ("$or.a",)
    asked = compile_pattern({"$or": [{"prefix": "a"}, {"numeric": [">", 5]}]})
    assert asked.paths() == ("$or",)
    assert asked.matches({"$or": 6})
    assert not asked.matches({"$or": 4})


def test_fields_outside_of_or_may_have_any_name() -> None:
    assert compile_pattern({"prefix": ["x"], "a": {"regex": ["y"]}}).matches({"prefix": "x", "a": {"regex": "y"}})


def test_a_thousand_combinations_are_fine_and_one_more_is_not(wrong: Wrong) -> None:
    def either(count: int) -> dict[str, Any]:
        return {"$or": [{f"f{number}": [number]} for number in range(count)]}

    fine = compile_pattern({"a": either(10), "b": either(10), "c": either(10)})
    assert fine.matches({"a": {"f9": 9}, "b": {"f0": 0}, "c": {"f5": 5}})
    assert not fine.matches({"a": {"f9": 9}, "b": {"f0": 0}, "c": {"f5": 6}})
    assert "more than 1,000 combinations" in wrong({"a": either(7), "b": either(11), "c": either(13)}).message
    deep: Any = {"x": ["y"]}
    for _ in range(10):
        deep = {"a": {"$or": [{"x": ["y"]}, {"x": ["z"]}]}, "b": deep}
    assert "more than 1,000 combinations" in wrong(deep).message


def test_ors_over_other_fields_are_asked_apart() -> None:
    parts = read_object(
        {"a": [1], "$or": [{"b": [1]}, {"c.d": [1]}], "e": {"$or": [{"f": [1]}, {"g": [1]}]}, "c": {"x": [1]}}
    )
    groups = [[path for part in group for path in paths((part,))] for group in independent(parts)]
    assert groups == [["a"], ["e.f", "e.g"], ["b", "c.d", "c.x"]]


def test_of_a_path_that_is_written_twice_the_last_counts() -> None:
    assert compile_pattern({"a.b": ["x"], "a": {"b": ["y"]}}).matches({"a": {"b": "y"}})
    assert not compile_pattern({"a": {"b": ["y"]}, "a.b": ["x"]}).matches({"a": {"b": "y"}})
    replaced = compile_pattern({"a": ["x"], "$or": [{"a": ["y"]}, {"b": [1]}]})
    assert replaced.matches({"a": "y"})
    assert replaced.matches({"a": "x", "b": 1})
    assert not replaced.matches({"a": "x"})
    assert compile_pattern({"$or": [{"a": ["y"]}, {"b": [1]}], "a": ["x"]}).values("a") == {"x"}
