"""What may stand together in a rule, and what may not."""

from collections.abc import Callable

import pytest

from app.routing import Rulebook
from app.routing.rule_entries import user_of

Load = Callable[..., Rulebook]
Problems = Callable[..., list[str]]

TIMES = "times: {nights: [{from: '19:00', to: '07:00'}]}\n"
SENDS = "to: [deployments], card: deployment"
WEEKLY = "schedule: {days: [mon], at: '09:00'}"
DROPS = "a rule that drops has nothing but 'match' or 'pattern'"
BY_THE_CLOCK = "a rule with a 'schedule' has none of coalesce, dedupe, drop, group, match, pattern"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (SENDS, "write 'match', 'pattern' or 'schedule'"),
        ("match: {}, drop: true, group: {wait: 1m, card: generic}", DROPS),
        ("match: {}, drop: true, coalesce: {by: service, window: 1m}", DROPS),
        ("match: {}, drop: true, mute: {during: nights}", DROPS),
        ("match: {}, drop: true, mention: {who: author}", DROPS),
        ("pattern: {type: [tests.finished]}, drop: true, to: [deployments]", DROPS),
        (f"{WEEKLY}, {SENDS}, match: {{type: tests.finished}}", BY_THE_CLOCK),
        (f"{WEEKLY}, {SENDS}, match: {{}}", BY_THE_CLOCK),
        (f"{WEEKLY}, {SENDS}, pattern: {{type: [tests.finished]}}", BY_THE_CLOCK),
        (f"{WEEKLY}, {SENDS}, group: {{wait: 1m, card: generic}}", BY_THE_CLOCK),
        (f"{WEEKLY}, {SENDS}, coalesce: {{by: service, window: 1m}}", BY_THE_CLOCK),
        (f"{WEEKLY}, {SENDS}, dedupe: {{by: service, window: 1m}}", BY_THE_CLOCK),
        (f"{WEEKLY}, drop: true", BY_THE_CLOCK),
        (f"{WEEKLY}, to: [deployments]", "write 'to' and 'card', or 'drop: true'"),
        (f"{WEEKLY}, card: generic", "write 'to' and 'card', or 'drop: true'"),
        (f"schedule: {{days: [mon]}}, {SENDS}", "'schedule.at' is missing"),
        (f"schedule: {{days: [monday], at: '09:00'}}, {SENDS}", "schedule.days.0: Input should be 'mon'"),
        (f"schedule: {{at: 9:00}}, {SENDS}", "schedule.at: '9:00' is not a time of day"),
        (f"schedule: {{at: '24:00'}}, {SENDS}", "schedule.at: '24:00' is not a time of day"),
        (f"schedule: {{at: '09:00', timezone: Berlin}}, {SENDS}", "'Berlin' is not a time zone"),
        (f"schedule: {{at: '09:00', every: week}}, {SENDS}", "unknown field 'schedule.every'"),
        (f"schedule: '09:00', {SENDS}", "schedule: Input should be a valid dictionary"),
        (f"match: {{}}, {SENDS}, mutes: {{during: nights}}", "unknown field 'mutes' (did you mean 'mute'?)"),
        (f"match: {{}}, {SENDS}, on: true", "unknown field 'on'"),
        ("name: 12, match: {}, drop: true", "name: Input should be a valid string"),
    ],
)
def test_a_rule_is_told_what_does_not_go_together(problems: Problems, rule: str, told: str) -> None:
    named = rule if rule.startswith("name:") else f"name: it, {rule}"
    found = problems(f"{TIMES}rules:\n  - {{{named}}}\n")
    assert any(problem.startswith("01.yaml:3: ") and told in problem for problem in found), found


def test_a_rule_by_the_clock_is_kept_apart_from_those_for_events(with_rules: Load) -> None:
    book = with_rules(f"{TIMES}rules: [{{name: weekly, {WEEKLY}, {SENDS}, mute: {{during: nights}}}}]")
    assert book.rules == ()
    (weekly,) = book.scheduled
    assert (weekly.name, weekly.card, weekly.dedupe) == ("weekly", "deployment", None)
    assert weekly.mute is not None


def test_match_and_pattern_may_stand_together(with_rules: Load) -> None:
    rule = f"{{name: it, match: {{status: failed}}, pattern: {{type: [tests.finished]}}, {SENDS}}}"
    (found,) = with_rules(f"rules: [{rule}]").rules
    met = [found.compile({"type": name}) is not None for name in ("tests.finished", "deployment.finished")]
    assert met == [True, False]


@pytest.mark.parametrize(
    ("who", "address"),
    [("user:ada@acme.io", "ada@acme.io"), ("author", None), ("authors", None), ("team", None)],
)
def test_who_is_meant(who: str, address: str | None) -> None:
    assert user_of(who) == address
