"""Rule books from hell: what is refused at load, and what is just data."""

import threading
import time
from collections.abc import Callable

import pytest

from app.kernel.errors import ConfigErrors
from app.kernel.live import Live
from app.routing import Rulebook, explain, route

Load = Callable[..., Rulebook]
Problems = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rules: [", "not YAML"),
        ("rules: []\nrules: []", "not YAML: found duplicate key"),
        ("rules:\n  - {name: a, name: b}", "not YAML: found duplicate key"),
        ("rules: !!python/object/apply:os.system [ls]", "tags are not allowed"),
        ("- just\n- a list", "expected a map of sections"),
        ("rules: {a: {}}", "'rules' is a list"),
        ("channels: [a]", "'channels' is a map of names"),
        ("1: 2", "is not text"),
        (
            "rules:\n  - {name: a, match: {type: deployment.finished}, to: [nobody], card: deployment}",
            "unknown purpose",
        ),
    ],
)
def test_F47_a_broken_rule_book_is_refused_with_its_place(problems: Problems, text: str, told: str) -> None:
    found = problems(text)
    assert found[0].startswith("01.yaml:")
    assert told in found[0]


def test_F47_exploding_aliases_are_refused(with_rules: Load) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(ConfigErrors, match="more than 50000 values"):
        with_rules("\n".join(lines))


def test_F47_a_tower_of_brackets_is_refused(with_rules: Load) -> None:
    with pytest.raises(ConfigErrors):
        with_rules("rules: " + "[" * 3000 + "]" * 3000)


def test_what_yaml_1_1_would_have_read_otherwise_is_text(with_rules: Load) -> None:
    book = with_rules("""
rules:
  - {name: on, match: {version: on}, drop: true}
  - {name: no, match: {version: no}, drop: true}
  - {name: clock, match: {version: 19:00}, drop: true}
  - {name: octal, match: {build.number: 010}, drop: true}
  - {name: yes, match: {operation.automated: true}, drop: true}
""")
    assert route(book, {"type": "deployment.finished", "version": "on"}).dropped_by == "on"
    assert route(book, {"type": "deployment.finished", "version": "no"}).dropped_by == "no"
    assert route(book, {"type": "deployment.finished", "version": "19:00"}).dropped_by == "clock"
    assert route(book, {"type": "deployment.finished", "build": {"number": 10}}).dropped_by == "octal"
    assert route(book, {"type": "deployment.finished", "version": "true"}).unrouted


TEMPLATE = "{{ ''.__class__.__mro__[1].__subclasses__() }}"


def test_F50_a_template_in_a_rule_or_in_an_event_is_plain_text(with_rules: Load) -> None:
    book = with_rules(f"""
rules:
  - {{name: a, match: {{commit.message: "{TEMPLATE}"}}, to: [deployments], card: deployment}}
""")
    view = {"type": "deployment.finished", "commit": {"message": TEMPLATE}}
    assert route(book, view).matched == ("a",)
    assert route(book, view | {"commit": {"message": "[<class 'int'>]"}}).unrouted
    assert TEMPLATE in explain(book, view).rules[0].reasons[0].got.replace('"', "")


def test_F50_a_template_is_no_name_of_a_card(problems: Problems) -> None:
    rule = "{name: a, match: {}, to: [deployments], card: '{{ e.service }}'}"
    assert "unknown card '{{ e.service }}'" in problems(f"rules: [{rule}]")[0]


@pytest.mark.parametrize("pattern", ["(?=a)b", "(?<=a)b", r"(a)\1", "a{1,9999}", "x" * 201])
def test_F52_what_is_not_re2_is_refused(problems: Problems, pattern: str) -> None:
    found = problems(f"rules: [{{name: a, match: {{version: {{regex: '{pattern}'}}}}, drop: true}}]")
    assert "cannot be used as a pattern" in found[0]


def test_F52_a_pattern_that_explodes_elsewhere_takes_no_time(with_rules: Load) -> None:
    book = with_rules("rules: [{name: a, match: {commit.message: {regex: '^(a+)+$'}}, drop: true}]")
    start = time.process_time()
    assert route(book, {"type": "change.pushed", "commit": {"message": "a" * 8000 + "!"}}).dropped_by == "a"
    assert route(book, {"type": "change.pushed", "commit": {"message": "a" * 4000 + "!"}}).unrouted
    assert time.process_time() - start < 0.5


def test_F54_a_rule_book_is_swapped_whole_while_events_are_routed(with_rules: Load) -> None:
    rule = "rules: [{{name: {0}, match: {{type: deployment.finished}}, to: [{1}], card: generic}}]"
    books = [with_rules(rule.format("old", "deployments")), with_rules(rule.format("new", "security"))]
    told = {books[0].rev: ("old", "platform"), books[1].rev: ("new", "security")}
    live, stop = Live(books[0]), threading.Event()

    def reload() -> None:
        while not stop.is_set():
            for book in books:
                live.swap(book)

    thread = threading.Thread(target=reload)
    thread.start()
    try:
        for _ in range(2000):
            routing = route(live.now, {"type": "deployment.finished", "service": "basket"})
            (send,) = routing.sends
            assert (send.rule, send.channel) == told[routing.rev]
    finally:
        stop.set()
        thread.join()
