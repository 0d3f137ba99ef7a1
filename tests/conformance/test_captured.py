"""What was really sent: none raises, each lands where it should, and every event is valid."""

import pytest

from tests.conformance import golden
from tests.conformance.captured import Captured, captured
from tests.conformance.golden import SOURCES

CAPTURED = list(captured())


def test_something_was_captured() -> None:
    assert len(CAPTURED) >= len(SOURCES), "no known message: is SHIPBELL_SAMPLES a folder of folders by source?"


@pytest.mark.parametrize("found", CAPTURED, ids=[found.name for found in CAPTURED])
def test_captured_message_lands_where_it_should(found: Captured) -> None:
    source = SOURCES[found.source]
    result = golden.outcome(source, found.message)
    types = {event["type"] for event in result.get("events", [])}
    assert {result["state"]} & set(found.lands) or (types and types <= set(found.lands)), result
    if types:
        drafts = source.parse(found.message)
        assert isinstance(drafts, list)
        for draft in drafts:
            golden.as_event(source, draft)
    if "/native_" in found.name:
        assert "SARIF" in result["reason"], "a foreign format is told to speak SARIF"
