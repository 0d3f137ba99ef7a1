"""A leaf is compiled once, and never taken for another that only looks the same."""

from app.cards import language
from app.cards.leaves import names_of, text_leaf, value_leaf
from app.cards.paths import OUTERMOST, item_scope
from app.cards.sandbox import Run

NAMES = names_of(OUTERMOST)


def test_the_same_source_is_compiled_once():
    assert text_leaf("{{ e.service }}!", "plain", NAMES) is text_leaf("{{ e.service }}!", "plain", names_of(OUTERMOST))
    assert value_leaf("e.commit.sha", NAMES) is value_leaf("e.commit.sha", NAMES)


def test_a_text_is_compiled_when_it_is_first_rendered(monkeypatch):
    compiled, real = [], language._compile
    monkeypatch.setattr(language, "_compile", lambda tree, kind: compiled.append(kind) or real(tree, kind))
    run = Run({"e": {"service": "checkout"}}, cut=1, drop=0, longest=100)
    made = text_leaf("late: {{ e.service }}", "plain", NAMES).made
    assert made is not None
    assert compiled == []
    assert [made(run, 100) for _ in range(2)] == ["late: checkout"] * 2
    assert compiled == ["plain"]


def test_where_it_stands_makes_another_of_it():
    run = Run({"e": {"service": "a*b"}}, cut=1, drop=0, longest=100)
    found = {}
    for kind in ("plain", "markdown", "url"):
        made = text_leaf("x {{ e.service }}", kind, NAMES).made
        found[kind] = made(run, 100) if made else None
    assert found == {"plain": "x a*b", "markdown": r"x a\*b", "url": "x a%2Ab"}


def test_what_the_names_are_makes_another_of_it():
    ticket = names_of(item_scope(OUTERMOST, "t", "tickets"))
    commit = names_of(item_scope(OUTERMOST, "t", "commits"))
    assert text_leaf("{{ t.key }}", "plain", ticket).faults == ()
    assert "no event has the field 'commits[].key'" in text_leaf("{{ t.key }}", "plain", commit).faults[0].message
    assert "unknown name 't'" in text_leaf("{{ t.key }}", "plain", NAMES).faults[0].message


def test_it_says_what_it_reads_and_where_it_points():
    assert text_leaf("{{ mentions or icon }}", "plain", NAMES).names == {"mentions", "icon"}
    assert value_leaf("e.tickets[:3]", NAMES).place == "tickets"
    assert value_leaf("e.tickets | sort(attribute='key')", NAMES).place == "tickets"
    assert value_leaf("[1, 2]", NAMES).place is None


def test_a_fault_has_nothing_made():
    assert text_leaf("{{", "plain", NAMES).made is None
    assert value_leaf("e.a, {% if %}", NAMES).made is None
