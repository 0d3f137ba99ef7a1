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
