"""What was really sent: none raises, each lands where it should, and every event is valid."""

import pytest

from tests.conformance import golden
from tests.conformance.captured import Captured, captured
from tests.conformance.folder import captured_folder
from tests.conformance.golden import SOURCES

CAPTURED = list(captured())


@pytest.mark.parametrize("found", CAPTURED, ids=[found.name for found in CAPTURED])
def test_captured_message_lands_where_it_should(found: Captured) -> None:
    source = SOURCES[found.source]
    result = golden.outcome(source, found.message)
    assert result["state"] in found.states, result
    if result["state"] == "processed":
        drafts = source.parse(found.message)
        assert isinstance(drafts, list)
        for draft in drafts:
            golden.as_event(source, draft)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(found, expected, id=found.name)
        for found in CAPTURED
        for part, expected in (
            ("repo.push--", "change.pushed"),
            ("inprogress", "pipeline.started"),
            ("pipelines-successful", "pipeline.finished"),
            ("external-ci", "pipeline.finished"),
            ("pullrequest.created", "pull_request.opened"),
            ("pullrequest.updated", "pull_request.updated"),
            ("pullrequest.fulfilled", "pull_request.merged"),
            ("pullrequest.rejected", "pull_request.declined"),
        )
        if found.source == "bitbucket" and part in found.name
    ],
)
def test_captured_bitbucket_message_is_of_its_type(found: Captured, expected: str) -> None:
    events = golden.outcome(SOURCES["bitbucket"], found.message)["events"]
    assert {event["type"] for event in events} == {expected}


def test_foreign_formats_are_told_to_speak_sarif() -> None:
    for found in CAPTURED:
        if "/native_" in found.name:
            assert "SARIF" in golden.outcome(SOURCES[found.source], found.message)["reason"], found.name


def test_something_was_read() -> None:
    """Where nothing was captured, the rooms' own samples stand in for it: this suite never passes by emptiness."""
    if captured_folder() is not None:
        assert CAPTURED, f"no known message in {captured_folder()}"
    own = [golden.sample_of(SOURCES[source], name) for source, name in golden.all_samples()]
    assert len(own) >= len(SOURCES)
    assert all(sample.body for sample in own)
