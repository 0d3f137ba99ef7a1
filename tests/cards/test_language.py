"""The language is closed: what it does not have is refused when a card is loaded."""

import pytest

from app.kernel.errors import ConfigErrors
from tests.cards.conftest import load_body, yaml_text


def refused(template: str) -> str:
    with pytest.raises(ConfigErrors) as caught:
        load_body("- {type: TextBlock, wrap: true, text: " + yaml_text(template) + "}")
    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == ("cards/card.yaml", 6)
    return str(problem)


@pytest.mark.parametrize(
    "attempt",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ e.__init__.__globals__ }}",
        "{{ e['__class__'] }}",
        "{{ e | attr('__class__') }}",
        "{{ self }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum.__globals__ }}",
        "{{ ''.format }}{{ '{0.__class__}'.format(e) }}",
        "{{ e.pop('status') }}",
        "{{ e.labels.update({'a': 1}) }}",
        "{{ config }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{% set x = 1 %}",
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "{% block b %}{% endblock %}",
        "{% filter upper %}x{% endfilter %}",
        "{% call x() %}{% endcall %}",
        "{% with a = 1 %}{% endwith %}",
        "{% autoescape false %}{% endautoescape %}",
    ],
)
def test_F50_an_expression_that_reaches_out_is_refused_at_load(attempt):
    assert refused(attempt)


def test_F50_an_expression_in_data_is_text(render_text):
    hostile = "{{ ''.__class__.__mro__ }}{% for x in range(9) %}x{% endfor %}"
    shown = render_text("{{ e.version }}", version=hostile)
    assert shown.replace("\\", "") == hostile


@pytest.mark.parametrize(
    "attempt",
    [
        "{% for a in range(9) %}{% for b in range(9) %}{% for c in range(9) %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in e.tickets recursive %}{{ loop(a) }}{% endfor %}",
        "{{ 'x' | center(1000000000) }}",
        "{{ 'x' | indent(1000000000) }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ 'a' | replace('a', 'aaaa') }}",
        "{{ e | tojson }}",
        "{{ 'x'.ljust(1000000000) }}",
        "{{" + "(" * 1500 + "1" + ")" * 1500 + "}}",
        "{{" + "not " * 900 + "e }}",
        "{{" + "-" * 100 + "1 }}",
        "{{ 1 }}" * 1000,
    ],
)
def test_F49_what_could_run_for_ever_is_refused_at_load(attempt):
    assert refused(attempt)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ("{{ e.version", "template: unexpected end"),
        ("{% if e.version %}x", "template: Unexpected end of template"),
        ("{{ }}", "template: Expected an expression"),
        ("{{ e.version | shrt }}", "unknown filter 'shrt' (did you mean 'short'?)"),
        ("{{ 1 if e.version is defind }}", "unknown test 'defind' (did you mean 'defined'?)"),
        ("{{ evnt.version }}", "unknown name 'evnt'"),
        ("{{ mention }}", "unknown name 'mention' (did you mean 'mentions'?)"),
        ("{{ shrt(e.version) }}", "a card cannot call this"),
        ("{{ e.version() }}", "a card cannot call this (there are range(n) and {…}.get(key, otherwise))"),
    ],
)
def test_a_mistake_is_named(mistake, said):
    assert said in refused(mistake)


@pytest.mark.parametrize("mistake", ["{% for loop in e.tickets %}x{% endfor %}", "{{ e.images | join(d='a', d='b') }}"])
def test_what_only_the_compiler_finds_is_refused_at_load(mistake):
    assert refused(mistake)


@pytest.mark.parametrize("deep", [6, 10, 11, 12, 13, 36])
@pytest.mark.parametrize("nested", ["{{ e.version #| upper# }}", "{{ #not #e.version }}", "{{ #[#e.version#]# }}"])
def test_what_is_taken_at_load_can_be_compiled_later(nested, deep, render_text):
    template = "".join(part * deep if each % 2 else part for each, part in enumerate(nested.split("#")))
    assert render_text(template, version="a")


@pytest.mark.parametrize("expression", ["'a' }}{{ 'b'", "", "   ", "e.version }} {{ e.version", "7 +"])
def test_a_when_is_one_expression(expression):
    with pytest.raises(ConfigErrors):
        load_body("- {type: TextBlock, wrap: true, text: x, $when: " + yaml_text(expression) + "}")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{% for n in range(3) %}{{ n }}{% if not loop.last %}, {% endif %}{% endfor %}", "0, 1, 2"),
        ("{{ {'failed': 'bad'}.get(e.status, 'fine') }}", "bad"),
        ("{{ {'other': 'bad'}.get(e.status, 'fine') }}", "fine"),
        ("{{ 'yes' if e.status in ['failed', 'error'] and not e.version else 'no' }}", "yes"),
        ("{{ e.images[0] }} {{ e.images[-1] }} {{ e.images[1:] | length }}", "a c 2"),
        ("{{ e.images | join(' + ') | upper }}", "A + B + C"),
        ("{{ e.images }}", "a, b, c"),
        ("{{ e['status'] ~ '!' }}", r"failed\!"),
        ("{{ e.duration_seconds * 2 + 1 }} {{ e.cvss }} {{ 4.0 }}", "13 7.5 4"),
        ("{{ e.operation.automated }}", "yes"),
        ("{{ e.version | default('none') }}", "none"),
        ("{{ e.tickets | map(attribute='key') | join(', ') }}", "A-1, A-2"),
        ("{{ e.version > 3 }}{{ e.duration_seconds > 3 }}", "noyes"),
        ("{{ e.total + e.failed * 2 }}", "-"),
    ],
)
def test_what_the_language_has(template, expected, render_text):
    e = {
        "status": "failed",
        "images": ["a", "b", "c"],
        "duration_seconds": 6,
        "cvss": 7.5,
        "operation": {"automated": True},
        "tickets": [{"key": "A-1"}, {"key": "A-2"}],
    }
    assert render_text(template, **e) == expected
