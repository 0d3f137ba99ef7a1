from collections.abc import Callable

import pytest

from app.kernel.yaml import load
from app.routing import Rulebook, lint
from app.routing.clauses import read_match
from app.routing.implied import implies
from app.routing.known import Known
from app.routing.match import Match
from app.routing.written import Problems, Written

Load = Callable[..., Rulebook]

USED = """
rules:
  - {name: one, match: {type: deployment.finished, status: failed}, to: [deployments], card: failed}
  - {name: two, match: {type: deployment.finished}, to: [deployments], card: deployment}
  - {name: three, match: {type: security.scan_finished}, to: [security], card: security}
  - {name: four, match: {type: tests.finished}, to: [security], card: generic}
"""


def warnings(book: Rulebook) -> list[str]:
    return [str(warning) for warning in lint(book)]


def test_a_rule_book_in_order_has_no_warnings(with_rules: Load) -> None:
    assert warnings(with_rules(USED)) == []


def test_a_rule_that_can_never_win_is_named(with_rules: Load) -> None:
    swapped = USED.replace("name: one", "name: x").replace("status: failed}", "environment: [dev, prod]}")
    late = (
        "  - {name: late, match: {type: deployment.finished, environment: prod}, to: [deployments], card: deployment}\n"
    )
    assert warnings(with_rules(swapped + late)) == [
        "01.yaml:7: the rule 'late' never wins: 'x' above sends all of it (put the particular before the general)",
        "01.yaml:7: the rule 'late' never wins: 'two' above sends all of it (put the particular before the general)",
    ]


def test_a_rule_that_still_wins_a_channel_is_not(with_rules: Load) -> None:
    more = "  - {name: more, match: {type: deployment.finished}, to: [deployments, security], card: deployment}\n"
    assert warnings(with_rules(USED + more)) == []


def test_a_rule_that_wins_a_channel_for_one_team_only_is_not(with_rules: Load) -> None:
    team = "teams: {web: {services: [basket], channels: {deployments: {replace: [security]}}}}\n"
    more = "  - {name: more, match: {type: security.scan_finished}, to: [deployments], card: security}\n"
    assert warnings(with_rules(team + USED + more)) == []


def test_a_rule_that_is_always_dropped_is_named(with_rules: Load) -> None:
    drop = "  - {name: quiet, match: {type: [tests.finished, change.pushed]}, drop: true}\n"
    assert warnings(with_rules(USED + drop)) == [
        "01.yaml:6: the rule 'four' never sends: 'quiet' drops all that it matches"
    ]


def test_what_nobody_uses_is_named(with_rules: Load) -> None:
    more = "channels: {spare: {kind: teams}}\npurposes: {odd: [platform]}\nconnections: {slow: {posts: 1, per: 1s}}"
    assert warnings(
        with_rules(more + USED, cards=("deployment", "failed", "security", "generic", "unrouted", "old"))
    ) == [
        "01.yaml:1: the channel 'spare' is never used",
        "the purpose 'odd' is never used",
        "the card 'old' is never used",
        "the connection 'slow' is never used",
    ]


def test_a_missing_fallback_is_named(read: Load) -> None:
    assert warnings(read("version: 1", cards=()))[0].startswith("there is no fallback")


def test_teams_without_services_and_services_of_two_teams_are_named(with_rules: Load) -> None:
    teams = (
        "teams:\n  ghosts: {services: ['ghost-*']}\n"
        "  money: {services: [ledger], channels: {deployments: {add: [security]}}}\n"
    )
    assert warnings(with_rules(teams + USED)) == [
        "01.yaml:2: the team 'ghosts' has no service: ghost-* fits none of the estate",
        "01.yaml:3: 'ledger' belongs to the teams 'payments' and 'money', and both have wishes"
        " ('money' has the last word)",
    ]


