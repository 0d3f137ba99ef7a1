"""The traps of PagerDuty: merged incidents, notes about incidents, old messages, the forms of priority."""

import json
from typing import Any

import pytest

from app.kernel.samples import load_sample
from app.sources import Ignored, Inbound
from app.sources.pagerduty import SOURCE


def told(name: str, kind: str | None = None, **data: Any) -> Any:
    body = json.loads(load_sample("app.sources.pagerduty", name).body)
    body["event"]["data"] |= data
    body["event"]["event_type"] = kind or body["event"]["event_type"]
    return SOURCE.parse(Inbound({}, json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("incident.annotated", "unused_type"), ("incident.responder.added", "unused_type"),
        ("incident.priority_updated", "unused_type"), ("incident.reassigned", "unused_type"),
        ("service.updated", "unused_type"), ("pagey.ping", "ping"), ("incident.of_the_future", "unused_type"),
    ],
)  # fmt: skip
def test_what_changes_no_incident_is_ignored_whatever_is_in_it(kind: str, outcome: str) -> None:
    assert told("annotated", kind) == Ignored(outcome)


def test_one_that_was_merged_is_cancelled_and_has_no_end_of_its_own() -> None:
    merged = told("merged")[0]
    assert (merged.type, "resolved_at" in merged.fields) == ("incident.cancelled", False)
    assert told("merged", resolve_reason=None)[0].type == "incident.resolved"


@pytest.mark.parametrize(
    ("priority", "urgency", "expected"),
    [({"summary": "P1"}, "low", "P1"), ({"summary": "SEV-3"}, "high", "P3"), (None, "high", "P2"), (None, "low", "P4"),
     ({"summary": "Stop the world"}, "high", "P2"), (None, None, None)],
)  # fmt: skip
def test_the_priority_goes_before_the_urgency(priority: Any, urgency: Any, expected: str | None) -> None:
    assert told("triggered", priority=priority, urgency=urgency)[0].fields.get("priority") == expected


def test_without_created_at_the_trigger_is_the_beginning() -> None:
    opened = told("triggered-without-created-at")[0]
    assert opened.fields["opened_at"] == opened.occurred_at
    assert opened.occurred_at.isoformat() == "2026-11-22T10:20:30.120000+00:00"


def test_every_piece_of_news_of_an_old_message_is_told_once() -> None:
    body = json.loads(load_sample("app.sources.pagerduty", "v2-trigger").body)
    body["messages"] *= 2
    drafts = SOURCE.parse(Inbound({}, json.dumps(body).encode()))
    assert [draft.type for draft in drafts if not isinstance(drafts, Ignored)] == ["incident.opened"]
