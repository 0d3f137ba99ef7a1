"""Rules by who owns a service and by what deployed it: on events as the estate makes them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.estate.load import load_estate
from app.events import Draft, Hints, flat
from app.kernel.clock import to_us
from app.kernel.errors import ConfigErrors
from app.kernel.yaml import load
from app.routing import Rulebook, explain, lint, route

Load = Callable[..., Rulebook]
Matching = Callable[[str], Rulebook]

ESTATE = """\
environments: {prod: {tier: production}}
services:
  checkout:
    {team: storefront, pod: sell, business_area: commerce, component: checkout-api,
     owners: [{since: 2026-03-01, pod: buy}]}
  ledger: {team: payments, pod: pay, business_area: finance, component: books}
labels: {owner: {pod: owner-pod}}
"""
OURS = {"owner.team": "storefront", "owner.pod": "buy", "owner.business_area": "commerce",
        "owner.component": "checkout-api", "platform": "lambda"}  # fmt: skip

THEIRS = {"owner.team": "payments", "owner.pod": "pay", "owner.business_area": "finance", "owner.component": "books",
          "platform": "ecs"}  # fmt: skip


def deployed(service: str, platform: str, month: int = 5, **labels: str) -> dict[str, object]:
    """The flat view of a deployment."""
    at = datetime(2026, month, 1, tzinfo=UTC)
    draft = Draft(
        type="deployment.finished", status="succeeded", subject="deployment:1", occurred_at=at, state="succeeded",
        identity="1", hints=Hints(service=(("name", service),), environment=(("name", "prod"),), labels=labels),
        fields={"platform": platform},
    )  # fmt: skip
    estate = load_estate([load(ESTATE, "estate.yaml")])
    return flat(estate.event(draft, source="eventbridge", receipt="0" * 32, received_at=to_us(at)))


def matched(book: Rulebook, view: dict[str, object]) -> bool:
    return route(book, view).matched == ("it",)


@pytest.mark.parametrize(("field", "value"), OURS.items())
def test_a_rule_can_ask_for_each_of_them(matching: Matching, field: str, value: str) -> None:
    book = matching(f"{{type: deployment.finished, {field}: {value}}}")
    assert [str(warning) for warning in lint(book) if "'it'" in str(warning)] == []
    ours, theirs = deployed("checkout", "lambda"), deployed("ledger", "ecs")
    assert matched(book, ours)
    assert not matched(book, theirs)
    clause = explain(book, theirs).rules[0].reasons[1]
    assert clause.wanted == f"{field} is {value!r}"
    assert clause.got == repr(THEIRS[field])
    assert not clause.holds


def test_it_is_the_owner_of_the_day_and_a_label_goes_before_the_estate(matching: Matching) -> None:
    book = matching("{type: deployment.finished, owner.pod: buy}")
    assert not matched(book, deployed("checkout", "ecs", month=2))
    assert matched(book, deployed("checkout", "ecs", month=3))
    assert matched(book, deployed("ledger", "ecs", **{"owner-pod": "buy"}))
    assert not matched(book, deployed("elsewhere", "ecs")), "a service of nobody"


@pytest.mark.parametrize(
    ("condition", "hint"), [("owner.pods: buy", "owner.pod"), ("platform: lamda", "lambda")],
)  # fmt: skip
def test_a_slip_of_the_pen_is_refused_with_what_was_meant(matching: Matching, condition: str, hint: str) -> None:
    with pytest.raises(ConfigErrors, match=f"did you mean '{hint}'"):
        matching(f"{{type: deployment.finished, {condition}}}")


def test_news_can_be_gathered_by_owner(with_rules: Load) -> None:
    book = with_rules("""\
rules:
  - name: by-pod
    match: {type: deployment.finished, owner.pod: {exists: true}, platform: [ecs, lambda]}
    to: [deployments]
    group: {by: [owner.pod], wait: 2m, max_wait: 10m, card: deployment}
""")
    keys = {send.wait.key for service in ("checkout", "ledger")
            for send in route(book, deployed(service, "ecs")).sends
            if send.wait and send.channel == "platform"}  # fmt: skip
    assert len(keys) == 2


def test_the_example_that_is_shown_is_one(with_rules: Load) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "estate.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(rules:\n.*?)```", page, re.DOTALL)
    book = with_rules(example.replace("[incidents]", "[security]").replace("card: incident", "card: generic"))
    assert [str(warning) for warning in lint(book) if "rule" in str(warning)] == []
    assert route(book, deployed("checkout", "lambda")).matched == ("functions-of-the-pod-buy",)
    assert route(book, deployed("checkout", "argocd")).unrouted
