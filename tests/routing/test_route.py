"""Which rule wins, who gets it, and what is held back as the same news."""

from collections.abc import Callable
from typing import Any

import pytest

from app.routing import Rulebook, route
from app.routing.route import FOUND_AFTERWARDS

Load = Callable[..., Rulebook]

DEPLOYED: dict[str, Any] = {
    "type": "deployment.finished",
    "status": "succeeded",
    "service": "basket",
    "environment": "prod",
    "version": "2",
}
TWO_RULES = """
rules:
  - {name: particular, match: {type: deployment.finished, environment: prod}, to: [deployments], card: security}
  - {name: general, match: {type: deployment.finished}, to: [deployments, security], card: deployment}
"""
DROP = "  - {name: quiet, match: {status: succeeded}, drop: true}\n"


def sent(book: Rulebook, view: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {send.channel: (send.card, send.rule) for send in route(book, view).sends}


def test_every_rule_that_matches_sends_and_the_first_wins_a_channel(with_rules: Load) -> None:
    routing = route(with_rules(TWO_RULES), DEPLOYED)
    assert [(send.channel, send.card, send.rule, send.purpose) for send in routing.sends] == [
        ("platform", "security", "particular", "deployments"),
        ("security", "deployment", "general", "security"),
    ]
    assert routing.matched == ("particular", "general")
    assert (routing.dropped_by, routing.unrouted) == (None, False)


def test_a_drop_beats_all_others_wherever_it_stands(with_rules: Load) -> None:
    routing = route(with_rules(TWO_RULES + DROP), DEPLOYED)
    assert routing.sends == ()
    assert routing.dropped_by == "quiet"
    assert routing.matched == ("particular", "general", "quiet")
    assert not routing.unrouted


def test_what_a_drop_does_not_match_it_does_not_drop(with_rules: Load) -> None:
    assert route(with_rules(TWO_RULES + DROP), DEPLOYED | {"status": "failed"}).dropped_by is None


def test_an_event_that_no_rule_matches_goes_to_the_fallback(with_rules: Load) -> None:
    routing = route(with_rules(TWO_RULES), {"type": "tests.finished", "service": "basket"})
    (send,) = routing.sends
    assert (send.channel, send.card, send.rule, send.purpose) == ("platform", "unrouted", "no rule", "")
    assert routing.unrouted
    assert routing.matched == ()


def test_without_a_fallback_it_is_still_recorded_as_unrouted(read: Load) -> None:
    routing = route(read("channels: {c: {kind: teams}}"), DEPLOYED)
    assert (routing.sends, routing.unrouted) == ((), True)


def test_there_may_be_several_fallbacks(with_rules: Load, read: Load) -> None:
    book = read("channels: {a: {kind: teams}, b: {kind: teams}}\ndefaults: {fallback: [b, a, b]}")
    assert list(sent(book, DEPLOYED)) == ["b", "a"]


@pytest.mark.parametrize(
    ("service", "channels"),
    [
        ("basket", ["platform", "security"]),
        ("payments-api", ["platform", "payments"]),
        ("payments-new", ["platform", "payments"]),  # a service that came after the rule book was read
        ("ledger", ["platform", "payments"]),
        ("unmapped", ["platform", "security"]),
        (None, ["platform", "security"]),
    ],
)
def test_a_team_gets_a_purpose_as_well_as_or_instead_of_its_channels(
    with_rules: Load, service: str | None, channels: list[str]
) -> None:
    assert list(sent(with_rules(TWO_RULES), DEPLOYED | {"service": service})) == channels


def test_a_team_may_want_a_purpose_for_nobody(with_rules: Load) -> None:
    book = with_rules("teams: {web: {services: basket, channels: {deployments: {replace: []}}}}" + TWO_RULES)
    assert list(sent(book, DEPLOYED)) == ["security"]
    only = with_rules(
        "teams: {web: {services: basket, channels: {deployments: {replace: []}}}}\n"
        "rules: [{name: a, match: {}, to: deployments, card: generic}]"
    )
    assert (route(only, DEPLOYED).sends, route(only, DEPLOYED).unrouted) == ((), False)


def test_two_teams_of_one_service_are_asked_in_their_order(with_rules: Load) -> None:
    book = with_rules("teams: {money: {services: '*', channels: {deployments: {replace: [security]}}}}" + TWO_RULES)
    assert list(sent(book, DEPLOYED | {"service": "ledger"})) == ["security", "payments"]


def test_rules_for_one_service_are_found_for_it_alone(with_rules: Load) -> None:
    rule = "{{name: {0}, match: {{service: {0}}}, to: [deployments], card: generic}}"
    book = with_rules(f"rules:\n  - {rule.format('basket')}\n  - {rule.format('checkout')}\n  - " + DROP.strip(" -\n"))
    assert route(book, {"type": "tests.finished", "service": "basket"}).matched == ("basket",)
    assert route(book, {"type": "tests.finished", "service": "ledger", "status": "succeeded"}).matched == ("quiet",)
    assert route(book, {"type": "tests.finished", "service": "ledger"}).unrouted


def test_what_is_recorded_is_small_and_says_by_which_rules(with_rules: Load) -> None:
    book = with_rules(TWO_RULES)
    assert route(book, DEPLOYED).record() == {
        "rev": book.rev,
        "matched": ["particular", "general"],
        "sends": [
            {"channel": "platform", "card": "security", "rule": "particular"},
            {"channel": "security", "card": "deployment", "rule": "general"},
        ],
        "dropped_by": None,
        "unrouted": False,
    }


# ---------------------------------------------------------------- the same news

DEDUPE = """
defaults: {dedupe: {by: [type, service, environment, version], window: 10m}}
rules:
  - {name: a, match: {status: succeeded}, to: [deployments], card: deployment}
  - {name: b, match: {status: failed}, to: [deployments], card: deployment, dedupe: false}
  - {name: c, match: {status: stopped}, to: [deployments], card: deployment, dedupe: {by: commit.sha, window: 1h}}
"""


def key(book: Rulebook, view: dict[str, Any]) -> tuple[str, int] | None:
    (send,) = route(book, view).sends
    return send.dedupe


def test_the_same_news_has_the_same_key_and_other_news_another(with_rules: Load) -> None:
    book = with_rules(DEDUPE)
    first = key(book, DEPLOYED)
    assert first is not None
    assert first[1] == 600_000_000
    assert key(book, DEPLOYED | {"id": "another", "duration_seconds": 7}) == first
    assert key(book, DEPLOYED | {"version": "3"}) != first


def test_a_rule_may_have_its_own_or_none(with_rules: Load) -> None:
    book = with_rules(DEDUPE)
    assert key(book, DEPLOYED | {"status": "failed"}) is None
    own = key(book, DEPLOYED | {"status": "stopped", "commit": {"sha": "abcdef0"}})
    assert own is not None
    assert own[1] == 3_600_000_000
    assert key(book, DEPLOYED | {"status": "stopped", "commit": {"sha": "abcdef1"}}) != own


@pytest.mark.parametrize(
    "change", [{"version": None}, {"version": ""}, {"service": "unmapped"}, {"environment": "unmapped"}]
)
def test_two_unknowns_are_not_the_same_news(with_rules: Load, change: dict[str, Any]) -> None:
    assert key(with_rules(DEDUPE), DEPLOYED | change) is None


def test_the_fallback_holds_back_the_same_news_too(with_rules: Load) -> None:
    assert key(with_rules(DEDUPE), DEPLOYED | {"status": "unknown"}) == key(with_rules(DEDUPE), DEPLOYED)


def test_a_number_and_its_digits_are_two_values(with_rules: Load) -> None:
    book = with_rules(
        "defaults: {dedupe: {by: [build.number], window: 1m}}" + DEDUPE.split("\n", 2)[2].join(["\n", ""])
    )
    assert key(book, DEPLOYED | {"build": {"number": 1}}) != key(book, DEPLOYED | {"build": {"number": "1"}})


def test_what_was_found_afterwards_is_told_to_nobody_whatever_the_rules_say(with_rules: Load) -> None:
    routing = route(with_rules(TWO_RULES), DEPLOYED | {"quiet": True})
    assert (routing.sends, routing.matched, routing.dropped_by) == ((), (), FOUND_AFTERWARDS)
    assert not routing.unrouted
