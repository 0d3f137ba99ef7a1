from collections.abc import Callable

import pytest

from app.kernel.errors import ConfigError
from app.routing import Rulebook, explain, route

Load = Callable[..., Rulebook]

RULES = """
rules:
  - name: findings
    match: {type: security.scan_finished, any: [{findings.critical: {gte: 1}}, {verdict: failed}]}
    to: [security]
    card: security
  - name: scans
    match: {type: security.scan_finished, service: {not: ledger}}
    to: [security, deployments]
    card: generic
  - name: deployments
    match: {type: deployment.finished, environment: [dev, prod]}
    to: [deployments]
    card: deployment
  - {name: bots, match: {commit.author.email: {glob: "*[bot]@*"}}, drop: true}
"""
SCAN = {"type": "security.scan_finished", "service": "basket", "findings": {"critical": 0}, "verdict": "failed"}


def test_every_clause_says_what_was_wanted_and_what_came(with_rules: Load) -> None:
    said = explain(with_rules(RULES), SCAN)
    findings = said.rules[0]
    assert findings.matched
    assert findings.place == "01.yaml:3"
    kind, branches = findings.reasons
    assert (kind.wanted, kind.got, kind.holds) == (
        "type is 'security.scan_finished'",
        "'security.scan_finished'",
        True,
    )
    assert (branches.wanted, branches.got, branches.holds) == ("any of 2", "1 of 2 hold", True)
    assert [one.holds for one in branches.inner] == [False, True]
    assert branches.inner[0].inner[0].wanted == "findings.critical >= 1"
    assert branches.inner[0].inner[0].got == "0"


def test_what_came_of_each_rule_is_said_in_words(with_rules: Load) -> None:
    said = explain(with_rules(RULES), SCAN)
    assert [rule.outcome for rule in said.rules] == [
        "sends the card 'security' to security",
        "sends the card 'generic' to platform; security has it from 'findings' above",
        "does not match",
        "does not match",
    ]
    assert said.conclusion == (
        "security gets the card 'security' by the rule 'findings'. "
        "platform gets the card 'generic' by the rule 'scans'."
    )


def test_a_missing_field_is_nothing(with_rules: Load) -> None:
    bots = explain(with_rules(RULES), SCAN).rules[3].reasons[0]
    assert (bots.wanted, bots.got, bots.holds) == ("commit.author.email fits the glob '*[bot]@*'", "nothing", False)


def test_why_not_looks_only_at_the_rules_that_could_reach_the_channel(with_rules: Load) -> None:
    said = explain(with_rules(RULES), SCAN, "payments")
    assert said.conclusion == "payments does not get it."
    assert said.rules == ()
    said = explain(with_rules(RULES), SCAN | {"service": "ledger", "verdict": "passed"}, "payments")
    assert [(rule.rule, rule.matched) for rule in said.rules] == [
        ("findings", False),
        ("scans", False),
        ("deployments", False),
    ]


def test_a_drop_is_named_also_when_one_channel_is_asked_about(with_rules: Load) -> None:
    view = SCAN | {"commit": {"author": {"email": "renovate[bot]@example.com"}}}
    said = explain(with_rules(RULES), view, "security")
    assert said.conclusion == "Nobody gets it: the rule 'bots' drops it."
    assert said.rules[0].outcome == "matches, but 'bots' drops the event"
    assert said.rules[-1].outcome == "drops the event"


def test_the_fallback_is_named(with_rules: Load, read: Load) -> None:
    said = explain(with_rules(RULES), {"type": "tests.finished"})
    assert said.conclusion == "platform gets the card 'unrouted' by the fallback, as no rule matches."
    nobody = explain(read("version: 1"), {"type": "tests.finished"})
    assert nobody.conclusion == "Nobody gets it: no rule matches and there is no fallback."


def test_an_unknown_channel_is_refused(with_rules: Load) -> None:
    with pytest.raises(ConfigError, match="did you mean 'security'"):
        explain(with_rules(RULES), SCAN, "securty")


def test_the_text_marks_what_holds(with_rules: Load) -> None:
    text = explain(with_rules(RULES), SCAN).text()
    assert "+ findings (01.yaml:3): sends the card 'security' to security" in text
    assert "    no   alternative 1\n      no   findings.critical >= 1: 0\n" in text
    assert "  no   environment is one of 'dev', 'prod': nothing" in text


def test_it_tells_the_same_as_the_routing(with_rules: Load) -> None:
    book = with_rules(RULES)
    said = explain(book, SCAN).to_dict()
    assert said["routing"] == route(book, SCAN).record()
    assert said["rules"][0]["reasons"][1]["inner"][1]["holds"] is True


def test_long_values_are_cut_and_stay_on_one_line(with_rules: Load) -> None:
    view = SCAN | {"commit": {"author": {"email": "a\n" * 500}}}
    got = explain(with_rules(RULES), view).rules[3].reasons[0].got
    assert len(got) == 120
    assert "\n" not in got
