"""Why a card waits, with whom, and until when."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from app.kernel.clock import HOUR, MINUTE, to_us
from app.routing import Rulebook, route
from app.routing.calm import Wait, dropped_at, wait_of

Load = Callable[..., Rulebook]

VIEW: dict[str, Any] = {
    "type": "deployment.finished",
    "status": "succeeded",
    "service": "basket",
    "environment": "qa",
    "received_at": "2026-03-04T10:00:00Z",
    "pull_request": {"id": 12},
}
TIMES = "times: {nights: [{from: '19:00', to: '07:00'}], evenings: [{from: '18:00', to: '23:00'}]}\n"


def moment(text: str) -> int:
    return to_us(datetime.fromisoformat(text))


DAY, NIGHT, MORNING = (moment(f"2026-03-{text}:00Z") for text in ("04T10:00", "04T22:00", "05T07:00"))


@pytest.fixture
def wait(with_rules: Load) -> Callable[..., Wait | None]:
    """Why a card of a rule that says this waits."""

    def ask(says: str, at: int = DAY, channel: str = "platform", name: str = "it", **changes: Any) -> Wait | None:
        rule = f"{{name: {name}, match: {{}}, to: [deployments], card: deployment, {says}}}"
        return wait_of(with_rules(f"{TIMES}rules: [{rule}]").rules[0], channel, VIEW | changes, at)

    return ask


GROUP = "group: {by: [environment], wait: 2m, max_wait: 10m, card: generic}"
COALESCE = "coalesce: {by: [pull_request.id], window: 5m}"
HOLD = "mute: {during: nights, then: hold}"


def test_a_card_of_a_plain_rule_does_not_wait(wait: Callable[..., Wait | None]) -> None:
    assert wait("dedupe: false") is None


def test_a_group_waits_for_others_and_is_shown_as_its_own_card(wait: Callable[..., Wait | None]) -> None:
    found = wait(GROUP)
    assert found is not None
    assert (found.how, found.by, found.card, found.at) == ("group", "it", "generic", DAY)
    assert (found.wait, found.max_wait, found.until, found.first_now) == (2 * MINUTE, 10 * MINUTE, 0, False)


def test_a_group_waits_ten_times_as_long_at_most_where_nothing_is_said(wait: Callable[..., Wait | None]) -> None:
    found = wait("group: {wait: 2m, card: generic}")
    assert found is not None
    assert (found.wait, found.max_wait) == (2 * MINUTE, 20 * MINUTE)


def test_what_is_coalesced_waits_for_its_window_and_has_no_card_of_many(wait: Callable[..., Wait | None]) -> None:
    found = wait(COALESCE)
    assert found is not None
    assert (found.how, found.by, found.card) == ("coalesce", "it", "")
    assert (found.wait, found.max_wait, found.until) == (5 * MINUTE, 5 * MINUTE, 0)


def test_what_is_held_waits_until_the_times_end(wait: Callable[..., Wait | None]) -> None:
    found = wait(HOLD, NIGHT)
    assert found is not None
    assert (found.how, found.by, found.card, found.at, found.until) == ("hold", "nights", "", NIGHT, MORNING)
    assert (found.wait, found.max_wait) == (0, 0)
    assert wait(HOLD, DAY) is None


def test_what_is_dropped_does_not_wait(wait: Callable[..., Wait | None]) -> None:
    assert wait("mute: {during: nights, then: drop}", NIGHT) is None


@pytest.mark.parametrize("says", [GROUP, COALESCE])
def test_what_waits_for_others_waits_for_the_morning_as_well(wait: Callable[..., Wait | None], says: str) -> None:
    found = wait(f"{says}, {HOLD}", NIGHT)
    assert found is not None
    assert (found.how, found.until) == (says.partition(":")[0], MORNING)
    by_day = wait(f"{says}, {HOLD}", DAY)
    assert by_day is not None
    assert by_day.until == 0
    assert by_day.key != found.key


def test_the_first_goes_out_at_once_if_nothing_holds_it(wait: Callable[..., Wait | None]) -> None:
    says = f"group: {{wait: 2m, card: generic, first: now}}, {HOLD}"
    by_day, by_night = wait(says, DAY), wait(says, NIGHT)
    assert by_day is not None
    assert by_night is not None
    assert (by_day.first_now, by_night.first_now) == (True, False)


def key(found: Wait | None) -> str:
    assert found is not None
    return found.key


@pytest.mark.parametrize("says", [GROUP, COALESCE])
def test_cards_that_are_the_same_in_the_fields_wait_together(wait: Callable[..., Wait | None], says: str) -> None:
    first = key(wait(says))
    assert key(wait(says, DAY + HOUR, service="ledger", version="2")) == first
    other: dict[str, Any] = {"environment": "prod", "pull_request": {"id": 13}}
    assert key(wait(says, **other)) != first
    assert key(wait(says, channel="security")) != first
    assert key(wait(says, name="another")) != first


def test_a_number_and_its_digits_are_two_things(wait: Callable[..., Wait | None]) -> None:
    assert key(wait(COALESCE, pull_request={"id": "12"})) != key(wait(COALESCE))


def test_without_fields_all_cards_of_a_group_wait_together(wait: Callable[..., Wait | None]) -> None:
    says = "group: {wait: 2m, card: generic}"
    assert key(wait(says)) == key(wait(says, environment="prod", service="ledger"))


def test_a_group_may_hold_what_lacks_the_field(wait: Callable[..., Wait | None]) -> None:
    assert key(wait(GROUP, environment=None)) == key(wait(GROUP, environment=None, service="ledger"))


@pytest.mark.parametrize("missing", [None, {}, {"id": None}])
def test_of_two_things_that_nobody_knows_neither_is_lost(
    wait: Callable[..., Wait | None], missing: dict[str, Any] | None
) -> None:
    assert wait(COALESCE, pull_request=missing) is None
    held = wait(f"{COALESCE}, {HOLD}", NIGHT, pull_request=missing)
    assert held is not None
    assert held.how == "hold"


def test_an_unmapped_service_is_not_known_either(wait: Callable[..., Wait | None]) -> None:
    assert wait("coalesce: {by: [service], window: 5m}", service="unmapped") is None
    assert wait("coalesce: {by: [service, environment], window: 5m}", service="unmapped") is not None


def test_whatever_the_same_times_hold_for_a_channel_comes_together(wait: Callable[..., Wait | None]) -> None:
    first = key(wait(HOLD, NIGHT))
    assert key(wait(HOLD, NIGHT + 3 * HOUR, name="another", service="ledger")) == first
    assert key(wait(HOLD, NIGHT, channel="security")) != first
    assert key(wait("mute: {during: evenings, then: hold}", NIGHT)) != first


def test_what_the_next_night_holds_comes_by_itself(wait: Callable[..., Wait | None]) -> None:
    assert key(wait(HOLD, NIGHT + 24 * HOUR)) != key(wait(HOLD, NIGHT))


def test_a_hold_follows_the_clock_on_the_wall_over_a_change(with_rules: Load) -> None:
    book = with_rules(
        f"defaults: {{timezone: Europe/Berlin}}\n{TIMES}"
        f"rules: [{{name: it, match: {{}}, to: [deployments], card: deployment, {HOLD}}}]"
    )
    for evening, morning in [
        ("2026-03-28T20:00:00+01:00", "2026-03-29T07:00:00+02:00"),
        ("2026-10-24T20:00:00+02:00", "2026-10-25T07:00:00+01:00"),
    ]:
        found = wait_of(book.rules[0], "platform", VIEW, moment(evening))
        assert found is not None
        assert found.until == moment(morning)


def test_only_a_mute_that_drops_drops_and_only_at_its_times(with_rules: Load) -> None:
    rule = "{{name: {0}, match: {{}}, to: [deployments], card: deployment, mute: {{during: nights, then: {0}}}}}"
    drop, hold = with_rules(f"{TIMES}rules:\n  - {rule.format('drop')}\n  - {rule.format('hold')}\n").rules
    assert [dropped_at(drop, at) for at in (DAY, NIGHT, MORNING - 1, MORNING)] == [False, True, True, False]
    assert not dropped_at(hold, NIGHT)


# ---------------------------------------------------------------- as the routing has it

TWO = f"""{TIMES}
rules:
  - name: quiet
    match: {{environment: qa}}
    to: [deployments]
    card: deployment
    mute: {{during: nights, then: drop}}
  - {{name: loud, match: {{type: deployment.finished}}, to: [deployments, security], card: generic}}
