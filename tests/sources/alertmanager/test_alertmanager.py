"""The traps of Alertmanager: each alert by itself, no fingerprint, no end, alerts that were left out."""

import json
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.samples import load_sample
from app.sources import Inbound
from app.sources.alertmanager import SOURCE


def body(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(load_sample("app.sources.alertmanager", name).body)
    return found


def told(group: dict[str, Any]) -> list[Draft]:
    drafts = SOURCE.parse(Inbound({}, json.dumps(group).encode()))
    assert isinstance(drafts, list)
    return drafts


def test_an_alert_that_is_resolved_in_a_group_that_fires_is_resolved() -> None:
    drafts = told(body("resolved-in-firing-group"))
    assert [(draft.type, draft.hints.service[0][1]) for draft in drafts] == [
        ("incident.opened", "payments"),
        ("incident.resolved", "checkout"),
    ]
    assert all(draft.only_if == "incident" for draft in drafts)


@pytest.mark.parametrize(
    ("notes", "title"),
    [
        ({"summary": "no payments", "title": "t"}, "no payments"),
        ({"summary": "", "title": "t"}, "t"),
        (None, "HighErrorRate"),
    ],
)
def test_the_title_is_what_a_person_wrote_else_the_name_of_the_alert(notes: object, title: str) -> None:
    group = body("firing")
    group["alerts"][0]["annotations"] = notes
    assert told(group)[0].fields["title"] == title


def test_firing_again_is_the_same_news_and_another_start_another_incident() -> None:
    group = body("firing")
    first = told(group)[0]
    assert told(group | {"notification_reason": "repeat"})[0].identity == first.identity
    group["alerts"][0]["startsAt"] = "2026-11-23T10:20:30Z"
    assert told(group)[0].identity != first.identity


def test_without_a_fingerprint_the_labels_in_any_order_name_the_alert() -> None:
    group = body("without-fingerprint")
    first = told(group)[0].subject
    labels = group["alerts"][0]["labels"]
    group["alerts"][0]["labels"] = dict(reversed(labels.items()))
    assert told(group)[0].subject == first
    group["alerts"][0]["labels"] = labels | {"instance": "b"}
    assert told(group)[0].subject != first


@pytest.mark.parametrize("end", ["0001-01-01T00:00:00Z", "", "soon", None, "2026-11-22T09:00:00Z"])
def test_an_end_that_says_nothing_or_lies_before_the_beginning_is_none(end: str | None) -> None:
    group = body("resolved-without-end")
    group["alerts"][0]["endsAt"] = end
    resolved = told(group)[0]
    assert (resolved.type, resolved.occurred_at, resolved.fields.get("resolved_at")) == (
        "incident.resolved",
        None,
        None,
    )


def test_alerts_that_were_left_out_are_counted() -> None:
    count = {name: SOURCE.left_out(Inbound({}, json.dumps(body(name)).encode())) for name in
             ("resolved-in-firing-group", "firing", "without-fingerprint")}  # fmt: skip
    assert count == {"resolved-in-firing-group": 12, "firing": 0, "without-fingerprint": 0}


def test_a_payload_of_somebodys_own_is_refused() -> None:
    with pytest.raises(BadPayload, match="alerts"):
        SOURCE.parse(Inbound({}, b'{"text": "HighErrorRate is firing"}'))
