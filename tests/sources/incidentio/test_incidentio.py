"""The traps of incident.io: triage, private incidents, ends that follow each other."""

import json
from typing import Any

import pytest

from app.kernel.samples import load_sample
from app.sources import Ignored, Inbound
from app.sources.incidentio import CHANGED, CREATED, SOURCE


def changed(before: str, now: str) -> Any:
    body = json.loads(load_sample("app.sources.incidentio", "learning").body)
    body[CHANGED] |= {"previous_status": {"category": before}, "new_status": {"category": now}}
    parsed = SOURCE.parse(Inbound({}, json.dumps(body).encode()))
    return parsed.reason if isinstance(parsed, Ignored) else parsed[0].type


@pytest.mark.parametrize(
    ("before", "now", "outcome"),
    [
        ("triage", "live", "incident.opened"), ("live", "learning", "incident.resolved"),
        ("learning", "closed", "no_change"), ("live", "closed", "incident.resolved"),
        ("closed", "live", "incident.reopened"), ("declined", "live", "incident.reopened"),
        ("triage", "declined", "incident.cancelled"), ("live", "merged", "incident.cancelled"),
        ("closed", "canceled", "incident.cancelled"), ("live", "live", "no_change"), ("live", "paused", "no_change"),
        ("paused", "live", "no_change"), ("live", "of the future", "no_change"),
    ],
)  # fmt: skip
def test_what_a_change_of_status_means(before: str, now: str, outcome: str) -> None:
    assert changed(before, now) == outcome


@pytest.mark.parametrize(("category", "reason"), [("triage", "triage"), ("closed", "retrospective")])
def test_one_that_is_none_yet_or_was_written_down_afterwards_is_not_opened(category: str, reason: str) -> None:
    body = json.loads(load_sample("app.sources.incidentio", "created").body)
    body[CREATED]["incident_status"]["category"] = category
    assert SOURCE.parse(Inbound({}, json.dumps(body).encode())) == Ignored(reason)


def test_a_private_one_is_ignored_whatever_happens_to_it() -> None:
    for kind in ("private_incident.incident_created_v2", "private_incident.membership_granted_v1"):
        body = {"event_type": kind, kind: {"id": "01J"}}
        assert SOURCE.parse(Inbound({}, json.dumps(body).encode())) == Ignored("private")
