"""What `group`, `coalesce` and `mute` may say, and what is told of the rest."""

from collections.abc import Callable

import pytest

from app.kernel.clock import MINUTE
from app.routing import Rulebook

Load = Callable[..., Rulebook]
Problems = Callable[..., list[str]]

RULE = """
times: {nights: [{from: "19:00", to: "07:00"}], always: [{from: "00:00", to: "24:00"}], weeks: [{days: [%s]}]}
rules:
  - name: it
    match: {type: deployment.finished}
    to: [deployments]
    card: deployment
    %s
"""
ALL_DAYS = "mon, tue, wed, thu, fri, sat, sun"
LINE = 8
"""Of what is under test."""


def rule(says: str) -> str:
    return RULE % (ALL_DAYS, says)


@pytest.mark.parametrize(
    ("says", "told"),
    [
        ("group: [environment]", "group: Input should be a valid dictionary"),
        ("group: {wait: 2m}", "'group.card' is missing"),
        ("group: {card: generic}", "'group.wait' is missing"),
        ("group: {wait: 2m, card: genric}", "unknown card 'genric' (did you mean 'generic'?)"),
        ("group: {wait: 2m, card: [generic]}", "group.card: Input should be a valid string"),
        ("group: {wait: 2, card: generic}", "group.wait: 2 is not a duration: write a number with s, m, h or d"),
        ("group: {wait: 2 min, card: generic}", "group.wait: '2 min' is not a duration"),
        ("group: {wait: 0s, card: generic}", "group.wait: must be longer than nothing"),
        ("group: {wait: 2m, max_wait: 1m, card: generic}", "group: 'max_wait' is shorter than 'wait'"),
        ("group: {wait: 2m, maxwait: 1m, card: generic}", "unknown field 'group.maxwait' (did you mean 'max_wait'?)"),
        ("group: {wait: 2m, card: generic, first: later}", "group.first: Input should be 'now' or 'wait'"),
        ("group: {by: [], wait: 2m, card: generic}", "group.by: Value should have at least 1 item"),
        ("group: {by: [servce], wait: 2m, card: generic}", "unknown field 'servce' (did you mean 'service'?)"),
        ("group: {by: commit, wait: 2m, card: generic}", "'commit' is a part (name one of its fields)"),
        ("group: {by: verdict, wait: 2m, card: generic}", "events of deployment.finished have no field 'verdict'"),
        ("coalesce: {by: [service]}", "'coalesce.window' is missing"),
        ("coalesce: {window: 5m}", "'coalesce.by' is missing"),
        ("coalesce: {by: [], window: 5m}", "coalesce.by: Value should have at least 1 item"),
        ("coalesce: {by: [labels], window: 5m}", "'labels' is a map (name one of its fields)"),
        ("coalesce: {by: findings.high, window: 5m}", "have no field 'findings.high'"),
        ("coalesce: {by: [service], window: 5m, wait: 1m}", "unknown field 'coalesce.wait'"),
        ("mute: nights", "mute: Input should be a valid dictionary"),
        ("mute: {then: hold}", "'mute.during' is missing"),
        ("mute: {during: night}", "unknown times 'night' (did you mean 'nights'?)"),
        ("mute: {during: no}", "unknown times 'no'"),
        ("mute: {during: nights, then: wait}", "mute.then: Input should be 'hold' or 'drop'"),
        ("mute: {on: nights}", "unknown field 'mute.on' (known: during, then)"),
        ("mute: {during: always}", "'always' never ends: what it holds would never be sent"),
        ("mute: {during: weeks, then: hold}", "'weeks' never ends: what it holds would never be sent"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(problems: Problems, says: str, told: str) -> None:
    found = problems(rule(says))
    assert any(problem.startswith(f"01.yaml:{LINE}: ") and told in problem for problem in found), found


def test_a_group_and_a_coalesce_do_not_go_together(problems: Problems) -> None:
    both = "group: {wait: 2m, card: generic}\n    coalesce: {by: service, window: 5m}"
    assert problems(rule(both)) == ["01.yaml:4: write either 'group' or 'coalesce'"]


def test_the_first_card_has_to_be_named_if_it_goes_out_at_once(problems: Problems, with_rules: Load) -> None:
    says = rule("group: {wait: 2m, card: generic, first: now}")
    assert with_rules(says).rules[0].card == "deployment"
    told = problems(says.replace("    card: deployment\n", ""))
    assert told == ["01.yaml:4: the first goes out at once: write the 'card' that it has"]


def test_a_group_needs_no_card_but_its_own(with_rules: Load) -> None:
    says = rule("group: {wait: 2m, card: generic}").replace("    card: deployment\n", "")
    assert with_rules(says).rules[0].card == "generic"


def test_what_was_written_is_read(with_rules: Load) -> None:
    says = "group: {by: [service, labels.team], wait: 90s, max_wait: 90s, card: generic}\n    mute: {during: nights}"
    (found,) = with_rules(rule(says)).rules
    assert found.group is not None
    assert (found.group.keys, found.group.wait, found.group.max_wait) == (
        (("service",), ("labels", "team")),
        MINUTE * 3 // 2,
        MINUTE * 3 // 2,
    )
    assert found.mute is not None
    assert (found.mute.during.name, found.mute.hold) == ("nights", True)


def test_times_without_end_may_silence_a_rule_for_good(with_rules: Load) -> None:
    (found,) = with_rules(rule("mute: {during: always, then: drop}")).rules
    assert found.mute is not None
    assert not found.mute.hold
