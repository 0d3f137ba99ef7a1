"""The filters, by what a reader sees."""

import pytest

from app.cards import filters
from tests.cards.conftest import yaml_text


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0 s"),
        (0.25, "250 ms"),
        (45.4, "45 s"),
        (59.9, "1 min"),
        (272, "4 min 32 s"),
        (7200, "2 h"),
        (7500, "2 h 5 min"),
        (3 * 86400 + 3600, "3 d 1 h"),
        (-90, "-1 min 30 s"),
        (10**30, "11574074 d 1 h"),
        (True, True),
        ("soon", "soon"),
    ],
)
def test_dur(seconds, expected):
    assert filters.dur(seconds) == expected


def test_dur_of_what_is_no_number_at_all():
    assert str(filters.dur(float("nan"))) == "nan"
    assert filters.dur(float("inf")) == "11574074 d 1 h"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("fix: x\n\nbody",), "fix: x"),
        (("\n\n  first",), "  first"),
        (("a" * 100, 10), "a" * 9 + "…"),
        (("one\ntwo\nthree", 80, 2), "one\ntwo …"),
        (("one\ntwo", 80, 2), "one\ntwo"),
        (("", 80), ""),
        (("abc", 0), "a…"),
        ((7,), 7),
    ],
)
def test_short(arguments, expected):
    assert filters.short(*arguments) == expected


def test_sha_time_words_and_plural():
    assert filters.sha("4f1c0de9a7") == "4f1c0de"
    assert filters.sha("ecs-svc/7093553217285614226") == "ecs-svc/7093553217285614226"
    assert filters.time("2026-11-22T10:00:00.123456Z") == "2026-11-22 10:00 UTC"
    assert filters.time("yesterday") == "yesterday"
    assert filters.words("passed_with_conditions") == "passed with conditions"
    assert [filters.plural(n, "finding") for n in (0, 1, 3)] == ["0 findings", "1 finding", "3 findings"]
    assert filters.plural(2, "library", "libraries") == "2 libraries"


def test_join_is_bounded():
    assert filters.join(["a", 1]) == "a, 1"
    assert filters.join(7) == ""
    with pytest.raises(ValueError, match="too long"):
        filters.join("a" * 8000, "b" * 8000)


def test_what_is_absent_stays_absent(render_text):
    assert render_text("{{ e.duration_seconds | dur }}") == "-"
    assert render_text("{{ e.version | upper }}") == "-"
    assert render_text("{{ e.commit.sha | sha | link(e.commit.url) }}") == "-"


@pytest.mark.parametrize("name", filters.ALLOWED)
def test_no_filter_fails_on_what_is_absent(name, render_body):
    arguments = {"selectattr": "('x')", "rejectattr": "('x')", "map": "('upper')", "plural": "('x')", "link": "('x')"}
    template = f"x{{% for i in e.images | {name}{arguments.get(name, '')} %}}{{% endfor %}}" + (
        f"{{{{ e.error | {name}{arguments.get(name, '')} }}}}"
        if name not in ("map", "select", "reject", "items")
        else ""
    )
    rendered = render_body(f"- {{type: TextBlock, wrap: true, text: {yaml_text(template)}}}")
    assert rendered.fell_back is None, rendered.problem


def test_link_and_md_are_ready_as_they_stand(render_text):
    assert render_text("{{ 'P*7*' | link('https://x.example/a') }}") == r"[P\*7\*](https://x.example/a)"
    assert render_text("{{ '**ours**' | md }} {{ e.version }}", version="**theirs**") == r"**ours** \*\*theirs\*\*"


def test_a_text_without_a_link_is_text(render_text):
    assert render_text("{{ 'P-7' | link(e.links.pipeline) }}") == "P-7"


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("a b&c", 300, "a%20b%26c"),
        ("aaa bbb", 6, "aaa%20"),
        ("aaa bbb", 5, "aaa"),
        ("🔥🔥", 12, "%F0%9F%94%A5"),
        ("\ud800\x00x", 9, "x"),
        ("", 9, ""),
    ],
)
def test_query_is_never_longer_than_it_may_be(text, length, expected):
    assert filters.query(text, length) == expected


@pytest.mark.parametrize("name", ["payments-api", "a", "0", "pr-31", "x" * 63])
def test_names_of_kubernetes_go_into_a_command(name):
    assert filters.kube(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-n",
        "--all",
        "a-",
        "a;b",
        "a b",
        "$(id)",
        "`id`",
        "a\nb",
        "a|b",
        "A",
        "a_b",
        "a/b",
        "'",
        "ä",
        "a\n",
        7,
        ["a"],
    ],
)
def test_no_other_name_does(name):
    assert filters.kube(name) == filters.kube("x" * 64) == ""


def test_a_sign_for_an_event_or_for_an_item_of_a_digest():
    assert filters.sign({"type": "deployment.finished", "outcome": "failed"}) == "❌"
    assert filters.sign({"type": "pull_request.merged"}) == "🔀"
    assert filters.sign("failed") == ""
