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


# ---------------------------------------------------------------- what waits

AROUND = """
times: {nights: [{from: "19:00", to: "07:00"}]}
users: {upn_domains: [acme.io]}
rules:
  - name: it
    match: {type: deployment.finished}
    to: [deployments]
    card: deployment
"""
DEPLOYED = {
    "type": "deployment.finished",
    "service": "basket",
    "received_at": "2026-03-04T22:00:00Z",
    "commit": {"author": {"email": "eve@acme.io"}},
}
HELD = ", not before 2026-03-05T07:00:00.000000Z"


@pytest.mark.parametrize(
    ("says", "outcome", "conclusion"),
    [
        (
            "group: {wait: 2m, card: generic}",
            "groups it with others as the card 'generic' for platform after 120 s without another, 1200 s at most",
            "gets the card 'generic' together with others",
        ),
        (
            "group: {wait: 2m, max_wait: 3m, card: generic, first: now}",
            "sends the card 'deployment' at once when it is the first, else groups it with others as the card 'generic'"
            " for platform after 120 s without another, 180 s at most",
            "gets the card 'deployment' if it is the first, or 'generic' together with others",
        ),
        (
            "coalesce: {by: service, window: 5m}",
            "sends the card 'deployment' or a newer one to platform after 300 s",
            "gets the card 'deployment' or a newer one",
        ),
        (
            "mute: {during: nights}",
            f"holds the card 'deployment' for platform during 'nights'{HELD}",
            "gets the card 'deployment' later",
        ),
        (
            "{coalesce: {by: service, window: 5m}, mute: {during: nights}}",
            f"sends the card 'deployment' or a newer one to platform after 300 s{HELD}",
            "gets the card 'deployment' or a newer one",
        ),
        (
            "{group: {wait: 2m, card: generic, first: now}, mute: {during: nights}}",
            "groups it with others as the card 'generic' for platform after 120 s without another,"
            f" 1200 s at most{HELD}",
            "gets the card 'generic' together with others",
        ),
        (
            "mention: {who: [author, 'user:grace@acme.io', 'user:x@evil.org']}",
            "sends the card 'deployment', mentioning eve@acme.io, grace@acme.io and naming x (not to be mentioned by"
            " 'users'), to platform",
            "gets the card 'deployment'",
        ),
        (
            "{mute: {during: nights}, mention: {who: author}}",
            f"holds the card 'deployment', mentioning eve@acme.io, for platform during 'nights'{HELD}",
            "gets the card 'deployment' later",
        ),
    ],
)
def test_what_waits_is_said_in_words(with_rules: Load, says: str, outcome: str, conclusion: str) -> None:
    says = says[1:-1].replace("}, m", "}\n    m") if says.startswith("{") else says
    said = explain(with_rules(f"{AROUND}    {says}\n"), DEPLOYED)
    assert said.rules[0].outcome == outcome
    assert said.conclusion == f"platform {conclusion} by the rule 'it'."


def test_what_a_mute_drops_is_said_in_words(with_rules: Load) -> None:
    more = "  - {name: more, match: {}, to: [deployments, security], card: generic}\n"
    book = with_rules(f"{AROUND}    mute: {{during: nights, then: drop}}\n{more}")
    said = explain(book, DEPLOYED)
    assert [rule.outcome for rule in said.rules] == [
        "mute drops it for platform during 'nights'",
        "sends the card 'generic' to security; platform has it from 'it' above",
    ]
    assert said.conclusion == (
        "security gets the card 'generic' by the rule 'more'. "
        "platform does not get it: the rule 'it' keeps silent during 'nights'."
    )
    why_not = explain(book, DEPLOYED, "platform").conclusion
    assert why_not == "platform does not get it: the rule 'it' keeps silent during 'nights'."


def test_a_pattern_is_explained_field_by_field(with_rules: Load) -> None:
    pattern = "pattern: {version: [{prefix: '1.'}], $or: [{environment: [prod]}, {build: {number: [42]}}]}"
    book = with_rules(AROUND.replace("match: {type: deployment.finished}", pattern))
    said = explain(book, DEPLOYED | {"version": "2.0", "environment": "prod"})
    assert not said.rules[0].matched
    told = [(reason.wanted.split(" ")[0], reason.got, reason.holds) for reason in said.rules[0].reasons]
    assert told == [
        ("version", "'2.0'", False),
        ("$or", "1 of 2 hold", True),
        ("$or[0]:", "'prod'", True),
        ("$or[1]:", "nothing", False),
    ]
    assert "no   version" in said.text()


def test_match_and_pattern_are_both_explained(with_rules: Load) -> None:
    said = explain(with_rules(f"{AROUND}    pattern: {{status: [failed]}}\n"), DEPLOYED | {"status": "succeeded"})
    assert [reason.holds for reason in said.rules[0].reasons] == [True, False]
    assert said.rules[0].outcome == "does not match"


def test_a_summary_is_explained_by_its_schedule(with_rules: Load) -> None:
    book = with_rules(
        "rules:\n"
        "  - {name: weekly, schedule: {days: [mon], at: '09:00'}, to: [deployments], card: generic}\n"
        "  - {name: daily, schedule: {at: '09:00'}, to: [security], card: generic}\n"
        "  - {name: all, match: {}, to: [deployments], card: deployment}\n"
    )
    view = {"type": "shipbell.summary", "rule": "weekly", "received_at": "2026-03-04T22:00:00Z"}
    said = explain(book, view)
    assert said.conclusion == "platform gets the card 'generic' by the rule 'weekly'."
    assert [(rule.rule, rule.outcome) for rule in said.rules] == [
        ("weekly", "sends the card 'generic' to platform"),
        ("daily", "does not match"),
    ]
    assert explain(book, view | {"rule": "gone"}).conclusion == "Nobody gets it."


def test_of_a_digest_it_is_said_what_it_tells(with_rules: Load) -> None:
    items = [{"id": "1" * 32, "type": "tests.finished", "outcome": "failed"}, 5, {"id": ["x"]}]
    view = {"type": "shipbell.digest", "digest": {"how": "hold", "by": "nights", "count": 3, "items": items}}
    text = explain(with_rules(AROUND), view).text()
    assert text.startswith("It tells 3 events together, which were held back during 'nights'.")
    assert f"  {'1' * 32} tests.finished failed\n" in text
    assert explain(with_rules(AROUND), {"type": "shipbell.digest", "digest": 7}).text().startswith("It tells nothing ")


def test_the_message_is_named(with_rules: Load) -> None:
    book = with_rules(AROUND + "messages:\n  - {name: hurray, match: {service: basket}, text: Hurray.}\n")
    assert explain(book, DEPLOYED).conclusion.endswith(" The message 'hurray' is shown.")
    assert "message" not in explain(book, DEPLOYED | {"status": "failed"}).conclusion
