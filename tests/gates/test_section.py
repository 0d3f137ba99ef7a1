"""The section `gates` of the rules: what it asks for, and every mistake in it with its line."""

import pytest

from app.gates.found import GATES
from app.gates.section import Asked, check_names, load_gates
from app.kernel import yaml
from app.kernel.clock import DAY
from app.kernel.errors import ConfigErrors

GOOD = """
gates:
  ask:
    - {environments: [prod], gates: [fix-version, security]}
    - environments: ["pre*", prod]
      services: ["pay*"]
      gates:
        security: {max_age: 7d}
        health:
  security: {severities: [critical, high]}
"""


def load(text: str) -> Asked:
    return load_gates([yaml.load(text, "rules/gates.yaml")], GATES)


def test_every_entry_that_fits_adds_its_gates() -> None:
    asked = load(GOOD)
    assert asked.names("checkout", "prod") == ["fix-version", "security"]
    assert asked.names("payments", "prod") == ["fix-version", "security", "health"]
    assert asked.names("payments", "preprod") == ["security", "health"]
    assert asked.names("checkout", "qa") == []


def test_an_entry_says_settings_over_the_general_ones() -> None:
    asked = load(GOOD)
    general = asked.settings_of(GATES["security"], "checkout", "prod").model_dump()
    own = asked.settings_of(GATES["security"], "payments", "prod").model_dump()
    assert (general["severities"], general["max_age"]) == (("critical", "high"), 30 * DAY)
    assert (own["severities"], own["max_age"]) == (("critical", "high"), 7 * DAY)


def test_without_a_section_nothing_is_asked() -> None:
    assert load("services: {}").names("checkout", "prod") == []
    assert load("services: {}").settings_of(GATES["security"], "checkout", "prod").model_dump()["max_age"] == 30 * DAY


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("gates: [a]", "rules/gates.yaml:1: 'gates' must be a map"),
        ("gates:\n  securty: {}", "rules/gates.yaml:2: there is no gate 'securty' (did you mean 'security'?)"),
        (
            "gates:\n  security:\n    max_ago: 3d",
            "rules/gates.yaml:3: unknown field 'max_ago' (did you mean 'max_age'?)",
        ),
        ("gates:\n  ask: {}\n  freeze: {windows: 3}", "rules/gates.yaml:3: windows: Input should be a valid tuple"),
        ("gates:\n  ask:\n    - {gates: [frost]}", "rules/gates.yaml:3: there is no gate 'frost'"),
        ("gates:\n  ask:\n    - {gate: [freeze]}", "rules/gates.yaml:3: "),
        ("gates:\n  ask: 3", "rules/gates.yaml:2: 'gates.ask' must be a list"),
        (
            "gates:\n  ask:\n    - gates:\n        security:\n          severities: [worst]",
            "rules/gates.yaml:5: severities.0: Input should be 'critical'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(ConfigErrors) as caught:
        load(text)
    assert any(str(each).startswith(problem) for each in caught.value.problems), caught.value


def test_the_section_stands_once() -> None:
    twice = [yaml.load("gates: {}", "a.yaml"), yaml.load("gates: {}", "b.yaml")]
    with pytest.raises(ConfigErrors, match=r"b.yaml:1: 'gates' is already at a.yaml:1"):
        load_gates(twice, GATES)


def test_a_name_that_the_estate_does_not_know_is_told_with_its_line() -> None:
    text = """
gates:
  ask:
    - environments: [prod,
        prdo]
      gates: [freeze]
    - {environments: ["pre*"], services: ["pay*", chekout], gates: {promotion: {environment: qaa}}}
  tests: {environment: qa, suites: [anything]}
  freeze:
    windows:
      - {environments: [live], except_for: [{services: [ledgr]}]}
"""
    documents = [yaml.load("environments: {}", "rules/estate.yaml"), yaml.load(text, "rules/gates.yaml")]
    with pytest.raises(ConfigErrors) as caught:
        check_names(documents, ["qa", "prod"], ["checkout", "ledger"])
    assert [str(each) for each in caught.value.problems] == [
        "rules/gates.yaml:5: 'prdo' is not in the estate (did you mean 'prod'?)",
        "rules/gates.yaml:7: 'chekout' is not in the estate (did you mean 'checkout'?)",
        "rules/gates.yaml:7: 'qaa' is not in the estate (did you mean 'qa'?)",
        "rules/gates.yaml:11: 'live' is not in the estate (known: prod, qa)",
        "rules/gates.yaml:11: 'ledgr' is not in the estate (did you mean 'ledger'?)",
    ]


def test_names_that_it_knows_and_globs_are_none_of_its_business() -> None:
    check_names([yaml.load(GOOD, "rules/gates.yaml"), yaml.load("gates:", "b.yaml")], ["prod"], [])
