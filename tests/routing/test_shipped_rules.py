"""The rule book that comes with Shipbell loads, passes its own tests, and has an opinion on every type of event."""

from pathlib import Path
from typing import Any

import pytest

from app.estate import SECTIONS, load_estate
from app.events import EVENT_TYPES
from app.events.fields import field_catalogue
from app.events.own import MADE_FOR_A_CARD
from app.kernel.yaml import load
from app.routing import Rulebook, editor_schema, lint, load_rulebook, route, run_trials

AT_TEN = {"id": "0" * 32, "received_at": "2026-03-04T10:00:00Z"}
RULES = Path(__file__).parents[2] / "rules"
CARDS = [*sorted(path.stem for path in (RULES / "cards").glob("*.yaml")), "minimal"]


@pytest.fixture(scope="module")
def book() -> Rulebook:
    documents = [load(path.read_text(encoding="utf-8"), path.name) for path in sorted(RULES.glob("*.yaml"))]
    estate = load_estate(documents)
    return load_rulebook(
        documents,
        cards=CARDS,
        channel_kinds=["teams", "webhook", "console"],
        estate_environments=estate.environments,
        services=estate.services,
        foreign_sections=SECTIONS,
    )


def test_its_trials_pass(book: Rulebook) -> None:
    results = run_trials(book)
    assert {result.name: result.problems for result in results if not result.passed} == {}
    assert len(results) >= 10


def test_it_has_no_warnings(book: Rulebook) -> None:
    assert [str(warning) for warning in lint(book)] == []


def test_every_rule_is_the_reason_for_some_trial(book: Rulebook) -> None:
    results = [result.routing for result in run_trials(book)]
    tried = {send.rule for routing in results for send in routing.sends} | {one.dropped_by for one in results}
    untried = {rule.name for rule in book.rules} - tried
    assert untried == set()


@pytest.mark.parametrize("event_type", sorted(EVENT_TYPES.keys() - MADE_FOR_A_CARD))
def test_every_outcome_of_every_type_is_decided_by_a_rule(book: Rulebook, event_type: str) -> None:
    field = field_catalogue({event_type}).get("status")
    for status in field.enum or () if field else (None,):
        for environment in book.known.environments:
            view = {
                "id": "0" * 32,
                "received_at": "2026-03-04T10:00:00Z",
                "type": event_type,
                "service": "checkout",
                "environment": environment,
            } | _telling(event_type)
            routing = route(book, view | ({"status": status} if status else {}))
            assert not routing.unrouted, (status, environment)


def _telling(event_type: str) -> dict[str, Any]:
    """What every event of these types says beside its status."""
    if event_type == "security.scan_finished":
        return {"findings": {"high": 0}, "verdict": "unknown"}
    return {"security.vulnerability_changed": {"severity": "high"}, "gate.decided": {"verdict": "allow"}}.get(
        event_type, {}
    )


@pytest.mark.parametrize(
    ("environment", "cards"),
    [
        ("dev", {"deployment-digest"}),
        ("qa", {"deployment", "deployment-qa"}),
        ("preprod", {"deployment"}),
        ("prod", {"deployment"}),
        ("feature", {"feature-branch"}),
    ],
)
def test_deployments_are_told_in_every_environment(book: Rulebook, environment: str, cards: set[str]) -> None:
    view = AT_TEN | {"type": "deployment.finished", "service": "basket", "environment": environment}
    sends = route(book, view | {"status": "succeeded"}).sends
    assert {(send.wait and send.wait.card) or send.card for send in sends} == cards
    assert {send.card for send in route(book, view | {"status": "failed"}).sends} == {"deployment-failed"}


def test_the_editors_schema_can_be_made_of_it(book: Rulebook) -> None:
    assert editor_schema(book, SECTIONS)["$defs"]["Match"]