"""


def test_a_mute_that_drops_keeps_the_channel_from_a_later_rule(with_rules: Load) -> None:
    routing = route(with_rules(TWO), VIEW | {"received_at": "2026-03-04T22:00:00Z"})
    assert [(send.channel, send.rule) for send in routing.sends] == [("security", "loud")]
    assert [(one.channel, one.rule, one.times) for one in routing.muted] == [("platform", "quiet", "nights")]
    assert routing.record()["muted"] == [{"channel": "platform", "rule": "quiet", "by": "nights"}]
    assert not routing.unrouted


def test_by_day_it_sends(with_rules: Load) -> None:
    routing = route(with_rules(TWO), VIEW)
    assert [(send.channel, send.rule) for send in routing.sends] == [("platform", "quiet"), ("security", "loud")]
    assert routing.muted == ()
    assert "muted" not in routing.record()


def test_the_record_says_that_a_card_waits_and_by_what(with_rules: Load) -> None:
    book = with_rules(
        f"{TIMES}rules: [{{name: it, match: {{}}, to: [deployments], card: deployment, {HOLD}}}]",
    )
    assert route(book, VIEW | {"received_at": "2026-03-04T22:00:00Z"}).record()["sends"] == [
        {"channel": "platform", "card": "deployment", "rule": "it", "waits": "hold", "by": "nights"}
    ]


def test_each_channel_of_a_rule_waits_by_itself(with_rules: Load) -> None:
    rule = f"{{name: it, match: {{}}, to: [deployments, security], {GROUP}}}"
    one, two = route(with_rules(f"rules: [{rule}]"), VIEW).sends
    assert (one.card, two.card) == ("generic", "generic")
    assert key(one.wait) != key(two.wait)


def test_when_an_event_was_received_counts_and_not_when_it_happened(with_rules: Load) -> None:
    book = with_rules(f"{TIMES}rules: [{{name: it, match: {{}}, to: [deployments], card: deployment, {HOLD}}}]")
    (late,) = route(book, VIEW | {"occurred_at": "2026-03-04T22:00:00Z"}).sends
    assert late.wait is None


def test_the_fallback_does_not_wait(with_rules: Load) -> None:
    book = with_rules(
        f"{TIMES}rules: [{{name: it, match: {{status: failed}}, to: [deployments], card: generic, {HOLD}}}]"
    )
    (send,) = route(book, VIEW | {"received_at": "2026-03-04T22:00:00Z"}).sends
    assert (send.card, send.wait) == ("unrouted", None)
