"""Incidents by API: in whatever order the news comes, the incident is the same; and what the fields take."""

import json
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.estate import Estate, load_estate
from app.events import flat
from app.facts.claims import read_claim
from app.facts.incidents import incident
from app.facts.model import Incident
from app.kernel import yaml
from app.kernel.clock import HOUR, MINUTE, iso
from app.kernel.errors import BadPayload
from app.sources import Inbound
from app.sources.incidents import SOURCE

BEGAN = 1_795_342_800_000_000
ESTATE: Estate = load_estate(
    [yaml.load("environments: {prod: {tier: production}}\nservices: {checkout: {}}", "x.yaml")]
)
STATES = ("acknowledged", "unacknowledged", "resolved", "reopened", "cancelled")


def told(**body: Any) -> Any:
    return SOURCE.parse(Inbound({}, json.dumps(body).encode()))[0]  # type: ignore[index]


def fact(*bodies: dict[str, Any]) -> Incident | None:
    """What the news come to; each is received later than it happened."""
    claims = []
    for number, body in enumerate(bodies):
        event = ESTATE.event(told(**body), source="incidents", receipt="r", received_at=BEGAN + 90 * HOUR + number)
        claims.append(read_claim(flat(event)))
    return incident(claim for claim in claims if claim)


def expected(states: list[str]) -> tuple[str, int | None]:
    """By the definition, one step after the other: the first end stands until it is opened again."""
    state, ended = "open", None
    for number, name in zip(count(1), states, strict=False):
        at = BEGAN + number * MINUTE
        if name == "reopened":
            state, ended = "open", None
        elif name == "cancelled":
            state, ended = "cancelled", ended or at
        elif ended is None:
            state = "open" if name == "unacknowledged" else name
            ended = at if name == "resolved" else None
    return state, ended


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(STATES), max_size=6), st.randoms())
def test_in_any_order_they_end_in_the_same_incident(states: list[str], shuffled: Any) -> None:
    opened = {"id": "7", "status": "open", "service": "checkout", "environment": "prod", "occurred_at": iso(BEGAN)}
    news = [opened] + [
        {"id": "7", "status": name, "occurred_at": iso(BEGAN + number * MINUTE)}
        for number, name in enumerate(states, 1)
    ]
    shuffled.shuffle(news)
    found = fact(*news)
    assert found is not None
    assert (found.state, found.resolved_at) == expected(states)
    assert (found.opened_at, found.service, found.environment) == (BEGAN, "checkout", "prod")


def test_an_end_without_a_beginning_is_no_incident_until_somebody_tells_it() -> None:
    end = {"id": "7", "status": "resolved", "occurred_at": iso(BEGAN + HOUR)}
    assert fact(end) is None
    found = fact(end | {"opened_at": iso(BEGAN)})
    assert found is not None
    assert (found.opened_at, found.resolved_at, found.state) == (BEGAN, BEGAN + HOUR, "resolved")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"status": "open"}, "id"), ({"id": "", "status": "open"}, "id"), ({"id": "1", "status": "closed"}, "status"),
        ({"id": "1", "status": "open", "occurred_at": "soon"}, "occurred_at"),
        ({"id": "1", "status": "open", "priority": "now"}, "priority"),
        ({"id": "1", "status": "open", "commit": "main"}, "commit"),
        ({"id": True, "status": "open"}, "id"), ({"id": "1", "status": "open", "service": 7}, "service"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_name(body: dict[str, Any], path: str) -> None:
    with pytest.raises(BadPayload) as refused:
        told(**body)
    assert refused.value.path == path


def test_a_deployment_is_named_in_either_way() -> None:
    named = [told(id=1, status="open", deployment=text).fields for text in ("5f1c0e2a", "2.14.0", "")]
    assert [(each.get("commit"), each.get("version")) for each in named] == [
        ({"sha": "5f1c0e2a"}, None),
        (None, "2.14.0"),
        (None, None),
    ]
