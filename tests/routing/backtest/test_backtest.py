"""What a change of the rules changes, on the same events."""

from typing import Any

import pytest

from app.kernel.clock import MINUTE, SECOND
from app.routing import Rulebook
from app.routing.backtest import Backtest, report
from tests.routing.conftest import PLACES, read_book

START = 1_772_625_600 * SECOND
FAILED: dict[str, Any] = {"type": "deployment.finished", "status": "failed", "service": "basket", "environment": "prod"}
TODAY = """
rules:
  - {name: failed, match: {type: deployment.finished, status: failed}, to: [deployments], card: failed}
  - {name: merged, match: {type: pull_request.merged}, to: [deployments], card: generic}
  - {name: rest, match: {type: pipeline.finished}, drop: true}
"""


def book(rules: str = TODAY) -> Rulebook:
    return read_book(PLACES, rules)


def compared(today: str, changed: str | None, *events: dict[str, Any]) -> Backtest:
    """An event a minute."""
    backtest = Backtest(book(today), None if changed is None else book(changed))
    for number, event in enumerate(events):
        backtest.take({"id": str(number), **event}, START + number * MINUTE)
    backtest.finish()
    return backtest


def differences(backtest: Backtest) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {
        key: (row.more, row.less, row.other_card)
        for key, row in backtest.rows.items()
        if row.more or row.less or row.other_card
    }


def test_the_same_rules_change_nothing() -> None:
    found = compared(TODAY, TODAY, FAILED, {"type": "pull_request.merged"}, {"type": "pipeline.finished"})
    assert differences(found) == {}
    assert {key: (row.today, row.changed) for key, row in found.rows.items()} == {
        ("failed", "platform"): (1, 1),
        ("merged", "platform"): (1, 1),
    }
    assert found.lost.by_rule.total() == 0


def test_who_gets_more_less_and_another_card_is_told_by_rule_and_channel() -> None:
    changed = """
rules:
  - {name: failed, match: {type: deployment.finished, status: failed}, to: [deployments, security], card: generic}
  - {name: pipelines, match: {type: pipeline.finished}, to: [security], card: generic}
"""
    found = compared(TODAY, changed, FAILED, {"type": "pull_request.merged"}, {"type": "pipeline.finished"})
    assert differences(found) == {
        ("failed", "platform"): (0, 0, 1),
        ("failed", "security"): (1, 0, 0),
        ("pipelines", "security"): (1, 0, 0),
        ("no rule", "platform"): (0, 0, 1),
    }
    sample = found.rows["failed", "platform"].samples["other_card"][0]
    assert (sample.view["id"], sample.was and sample.was.card, sample.now and sample.now.card) == (
        "0",
        "failed",
        "generic",
    )


def test_what_another_rule_tells_in_the_same_way_is_no_difference() -> None:
    changed = TODAY.replace("name: failed,", "name: renamed,")
    found = compared(TODAY, changed, FAILED)
    assert differences(found) == {}
    assert (found.rows["failed", "platform"].today, found.rows["failed", "platform"].changed) == (1, 0)
    assert (found.rows["renamed", "platform"].today, found.rows["renamed", "platform"].changed) == (0, 1)


def test_a_card_that_is_told_with_others_is_another_card() -> None:
    changed = TODAY.replace("card: failed}", "card: failed, group: {by: [service], wait: 5m, card: security}}")
    found = compared(TODAY, changed, FAILED, FAILED)
    assert differences(found) == {("failed", "platform"): (0, 0, 2)}
    assert (found.today.heard["platform"].posts, found.changed and found.changed.heard["platform"].posts) == (2, 1)


def test_what_nobody_would_get_any_more_is_lost() -> None:
    changed = TODAY.replace("merged}, to: [deployments], card: generic", "merged}, drop: true")
    merged = {"type": "pull_request.merged"}
    found = compared(TODAY, changed, merged, merged, FAILED, {"type": "pipeline.finished"})
    assert found.lost.by_rule == {"merged": 2}
    assert [view["id"] for view in found.lost.samples["merged"]] == ["0", "1"]
    assert differences(found) == {("merged", "platform"): (0, 2, 0)}


def test_what_is_only_held_back_as_the_same_news_is_not_lost() -> None:
    by = "card: generic, dedupe: {by: [service], window: 1h}"
    found = compared(
        TODAY, TODAY.replace("card: generic", by), *[{"type": "pull_request.merged", "service": "basket"}] * 3
    )
    assert found.lost.by_rule.total() == 0
    assert differences(found) == {("merged", "platform"): (0, 2, 0)}


def test_a_few_samples_are_enough() -> None:
    found = compared(TODAY, "rules: [{name: none, match: {}, drop: true}]", *[FAILED] * 50)
    assert found.lost.by_rule == {"failed": 50}
    assert len(found.lost.samples["failed"]) == 3
    assert len(found.rows["failed", "platform"].samples["less"]) == 3


def test_events_out_of_order_are_refused() -> None:
    backtest = Backtest(book())
    backtest.take(FAILED, START)
    with pytest.raises(ValueError, match="order"):
        backtest.take(FAILED, START - 1)


def test_a_report_without_a_change_compares_nothing() -> None:
    found = report(compared(TODAY, None, FAILED, {"type": "pipeline.finished"}))
    assert (found["events"], found["lost"], found["from"]) == (2, None, "2026-03-04T12:00:00.000000Z")
    assert found["rules"] == [
        {"rule": "failed", "channel": "platform", "today": 1, "changed": None, "more": None, "less": None,
         "other_card": None, "samples": []}
    ]  # fmt: skip
    assert found["nobody"] == [{"why": "dropped", "rule": "rest", "today": 1, "changed": None}]
    assert [row["channel"] for row in found["channels"]] == ["platform", "security", "payments"]


def test_a_report_of_a_change_has_both_sides() -> None:
    changed = TODAY.replace("drop: true", "to: [security], card: generic")
    found = report(compared(TODAY, changed, FAILED, {"type": "pipeline.finished"}))
    assert [row["rule"] for row in found["rules"]] == ["failed", "rest"]
    rest = found["rules"][1]
    assert (rest["today"], rest["changed"], rest["more"], rest["less"]) == (0, 1, 1, 0)
    assert rest["samples"] == [
        {"how": "more", "event": {"id": "1", "type": "pipeline.finished"}, "was": None,
         "now": {"rule": "rest", "card": "generic", "together": False}}
    ]  # fmt: skip
    assert found["nobody"] == [{"why": "dropped", "rule": "rest", "today": 1, "changed": 0}]
    assert found["lost"] == {"events": 0, "rules": []}
    (notify,) = found["connections"]
    assert notify["today"]["budget"] == {"posts": 25, "per_seconds": 300, "when_full": "digest"}
    assert (notify["today"]["most"], notify["today"]["longest_wait_seconds"]) == (1, 0)


def test_no_event_is_a_report_too() -> None:
    found = report(compared(TODAY, TODAY))
    assert (found["events"], found["from"], found["rules"]) == (0, None, [])