def match(text: str) -> Match:
    problems: Problems = []
    document = load(text, "match.yaml")
    found = read_match(Written(document.value, document), Known(environments=("dev", "prod")), problems)
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("narrow", "wide", "implied"),
    [
        ("{status: failed}", "{}", True),
        ("{}", "{status: failed}", False),
        ("{status: failed}", "{status: [failed, stopped]}", True),
        ("{status: [failed, stopped]}", "{status: failed}", False),
        ("{environment: prod}", "{environment: {glob: 'pr*'}}", True),
        ("{environment: {glob: 'pr*'}}", "{environment: prod}", False),
        ("{version: {glob: '1*'}}", "{version: {glob: '1*'}}", True),
        ("{build.number: 42}", "{build.number: {gte: 10}}", True),
        ("{build.number: 42}", "{build.number: {gte: 50}}", False),
        ("{commit.author.email: {glob: '*x'}}", "{commit: {exists: true}}", True),
        ("{commit.author.email: {not: x}}", "{commit: {exists: true}}", False),
        ("{commit: {exists: false}}", "{commit: {exists: true}}", False),
        ("{commit: {exists: true}}", "{commit.author.email: {exists: true}}", False),
        ("{status: failed}", "{status: {not: succeeded}}", True),
        ("{status: failed}", "{any: [{status: failed}, {environment: prod}]}", True),
        ("{status: failed}", "{all: [{status: failed}, {environment: prod}]}", False),
        ("{status: failed, environment: prod}", "{all: [{status: failed}, {environment: prod}]}", True),
        ("{none: [{status: failed}]}", "{none: [{status: failed}]}", True),
        ("{status: failed}", "{none: [{status: succeeded}]}", False),
    ],
)
def test_one_match_implies_another(narrow: str, wide: str, implied: bool) -> None:
    assert implies(match(narrow), match(wide)) is implied


# ---------------------------------------------------------------- calm and people

TABLES = """
times: {nights: [{from: "19:00", to: "07:00"}], fridays: [{days: [fri]}]}
users: {upn_domains: [acme.io], aliases: {ada@home.org: ada@acme.io}, never_mention: [ceo@acme.io]}
messages: [{name: bold, during: fridays, text: Bold.}]
"""
MUTED = USED.replace("card: failed}", "card: failed, mute: {during: nights}}")


def test_tables_in_order_have_no_warnings(with_rules: Load) -> None:
    assert warnings(with_rules(TABLES + MUTED)) == []


def test_times_that_nobody_asks_for_are_named(with_rules: Load) -> None:
    assert warnings(with_rules(TABLES + USED)) == ["the times 'nights' is never used"]
    without = TABLES.replace("messages: [{name: bold, during: fridays, text: Bold.}]\n", "")
    assert warnings(with_rules(without + MUTED)) == ["the times 'fridays' is never used"]


def test_times_of_a_rule_by_the_clock_are_used(with_rules: Load) -> None:
    weekly = "  - {name: weekly, schedule: {at: '22:00'}, to: [deployments], card: generic, mute: {during: nights}}\n"
    assert warnings(with_rules(TABLES + USED + weekly)) == []


CARDS = ("deployment", "failed", "security", "generic", "unrouted", "weekly", "many")


def test_cards_of_groups_and_of_rules_by_the_clock_are_used(with_rules: Load) -> None:
    assert warnings(with_rules(USED, cards=CARDS)) == [
        "the card 'many' is never used",
        "the card 'weekly' is never used",
    ]
    more = (
        "  - {name: five, match: {type: pipeline.finished}, to: [security], group: {wait: 2m, card: many}}\n"
        "  - {name: weekly, schedule: {at: '09:00'}, to: [deployments], card: weekly}\n"
    )
    assert warnings(with_rules(USED + more, cards=CARDS)) == []


def test_a_purpose_of_a_rule_by_the_clock_is_used(with_rules: Load) -> None:
    weekly = "  - {name: weekly, schedule: {at: '09:00'}, to: [leaders], card: generic}\n"
    assert warnings(with_rules("purposes: {leaders: [platform]}" + USED + weekly)) == []


def mentioning(who: str) -> str:
    return USED.replace("card: failed}", f"card: failed, mention: {{who: {who}}}}}")


def test_who_cannot_be_mentioned_is_named(with_rules: Load) -> None:
    users = TABLES.replace("during: fridays", "match: {version: x}").replace(
        'times: {nights: [{from: "19:00", to: "07:00"}], fridays: [{days: [fri]}]}\n', ""
    )
    who = "[author, 'user:ada@home.org', 'user:x@evil.org', 'user:ceo@acme.io']"
    told = " cannot be mentioned: the table `users` does not know that address, or forbids it"
    hint = " (see upn_domains, aliases and never_mention)"
    line = users.count("\n") + 3
    assert warnings(with_rules(users + mentioning(who))) == [
        f"01.yaml:{line}: x@evil.org{told}{hint}",
        f"01.yaml:{line}: ceo@acme.io{told}{hint}",
    ]
    team = "teams: {web: {services: [basket], on_failure_mention: [lead@evil.org, lead@acme.io]}}\n"
    assert warnings(with_rules(team + users + mentioning("team"))) == [f"01.yaml:1: lead@evil.org{told}{hint}"]


