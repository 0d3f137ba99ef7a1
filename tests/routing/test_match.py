"""What a match means. Events in the words of `app.events`, cut to what matters."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.events import EVENT_TYPES
from app.events.fields import field_catalogue
from app.events.own import MADE_FOR_A_CARD
from app.routing import Rulebook, explain, route
from app.routing.operators import OPERATORS

Matching = Callable[[str], Rulebook]

EVENT = {
    "type": "deployment.finished",
    "status": "failed",
    "service": "checkout",
    "environment": "prod",
    "version": "1.4.2",
    "build": {"number": 42, "ref": "release/9"},
    "commit": {"author": {"email": "renovate[bot]@example.com"}, "message": "fix: PAY-12 rounding"},
    "images": ["registry.example.com/checkout:1.4.2"],
    "operation": {"automated": False, "retries": 0},
    "tickets": [],
    "labels": {"app.kubernetes.io/part-of": "shop"},
    "error": "",
    "duration_seconds": 61.5,
}


def matched(book: Rulebook, view: dict[str, Any]) -> bool:
    return route(book, view).matched == ("it",)


@pytest.mark.parametrize(
    "match",
    [
        "{}",
        "{status: failed}",
        "{status: [succeeded, failed], environment: prod}",
        "{build.number: 42}",
        "{build.number: [41, 42]}",
        "{build.number: {gte: 42, lt: 43}}",
        "{build.number: {gt: 41, lte: 42}}",
        "{build.number: {multiple_of: 21}}",
        "{duration_seconds: {gt: 61}}",
        "{operation.automated: false}",
        "{operation.retries: 0}",
        "{version: {glob: 1.*}}",
        "{version: {glob: ['2.*', '1.?.2']}}",
        '{commit.author.email: {glob: "*[bot]@*"}}',
        '{commit.message: {regex: "PAY-[0-9]+"}}',
        "{commit.message: {contains: rounding}}",
        '{images: {contains: "registry.example.com/checkout:1.4.2"}}',
        "{pull_request: {exists: false}}",
        "{commit: {exists: true}}",
        "{operation.retries: {exists: true}}",
        "{status: {not: succeeded}}",
        "{status: {not: [succeeded, stopped]}}",
        "{version: {not: {glob: 2.*}}}",
        "{build.number: {not: {gte: 1, lt: 42}}}",
        "{labels.app.kubernetes.io/part-of: shop}",
        "{any: [{status: succeeded}, {build.number: 42}]}",
        "{all: [{status: failed}, {environment: prod}]}",
        "{none: [{status: succeeded}, {environment: dev}]}",
        "{any: [{type: gate.decided, verdict: block}, {type: deployment.finished, status: failed}]}",
        '{type: {glob: "deployment.*"}}',
        "{type: {not: gate.decided}}",
    ],
)
def test_it_matches(matching: Matching, match: str) -> None:
    assert matched(matching(match), EVENT)


@pytest.mark.parametrize(
    "match",
    [
        "{status: succeeded}",
        "{status: failed, environment: dev}",
        "{build.number: 43}",
        "{build.number: {gte: 42, lt: 42}}",
        "{build.number: {multiple_of: 1000}}",
        "{operation.automated: true}",
        "{version: {glob: '1.4'}}",
        '{commit.author.email: {glob: "*[bt]@*"}}',
        '{commit.message: {regex: "^PAY"}}',
        "{commit.message: {contains: Rounding}}",
        "{images: {contains: checkout}}",
        "{pull_request: {exists: true}}",
        "{commit: {exists: false}}",
        "{status: {not: failed}}",
        "{status: {not: [failed, stopped]}}",
        "{labels.app.kubernetes.io/part-of: bank}",
        "{any: [{status: succeeded}, {build.number: 43}]}",
        "{all: [{status: failed}, {environment: dev}]}",
        "{none: [{status: succeeded}, {environment: prod}]}",
        "{any: [{type: gate.decided}, {type: tests.finished, status: failed}]}",
        "{all: [{type: gate.decided}]}",
        '{type: {glob: "security.*"}}',
    ],
)
def test_it_does_not_match(matching: Matching, match: str) -> None:
    assert route(matching(match), EVENT).matched == ()


@pytest.mark.parametrize(
    "match",
    [
        "{pull_request.id: 0}",
        "{pull_request.id: {lt: 10}}",
        "{pull_request.id: {gte: 0}}",
        "{pull_request.id: {multiple_of: 1}}",
        "{pull_request.title: {glob: '*'}}",
        "{pull_request.title: {regex: '.*'}}",
        "{pull_request.title: {contains: a}}",
        "{pull_request.title: {exists: true}}",
        "{rollback: false}",
        "{revisions: {contains: a}}",
        "{any: [{pull_request.id: {gte: 0}}]}",
    ],
)
def test_a_missing_field_never_matches(matching: Matching, match: str) -> None:
    assert route(matching(match), EVENT).matched == ()


@pytest.mark.parametrize("path", ["error", "tickets", "pull_request", "pull_request.author.email", "labels.team"])
def test_what_is_empty_or_missing_does_not_exist(matching: Matching, path: str) -> None:
    assert matched(matching(f"{{{path}: {{exists: false}}}}"), EVENT)
    assert not matched(matching(f"{{{path}: {{exists: true}}}}"), EVENT)


def test_an_empty_text_fits_no_pattern(matching: Matching) -> None:
    assert not matched(matching('{error: {glob: "*"}}'), EVENT)
    assert not matched(matching('{error: {regex: "^$"}}'), EVENT)


def test_not_holds_for_a_field_that_is_missing_because_it_asks_for_the_opposite(matching: Matching) -> None:
    assert matched(matching("{pull_request.id: {not: 7}}"), EVENT)
    assert not matched(matching("{pull_request.id: {not: 7, exists: true}}"), EVENT)


def test_true_is_not_one(matching: Matching) -> None:
    assert not matched(matching("{build.number: 1}"), EVENT | {"build": {"number": True}})
    assert not matched(matching("{operation.retries: {gte: 0}}"), EVENT | {"operation": {"retries": False}})


PATHS = [path for path in field_catalogue() if "[]" not in path]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("a\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(PATHS) | st.text(), inner, max_size=4),
    max_leaves=12,
)
VIEWS = st.dictionaries(st.sampled_from([*PATHS, "type"]), ANYTHING, max_size=8)
TYPED = st.builds(
    lambda view, name: view | {"type": name}, VIEWS, st.sampled_from(sorted(EVENT_TYPES.keys() - MADE_FOR_A_CARD))
)

EVERYTHING = """{any: [{status: failed}, {build.number: [1, 2]}, {build.number: {gt: 1, multiple_of: 3}},
 {commit.message: {regex: "(a+)+$", contains: x}}, {images: {contains: y}}, {operation.automated: true},
 {none: [{version: {glob: "1?*"}}, {commit.author.email: {not: {glob: ["*@a", b]}}}]}, {labels.team: x},
 {all: [{findings.critical: {gte: 1}}, {tickets: {exists: true}}, {service: checkout}, {environment: [dev, qa]}]}]}"""


@given(view=VIEWS | TYPED)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_view_makes_it_raise(matching: Matching, view: dict[str, Any]) -> None:
    book = matching(EVERYTHING)
    said = explain(book, view)
    assert said.routing == route(book, view)
    assert said.text()
    assert said.to_dict()["rules"][0]["rule"] == "it"


WANTED = {
    "glob": "*", "regex": "", "contains": "a", "exists": True, "gt": -1, "gte": -1, "lt": 10**9, "lte": 10**9,
    "multiple_of": 1,
}  # fmt: skip


@given(path=st.sampled_from(PATHS), operator=st.sampled_from(sorted(OPERATORS)))
def test_every_operator_says_no_to_every_missing_field(path: str, operator: str) -> None:
    field = field_catalogue()[path]
    if field.kind not in OPERATORS[operator].kinds or field.items == "part":
        return
    test = OPERATORS[operator].make(field, WANTED[operator] or ".*")
    nothings: tuple[Any, ...] = (None, "", [], {})
    assert [test(nothing) for nothing in nothings] == [False] * 4
