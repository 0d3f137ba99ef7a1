"""What many cards add up to."""

from dataclasses import replace
from typing import Any

import orjson

from app.delivery.digest import MOST_ITEMS, Gathering
from app.routing.route import NO_RULE
from app.store.due_bundles import BundleCard
from tests.conftest import START


def card(number: int, **view: Any) -> BundleCard:
    data = {"id": f"{number:032x}", "type": "deployment.finished", "occurred_at": f"2026-11-22T10:00:{number % 60:02}Z"}
    return BundleCard(
        f"{number}",
        f"{number:032x}",
        START + number,
        "deployment",
        "deployments",
        0,
        1,
        None,
        orjson.dumps(data | view),
    )


def digest_of(*cards: BundleCard) -> dict[str, Any]:
    gathering = Gathering()
    for each in cards:
        gathering.add(each)
    view = gathering.view("d" * 32, channel="team", how="group", by="rule", now=START)
    return {**view["digest"], "service": view["service"], "environment": view.get("environment")}


def test_what_failed_comes_first_then_the_newest() -> None:
    told = digest_of(card(1, status="succeeded"), card(2, status="failed"), card(3, status="succeeded"))
    assert [int(item["id"], 16) for item in told["items"]] == [2, 3, 1]
    assert (told["count"], told["failed"]) == (3, 1)
    assert told["counts"] == [{"outcome": "succeeded", "count": 2}, {"outcome": "failed", "count": 1}]


def test_only_what_all_have_in_common_is_said_of_the_whole() -> None:
    told = digest_of(card(1, service="a", environment="dev"), card(2, service="b", environment="dev"))
    assert (told["service"], told["environment"], told["services"]) == ("unmapped", "dev", ["a", "b"])


def test_everything_is_counted_and_a_hundred_are_shown() -> None:
    told = digest_of(*(card(number, status="failed" if number == 0 else "succeeded") for number in range(500)))
    assert (told["count"], len(told["items"])) == (500, MOST_ITEMS)
    assert told["items"][0]["outcome"] == "failed"


def test_no_text_of_a_restricted_ticket_leaves() -> None:
    ticket = {"key": "SEC-1", "summary": "the secret plan"}
    open_one = digest_of(card(1, type="ticket.updated", ticket=ticket))
    assert open_one["items"][0]["title"] == "the secret plan"
    told = digest_of(card(1, type="ticket.updated", ticket=ticket | {"restricted": True}))
    assert "title" not in told["items"][0]


def test_an_event_that_is_gone_is_counted_still() -> None:
    gone = BundleCard("1", "1" * 32, START, "deployment", "deployments", 0, 1, None, None)
    told = digest_of(gone, card(2, status="failed"))
    assert (told["count"], told["failed"]) == (2, 1)


def test_it_is_labelled_as_without_a_rule_if_nothing_in_it_has_one() -> None:
    def rule_of(*rules: str) -> str:
        gathering = Gathering()
        for number, rule in enumerate(rules):
            gathering.add(replace(card(number), rule=rule))
        return gathering.rule

    assert rule_of(NO_RULE, "builds", "tests", NO_RULE) == "builds"
    assert rule_of(NO_RULE, NO_RULE) == NO_RULE
