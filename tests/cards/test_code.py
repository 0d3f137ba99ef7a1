"""The code written for a template takes the short way for dicts and texts, and finds the same by the long one."""

from typing import Any

import pytest

from app.cards.language import compile_text, compile_value, parse_text, parse_value
from app.cards.sandbox import NOTHING, Run, Sandbox

LONG = 1000


class Other(dict[str, Any]):
    """A dict that is none to the short way."""


def run(e: Any) -> Run:
    return Run({"e": e}, cut=1, drop=0, longest=LONG)


def text(template: str, e: Any, longest: int = LONG) -> tuple[str, int]:
    made, it = compile_text(template, parse_text(template), "markdown"), run(e)
    return made(it, longest), it.missing


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The names that the sandbox was asked for."""
    found: list[str] = []
    real = Sandbox.getattr
    monkeypatch.setattr(Sandbox, "getattr", lambda self, obj, name: found.append(name) or real(self, obj, name))
    return found


def test_plain_dicts_and_texts_ask_no_sandbox(asked):
    assert text("{{ e.a.b }}, {{ e.c.d }}.", {"a": {"b": "x*y"}}) == (r"x\*y, .", 1)
    assert asked == ["d"]


@pytest.mark.parametrize(
    "template", ["{{ e.a.b }}", "{{ e.a.b | upper }}", "{{ (e.n or e.a).b }}", "{{ e.z or e.a.b }}"]
)
def test_the_long_way_finds_the_same(template, asked):
    plain, other = {"a": {"b": "x*y"}}, Other(a=Other(b="x*y"))
    assert text(template, plain) == text(template, other)
    assert "b" in asked


def test_what_is_no_dict_has_no_keys():
    for e in ("text", 7, None, ["a"], object()):
        assert compile_value(parse_value("e.upper or e.real or e.append"))(run(e)) == NOTHING


def test_a_dict_of_the_card_is_asked_without_the_sandbox(monkeypatch):
    monkeypatch.setattr(Sandbox, "call", None)
    assert text("{{ {'a': 'one'}.get(e.k, e.z or 'none') }}", {"k": "a"}) == ("one", 0)
    assert text("{{ {'a': 'one'}.get(e.k, e.z or 'none') }}", {"k": "b"}) == ("none", 0)


def test_what_is_absent_goes_through_a_filter_with_its_arguments():
    assert text("{{ e.a | short(e.n) | link(e.u) }}{{ e.a | default('none') | upper }}", {"n": 3}) == ("NONE", 1)
    assert text("{{ e.a | short(e.n) | link(e.u | url) }}", {"a": "abcdef", "n": 3, "u": "https://x.example"}) == (
        "[ab…](https://x.example)",
        0,
    )


def test_a_text_is_not_made_further_than_it_may_be_long():
    assert text("{{ e.a }}{{ e.b }}{{ e.a }}", {"a": "xx"}, longest=1) == ("xx", 0)
    assert text("{% for i in range(1000) %}{{ e.a }}{% endfor %}", {"a": "xx"}, longest=5) == ("xxxxxx", 0)
    assert text("{{ e.a }}{{ e.b }}{{ e.a }}", {"a": "xx"}, longest=4) == ("xxxx", 1)


def test_a_text_may_be_a_comment():
    assert text("{# {{ e.a }} #}", {"a": "x"}) == ("", 0)