def test_mentions_without_a_table_are_named(with_rules: Load) -> None:
    assert warnings(with_rules(mentioning("author"))) == [
        "01.yaml:3: the rule 'one' mentions nobody: there is no table `users`"
    ]


def test_a_team_that_says_nobody_is_named(with_rules: Load) -> None:
    users = "users: {upn_domains: [acme.io]}"
    assert warnings(with_rules(users + mentioning("[author, team]"))) == [
        "01.yaml:3: the rule 'one' mentions the team, and no team says whom (write on_failure_mention in `teams`)"
    ]


def test_a_card_that_a_group_never_shows_is_named(with_rules: Load) -> None:
    rule = "  - {name: five, match: {type: pipeline.finished}, to: [security], %sgroup: {wait: 2m, card: generic%s}}\n"
    told = (
        "the card 'failed' of the rule 'five' is never shown: its group has one (write first: now, or leave 'card' out)"
    )
    assert warnings(with_rules(USED + rule % ("card: failed, ", ""))) == [f"01.yaml:7: {told}"]
    assert warnings(with_rules(USED + rule % ("card: failed, ", ", first: now"))) == []
    assert warnings(with_rules(USED + rule % ("", ""))) == []


def grouped(wait: str, to: str = "deployments", per: str = "300s") -> str:
    connection = f"connections: {{own: {{posts: 5, per: {per}}}}}\n"
    channel = "channels: {own: {kind: teams, connection: own}}\npurposes: {own: [own]}\n"
    rule = (
        f"  - {{name: five, match: {{type: pipeline.finished}}, to: [{to}], group: {{wait: {wait}, card: generic}}}}\n"
    )
    keep = "  - {name: six, match: {type: change.pushed}, to: [own], card: generic}\n"
    return connection + channel + USED + rule + keep


def test_digests_that_come_faster_than_the_budget_are_named(with_rules: Load) -> None:
    told = "the rule 'five' may send digests faster than 'own' allows (5 posts in 300 s) (make 'wait' longer)"
    assert warnings(with_rules(grouped("59s", "own"))) == [f"01.yaml:10: {told}"]
    assert warnings(with_rules(grouped("60s", "own"))) == []


def test_a_channel_without_a_budget_takes_any_rate(with_rules: Load) -> None:
    assert warnings(with_rules(grouped("1s", "security"))) == []


def test_an_alert_that_would_die_of_the_same_cause_is_named(with_rules: Load) -> None:
    channels = (
        "channels:\n"
        "  a: {kind: teams,\n"
        "      alerts_to: platform}\n"
        "  b: {kind: teams, alerts_to: c}\n"
        "  c: {kind: console}\n"
        "purposes: {all: [a, b]}\n"
    )
    more = "  - {name: five, match: {type: pipeline.finished}, to: [all], card: generic}\n"
    assert warnings(with_rules(channels + USED + more)) == [
        "01.yaml:3: 'a' alerts 'platform', which is of the same kind: both may die of one cause"
    ]


def test_a_rule_with_another_pattern_is_not_beaten(with_rules: Load) -> None:
    rule = "  - {{name: {0}, pattern: {{type: [{1}]}}, to: [security], card: generic}}\n"
    assert warnings(with_rules(USED + rule.format("p", "change.pushed") + rule.format("q", "ticket.created"))) == []
    assert warnings(with_rules(USED + rule.format("p", "change.pushed") + rule.format("q", "change.pushed"))) == [
        "01.yaml:8: the rule 'q' never wins: 'p' above sends all of it (put the particular before the general)"
    ]


def test_a_rule_without_a_pattern_beats_one_that_has_one(with_rules: Load) -> None:
    narrow = (
        "  - {name: p, match: {type: tests.finished}, pattern: {status: [failed]}, to: [security], card: generic}\n"
    )
    assert len(warnings(with_rules(USED + narrow))) == 1
    first = USED.replace("rules:\n", f"rules:\n{narrow}")
    assert warnings(with_rules(first)) == []
