"""The traps of JSM Operations and Opsgenie: times of two sorts, what a Close lacks, actions of one's own."""

import json
from typing import Any

import pytest

from app.kernel.clock import iso, to_us
from app.kernel.errors import BadPayload
from app.kernel.samples import load_sample
from app.sources import Ignored, Inbound
from app.sources.opsgenie import SOURCE


def told(name: str, **alert: Any) -> Any:
    body = json.loads(load_sample("app.sources.opsgenie", name).body)
    body["alert"] |= alert
    return SOURCE.parse(Inbound({}, json.dumps(body).encode()))


def test_nanoseconds_are_read_to_the_millisecond_without_floats() -> None:
    closed = told("close-without-details", createdAt=1420452191104, updatedAt=1420452374669001603)[0]
    assert closed.occurred_at is not None
    assert iso(to_us(closed.occurred_at)) == "2015-01-05T10:06:14.669000Z"
    assert closed.fields["resolved_at"] == closed.occurred_at


@pytest.mark.parametrize(("given", "priority"), [("P1", "P1"), (3, "P3"), ("P5", "P5"), (9, None), (None, None)])
def test_the_priority_is_a_word_a_number_or_absent(given: Any, priority: str | None) -> None:
    assert told("create", priority=given)[0].fields.get("priority") == priority


def test_details_go_before_tags_and_tags_before_the_rest() -> None:
    details = told("create", details={"service": "ledger", "environment": "qa"})[0].hints
    assert (details.service[0], details.environment[0]) == (("name", "ledger"), ("name", "qa"))
    both = told("create", details={"env": "qa"}, tags=["env:prod", "tier:1"])[0].hints
    assert (both.environment, both.labels) == ((("name", "qa"),), {"env": "qa", "tier": "1"})
    tags = told("create", details={}, tags=["service:basket"])[0].hints
    assert (tags.service[:2], tags.environment) == ((("name", "basket"), ("name", "checkout-api")), ())


def test_an_end_before_the_beginning_is_not_believed() -> None:
    closed = told("close-without-details", updatedAt=1420452374669001603)[0]
    assert (closed.occurred_at, "resolved_at" in closed.fields) == (None, False)


def test_the_link_comes_from_the_header_and_only_if_it_is_https() -> None:
    body = load_sample("app.sources.opsgenie", "create").body
    headers = {"x-shipbell-alert-url": "https://acme.example.com/{alertId}"}
    drafts = SOURCE.parse(Inbound(headers, body))
    assert isinstance(drafts, list)
    assert drafts[0].fields["url"].startswith("https://acme.example.com/4f6c2d0e")
    assert "url" not in told("create")[0].fields


def test_an_action_without_an_alert_is_refused_where_it_would_count() -> None:
    for action, outcome in (("Close", None), ("Escalate", Ignored("unused_type")), ("Mine", Ignored("unused_type"))):
        body = json.dumps({"action": action}).encode()
        if outcome is None:
            with pytest.raises(BadPayload, match="alert"):
                SOURCE.parse(Inbound({}, body))
        else:
            assert SOURCE.parse(Inbound({}, body)) == outcome
