"""Reports: what may be told, what may not, and with which path the first fault is named."""

from typing import Any

import orjson
import pytest

from app.events.reports import read_report
from app.kernel.errors import BadPayload

TYPES = {"deployment.finished", "gate.decided"}
GATE: dict[str, Any] = {"type": "gate.decided", "subject": "gate:fix-version:512", "gate": "fix-version"}


def report(*events: Any) -> bytes:
    return orjson.dumps({"schema": "shipbell.report/v1", "events": list(events)})


def test_an_event_keeps_what_is_told_and_hints_at_its_names() -> None:
    told = {**GATE, "service": "checkout", "environment": "qa", "repository": {"full_name": "acme/checkout"}}
    told |= {"commit": {"message": "SHOP-17 round once"}, "key": "second", "occurred_at": "2026-11-22T10:00:00+01:00"}
    (draft,) = read_report(report(told), TYPES)
    assert (draft.type, draft.subject, draft.identity, draft.state) == (
        "gate.decided", GATE["subject"], GATE["subject"], "second")  # fmt: skip
    assert draft.hints.service == (("name", "checkout"), ("repository", "acme/checkout"))
    assert draft.hints.environment == (("name", "qa"),)
    assert draft.texts == ("SHOP-17 round once",)
    assert draft.fields["gate"] == "fix-version"
    assert draft.occurred_at is not None
    assert draft.occurred_at.isoformat() == "2026-11-22T09:00:00+00:00"


@pytest.mark.parametrize(
    ("event", "path"),
    [
        ({**GATE, "type": "pipeline.finished"}, "events.0.type"),
        ({**GATE, "type": "gate.asked"}, "events.0.type"),
        ({**GATE, "verdict": "perhaps"}, "events.0.verdict"),
        ({**GATE, "receipt": "0" * 32}, "events.0.receipt"),
        ({**GATE, "owner": {"team": "storefront"}}, "events.0.owner"),
        ({**GATE, "gait": "x"}, "events.0.gait"),
        ({**GATE, "subject": ""}, "events.0.subject"),
        ({**GATE, "subject": "x" * 301}, "events.0.subject"),
        ({**GATE, "occurred_at": "yesterday"}, "events.0.occurred_at"),
        ("gate.decided", "events.0"),
    ],
)
def test_the_first_fault_is_named(event: Any, path: str) -> None:
    with pytest.raises(BadPayload) as caught:
        read_report(report(event), TYPES)
    assert path in str(caught.value)


@pytest.mark.parametrize("body", [b"[]", b'{"events":[]}', b'{"schema":"shipbell.report/v1"}', report(*[GATE] * 1001)])
def test_what_is_no_report_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload):
        read_report(body, TYPES)
