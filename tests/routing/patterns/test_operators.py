"""Which operators there are, and exists."""

from typing import Any

import pytest

from app.routing.patterns import compile_pattern
from tests.routing.patterns.conftest import Wrong


@pytest.mark.parametrize("value", ["", "x", 0, False, None, [None], ["x"], [[0]]])
def test_what_is_there_exists(value: Any) -> None:
    assert compile_pattern({"field": [{"exists": True}]}).matches({"field": value})
    assert not compile_pattern({"field": [{"exists": False}]}).matches({"field": value})


@pytest.mark.parametrize(
    "event", [{}, {"field": []}, {"field": {}}, {"field": [{}]}, {"field": {"inner": 1}}, {"Field": 1}]
)
def test_empty_arrays_and_objects_are_not_there(event: dict[str, Any]) -> None:
    assert not compile_pattern({"field": [{"exists": True}]}).matches(event)
    assert compile_pattern({"field": [{"exists": False}]}).matches(event)


def test_a_value_or_nothing_at_all() -> None:
    pattern = compile_pattern({"environment": ["prod", {"exists": False}]})
    assert pattern.matches({"environment": "prod"})
    assert pattern.matches({"service": "basket"})
    assert not pattern.matches({"environment": "qa"})


@pytest.mark.parametrize("operand", ["true", 1, None, [True], {}])
def test_exists_is_true_or_false(wrong: Wrong, operand: Any) -> None:
    assert wrong({"field": [{"exists": operand}]}).path == ("field", 0, "exists")


def test_an_unknown_operator_is_told_the_nearest(wrong: Wrong) -> None:
    error = wrong({"part": {"field": ["a", {"prefx": "a"}]}})
    assert error.message == "unknown operator 'prefx'"
    assert error.path == ("part", "field", 1, "prefx")
    assert error.hint == "did you mean 'prefix'?"


@pytest.mark.parametrize("name", ["NUMERIC", "regex", "exactly", "", "$or"])
def test_what_is_no_operator(wrong: Wrong, name: str) -> None:
    assert wrong({"field": [{name: ["=", 5]}]}).message == f"unknown operator {name!r}"


@pytest.mark.parametrize("item", [{}, {"prefix": "a", "suffix": "b"}, {1: "a"}])
def test_an_object_in_a_list_has_one_operator(wrong: Wrong, item: dict[Any, Any]) -> None:
    error = wrong({"field": [item]})
    assert (error.path, error.message) == (("field", 0), "an object in a list has one key, the operator")
