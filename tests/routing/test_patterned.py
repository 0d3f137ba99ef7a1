"""A rule's `pattern` is held against the event models, as a match is."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kernel.yaml import Document
from app.routing import Rulebook, explain, route
from app.routing.known import Known
from app.routing.patterned import met, read_pattern
from app.routing.patterns import compile_pattern
from app.routing.written import Problems as Told
from app.routing.written import Written

Load = Callable[..., Rulebook]
Problems = Callable[..., list[str]]

RULE = "rules:\n  - name: it\n    to: [deployments]\n    card: deployment\n    pattern: %s\n"


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("[deployment.finished]", "pattern: Input should be a valid dictionary"),
        ("{}", "pattern: an empty object asks nothing"),
        ("{type: deployment.finished}", "pattern: 'type' takes an array of values, or an object of fields"),
        ("{type: []}", "pattern: "),
        ("{type: [{prefx: deployment}]}", "pattern: "),
        ("{version: [{numeric: ['<']}]}", "pattern: numeric takes a comparison and a number"),
        ("{statu: [failed]}", "unknown field 'statu' (did you mean 'status'?)"),
        ("{detail: {state: [failed]}}", "unknown field 'detail.state'"),
        ("{$or: [{type: [tests.finished]}, {statu: [failed]}]}", "unknown field 'statu'"),
        ("{type: [tests.finished], findings: {high: [1]}}", "events of tests.finished have no field 'findings.high'"),
        ("{type: [deployment.finishd]}", "pattern: 'deployment.finishd' is not a value of type (did you mean"),
        ("{type: [tests.finished, tests.started]}", "pattern: 'tests.started' is not a value of type"),
        ("{environment: [production]}", "pattern: 'production' is not a value of environment (known: dev, prod"),
        ("{service: [baskt]}", "pattern: 'baskt' is not a value of service (did you mean 'basket'?)"),
        ("{status: [fine]}", "pattern: 'fine' is not a value of status"),
        ("{commit: [abc]}", "pattern: 'commit' is a part (name one of its fields)"),
        ("{labels: [a]}", "pattern: 'labels' is a map (name one of its fields)"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(problems: Problems, pattern: str, told: str) -> None:
    (found,) = problems(RULE % pattern)
    assert found.startswith("01.yaml:5: ")
    assert told in found


def test_the_line_is_the_one_in_the_pattern(problems: Problems) -> None:
    (found,) = problems(RULE % "\n      type: [tests.finished]\n      total:\n        - {numeric: ['<']}\n")
    assert found.startswith("01.yaml:8: pattern: numeric takes")


@pytest.mark.parametrize(
    "pattern",
    [
        "{type: [{prefix: deployment}], environment: [prod, unmapped, null]}",
        "{environment: [{anything-but: [production]}]}",
        "{service: [{equals-ignore-case: BASKET}]}",
        "{tickets: {key: [PAY-7]}}",
        "{labels: {any.thing: [x]}}",
        "{type: [security.scan_finished], worst: {severity: [high]}, findings: {high: [{numeric: ['>', 0]}]}}",
        "{status: [succeeded, {prefix: fail}]}",
    ],
)
def test_what_the_models_know_is_read(with_rules: Load, pattern: str) -> None:
    assert with_rules(RULE % pattern).rules[0].pattern is not None


def test_a_list_of_parts_is_looked_into_as_aws_does(with_rules: Load) -> None:
    book = with_rules(RULE % "{tickets: {key: [PAY-7]}}")
    view = {"type": "tests.finished", "received_at": "2026-03-04T10:00:00Z"}
    assert route(book, view | {"tickets": [{"key": "PAY-1"}, {"key": "PAY-7"}]}).matched == ("it",)
    assert route(book, view | {"tickets": [{"key": "PAY-1"}]}).unrouted


def test_match_and_pattern_must_both_hold(with_rules: Load) -> None:
    book = with_rules(RULE % "{type: [{prefix: deployment.}]}" + "    match: {status: failed}\n")
    view = {"type": "deployment.finished", "status": "failed"}
    assert route(book, view).matched == ("it",)
    assert route(book, view | {"status": "succeeded"}).unrouted
    assert route(book, view | {"type": "pipeline.finished"}).unrouted
    wanted = [(reason.wanted.split()[0], reason.holds) for reason in explain(book, view).rules[0].reasons]
    assert wanted == [("status", True), ("type", True)]


def test_a_pattern_says_which_fields_the_rest_of_the_rule_may_name(problems: Problems) -> None:
    rest = "    coalesce: {by: verdict, window: 5m}\n    mention: {who: author, match: {verdict: failed}}\n"
    assert len(problems(RULE % "{type: [tests.finished]}" + rest)) == 2


@pytest.mark.parametrize(
    ("pattern", "types"),
    [
        ({"type": ["a", "c"]}, ("a",)),
        ({"type": ["c"]}, ()),
        ({"status": ["x"]}, ("a", "b")),
        ({"type": [{"anything-but": "a"}]}, ("a", "b")),  # it cannot tell, so it says all
        ({"$or": [{"type": ["b"]}, {"type": ["a"]}]}, ("a", "b")),
    ],
)
def test_which_types_can_meet_a_pattern(pattern: dict[str, Any], types: tuple[str, ...]) -> None:
    assert met(compile_pattern(pattern), ("a", "b")) == types


def test_without_a_pattern_all_can() -> None:
    assert met(None, ("a", "b")) == ("a", "b")


KEYS = st.sampled_from(["$or", "type", "commit", "author", "tickets", "key", "prefix", "exists", "numeric", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["tests.finished", "<", "="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=3))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_anything_is_read_or_told(raw: dict[str, Any]) -> None:
    told: Told = []
    pattern = read_pattern(raw, Written(raw, Document("x.yaml", raw)), Known(), told)
    assert pattern is not None or told
