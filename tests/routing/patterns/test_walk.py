"""Fields of objects, of objects in lists, and under keys with dots."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.events.fields import field_catalogue
from app.routing.patterns import compile_pattern
from app.routing.patterns.walk import flat_items
from tests.routing.patterns import naive

BOTH = {"steps": {"name": ["build"], "result": ["failed"]}}


@pytest.mark.parametrize(
    "steps",
    [
        {"name": "build", "result": "failed"},
        [{"name": "build", "result": "failed"}],
        [{"name": "build", "result": "succeeded"}, {"name": "build", "result": "failed"}],
        [{"name": ["lint", "build"], "result": "failed"}],
        [[{"name": "lint"}], [[{"name": "build", "result": "failed"}]]],
        ["text", {"name": "build", "result": "failed"}],
    ],
)
def test_all_of_it_is_in_one_element(steps: Any) -> None:
    assert compile_pattern(BOTH).matches({"steps": steps})


@pytest.mark.parametrize(
    "steps",
    [
        [{"name": "build", "result": "succeeded"}, {"name": "test", "result": "failed"}],
        [{"name": "build"}, {"result": "failed"}],
        [[{"name": "build"}], [{"result": "failed"}]],
        [],
        {},
        "build",
        None,
    ],
)
def test_none_of_it_from_another_element(steps: Any) -> None:
    assert not compile_pattern(BOTH).matches({"steps": steps})


def test_an_or_beside_a_field_speaks_of_the_same_element() -> None:
    pattern = compile_pattern({"steps": {"name": ["build"], "$or": [{"result": ["failed"]}, {"code": [1]}]}})
    assert pattern.matches({"steps": [{"name": "build", "code": 1}]})
    assert not pattern.matches({"steps": [{"name": "build", "code": 0}, {"name": "test", "code": 1}]})


def test_two_lists_are_independent() -> None:
    pattern = compile_pattern({"steps": {"name": ["build"]}, "commits": {"sha": ["abc"]}})
    assert pattern.matches({"steps": [{"name": "build"}], "commits": [{"sha": "x"}, {"sha": "abc"}]})


def test_absence_is_asked_of_the_element_with_the_other_fields() -> None:
    pattern = compile_pattern({"steps": {"name": ["build"], "error": [{"exists": False}]}})
    assert pattern.matches({"steps": [{"name": "build"}, {"name": "test", "error": "x"}]})
    assert not pattern.matches({"steps": [{"name": "build", "error": "x"}, {"name": "test"}]})


def test_absence_alone_is_asked_of_all_elements() -> None:
    pattern = compile_pattern({"steps": {"error": [{"exists": False}]}})
    assert pattern.matches({"steps": [{"name": "build"}, {"name": "test"}]})
    assert pattern.matches({"steps": []})
    assert pattern.matches({})
    assert not pattern.matches({"steps": [{"name": "build"}, {"error": "x"}]})


def test_dots_in_a_pattern_and_in_an_event_are_objects() -> None:
    for pattern in (
        {"build": {"ref.kind": ["tag"]}},
        {"build.ref.kind": ["tag"]},
        {"build": {"ref": {"kind": ["tag"]}}},
    ):
        compiled = compile_pattern(pattern)
        assert compiled.matches({"build": {"ref": {"kind": "tag"}}})
        assert compiled.matches({"build.ref": {"kind": "tag"}})
        assert compiled.matches({"build.ref.kind": "tag"})
        assert compiled.matches({"build": {"ref.kind": "tag"}})
        assert not compiled.matches({"build.ref.kinds": "tag", "build": {"ref": "tag"}})


def test_what_stands_there_twice_stands_there_twice() -> None:
    for number in (1, 2):
        assert compile_pattern({"a": {"b": [number]}}).matches({"a": {"b": 1}, "a.b": 2})


def test_labels_are_found_under_their_own_names() -> None:
    labels = {"app": "basket", "app.kubernetes.io/name": "checkout"}
    before = copy.deepcopy(labels)
    pattern = compile_pattern({"labels": {"app": ["basket"], "app.kubernetes.io/name": [{"prefix": "check"}]}})
    assert pattern.matches({"labels": labels})
    assert labels == before, "the event is left as it was"
    assert not compile_pattern({"labels": {"app.kubernetes.io/name": [{"exists": False}]}}).matches({"labels": labels})
    assert not pattern.matches({"labels": {"app": "basket"}})


def test_what_a_dotted_key_says_is_said_of_every_element() -> None:
    event = {"steps": [[{"name": "lint"}], {"name": "build"}], "steps.result": "failed"}
    assert compile_pattern(BOTH).matches(event)


def test_deep_lists_need_no_deep_stack() -> None:
    value: Any = "x"
    for _ in range(20_000):
        value = [value]
    assert compile_pattern({"field": ["x"]}).matches({"field": value})
    assert not compile_pattern({"field": {"inner": ["x"]}}).matches({"field": value})


def test_lists_in_a_list_are_one_list_unlike_with_aws() -> None:
    """AWS has the values of a list in a list in one element of the outer list, and the objects beside it in others."""
    pattern = {
        "a": [1],
        "$or": [{"a": [2]}, {"a.b": [1]}],
        "c": {"$or": [{"a": [1]}, {"a": [1]}]},
    }
    event: dict[str, Any] = {"a": [[1], {"a": 1, "b": 1}], "c": {"a": 1}}
    assert compile_pattern(pattern).matches(event)
    assert not naive.matches({"a": [1], "a.b": [1], "c.a": [1]}, event), "what AWS answers"
    event["a"] = [1, {"a": 1, "b": 1}]
    assert compile_pattern(pattern).matches(event)
    assert naive.matches({"a": [1], "a.b": [1], "c.a": [1]}, event), "one list: the same"


def test_no_event_has_a_list_in_a_list() -> None:
    lists = [field for field in field_catalogue().values() if field.kind == "list"]
    assert lists
    assert not [field.path for field in lists if field.items in ("list", "map")]


KEYS = st.sampled_from("abc")
SCALARS = st.sampled_from([1, 2, "x", None])
ASKED = st.lists(st.sampled_from([1, 2, "x", None, {"exists": True}, {"exists": False}]), min_size=1, max_size=2)
PATTERNS: Any = st.recursive(
    st.dictionaries(KEYS, ASKED, min_size=1),
    lambda inner: st.dictionaries(KEYS, ASKED | inner, min_size=1),
    max_leaves=4,
)
EVENTS: Any = st.dictionaries(
    KEYS,
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner), max_leaves=12),
)
DOTTED: Any = st.dictionaries(
    st.sampled_from(["a", "b", "a.b", "a.b.c", "b.c"]),
    SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.sampled_from(["b", "c", "b.c"]), SCALARS),
)


@settings(max_examples=400, deadline=None)
@given(PATTERNS, EVENTS)
def test_it_answers_as_if_everything_was_tried(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    assert compile_pattern(pattern).matches(event) is naive.matches(pattern, event)


@settings(max_examples=400, deadline=None)
@given(PATTERNS, DOTTED)
def test_so_it_does_with_dots_in_the_event(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    assert compile_pattern(pattern).matches(event) is naive.matches(pattern, event)


def is_mixed(value: Any) -> bool:
    """Whether lists in a list hold both values and objects. No event has them; we differ from AWS there."""
    if isinstance(value, dict):
        return any(is_mixed(inner) for inner in value.values())
    if not isinstance(value, list):
        return False
    items = list(flat_items(value))
    both = len({isinstance(item, dict) for item in items}) == 2
    return (both and any(isinstance(item, list) for item in value)) or any(is_mixed(item) for item in items)


FLAT: Any = st.dictionaries(st.sampled_from(["a", "b", "a.b", "c.a"]), ASKED, min_size=1, max_size=2)
UNMIXED: Any = EVENTS.filter(lambda event: not is_mixed(event)) | DOTTED


@settings(max_examples=300, deadline=None)
@given(FLAT, st.lists(FLAT, min_size=2, max_size=3), st.lists(FLAT, min_size=2, max_size=3), UNMIXED)
def test_so_it_does_for_every_combination_of_ors(
    beside: dict[str, Any], ones: list[dict[str, Any]], others: list[dict[str, Any]], event: dict[str, Any]
) -> None:
    pattern = {**beside, "$or": ones, "c": {"$or": others}}
    ways = [
        {**beside, **one, **{f"c.{path}": asked for path, asked in other.items()}} for one in ones for other in others
    ]
    assert compile_pattern(pattern).matches(event) is any(naive.matches(way, event) for way in ways)
