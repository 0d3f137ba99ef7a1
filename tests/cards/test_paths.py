"""A field that no event has is found when the card is loaded, with its line and what was meant."""

import pytest

from app.cards.paths import card_fields
from app.kernel.errors import ConfigErrors
from tests.cards.conftest import load_body, yaml_text


def problems(*lines: str) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        load_body("\n".join(lines))
    return [str(problem) for problem in caught.value.problems]


def block(template: str, **more: str) -> str:
    extra = "".join(f", {key}: {yaml_text(value)}" for key, value in more.items())
    return "- {type: TextBlock, wrap: true, text: " + yaml_text(template) + extra + "}"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ e.servise }}", "no event has the field 'servise' (did you mean 'service'?)"),
        ("{{ e.commit.auther.name }}", "no event has the field 'commit.auther' (did you mean 'commit.author'?)"),
        ("{{ e['enviroment'] }}", "no event has the field 'enviroment' (did you mean 'environment'?)"),
        ("{% for t in e.tickets %}{{ t.ky }}{% endfor %}", "no event has the field 'tickets[].ky'"),
        ("{% for t in e.tickets[:3] %}{{ t.ky }}{% endfor %}", "no event has the field 'tickets[].ky'"),
        ("{% for t in e.tikets %}{{ t }}{% endfor %}", "no event has the field 'tikets' (did you mean 'tickets'?)"),
        ("{{ e.tickets[0].ky }}", "no event has the field 'tickets[].ky'"),
        ("{% if e.stat %}x{% endif %}", "no event has the field 'stat'"),
        ("{{ e.version | link(e.links.pipelin) }}", "no event has the field 'links.pipelin'"),
        ("{{ e.commit }}", "'commit' is a group of fields: print one of them"),
        ("{{ e.labels }}", "'labels' is a group of fields"),
        ("{{ 1 if e.status == 'succeded' }}", "'status' is never 'succeded' (did you mean 'succeeded'?)"),
        ("{{ 1 if e.environment_tier in ['production', 'prod'] }}", "'environment_tier' is never 'prod'"),
    ],
)
def test_a_wrong_path_is_an_error(template, said):
    (found,) = problems("- {type: TextBlock, wrap: true, text: first}", block(template))
    assert found.startswith("cards/card.yaml:7: ")
    assert said in found


def test_conditions_and_repeated_items_are_checked_too():
    found = problems(
        block("x", **{"$when": "e.eror"}),
        "- {type: TextBlock, wrap: true, $each: {t: e.worst}, text: '{{ t.titel }}'}",
        "- {type: TextBlock, wrap: true, $each: {t: e.wurst}, text: x}",
    )
    assert [line.split(" (")[0] for line in found] == [
        "cards/card.yaml:6: no event has the field 'eror'",
        "cards/card.yaml:7: no event has the field 'worst[].titel'",
        "cards/card.yaml:8: no event has the field 'wurst'",
    ]


@pytest.mark.parametrize(
    "template",
    [
        "{{ e.labels.anything }}",
        "{{ e.lead_time_seconds }}{{ e.previous_version }}{{ e.recovered }}{{ e.why_url }}",
        "{% for t in e.tickets %}{{ t.title }}{{ t.fix_versions }}{% endfor %}",
        "{% for c in e.commits | sort(attribute='sha') %}{{ c.author.name }}{% endfor %}",
        "{% for x in [1, 2] %}{{ x }}{% endfor %}",
        "{{ 1 if e.version == 'anything' }}{{ 1 if e.status != 'failed' }}",
    ],
)
def test_a_right_path_is_none(template):
    assert "card" in load_body(block(template)).names


def test_what_cards_get_from_facts_is_described():
    assert {"lead_time_seconds", "tickets[].title", "commit.sha", "worst[].fix"} <= card_fields().keys()
