"""Every room of the sources corridor: documented, with samples that give their golden events, and true to its types."""

import json

import pytest

from app.events import EVENT_TYPES
from app.kernel.samples import sample_names
from app.sources import Source
from tests.conformance import golden
from tests.conformance.golden import SOURCES

each_source = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
each_sample = pytest.mark.parametrize(
    ("source", "name"), [pytest.param(SOURCES[s], n, id=f"{s}/{n}") for s, n in golden.all_samples()]
)


def test_there_are_rooms() -> None:
    assert "bitbucket" in SOURCES


@each_source
def test_room_is_documented_and_has_samples(source: Source) -> None:
    readme = (golden.folder(source) / "README.md").read_text(encoding="utf-8")
    assert len(readme.split()) > 150, "a README says how to set it up at the vendor, and what is lossy"
    assert source.title in readme
    assert sample_names(golden.room(source))
    assert source.door in ("hook", "api", "inside")


@each_source
def test_types_are_those_of_the_samples(source: Source) -> None:
    seen = set()
    for name in sample_names(golden.room(source)):
        sample = golden.sample_of(source, name)
        result = golden.outcome(source, golden.inbound(source, sample.headers, sample.body))
        seen |= {event["type"] for event in result.get("events", [])}
    assert seen == source.types
    assert source.types <= EVENT_TYPES.keys()


@each_source
def test_no_golden_without_its_sample(source: Source) -> None:
    goldens = {path.stem for path in (golden.folder(source) / "samples").glob("*.json")}
    assert goldens == set(sample_names(golden.room(source)))


@each_sample
def test_sample_is_a_request_to_its_own_door(source: Source, name: str) -> None:
    sample = golden.sample_of(source, name)
    door = {"api": "/api/v1/", "inside": "/inside/"}.get(source.door, f"/hooks/{source.name}")
    assert sample.method == "POST"
    assert sample.path.startswith(door)
    assert "content-type" in sample.headers
    assert not {"x-hub-signature", "authorization", "webhook-signature"} & sample.headers.keys()
    golden.inbound(source, sample.headers, sample.body)
    assert {header for header in source.keeps if header != header.lower()} == set()


@each_sample
def test_sample_gives_its_golden_events(source: Source, name: str, golden_update: bool) -> None:
    sample = golden.sample_of(source, name)
    message = golden.inbound(source, sample.headers, sample.body)
    result = golden.outcome(source, message)
    path = golden.folder(source) / "samples" / f"{name}.json"
    if golden_update:
        golden.write_golden(path, result)
    assert result == json.loads(path.read_text(encoding="utf-8"))
    assert golden.outcome(source, message) == result, "the same message twice gives the same events"


@each_sample
def test_drafts_of_a_sample_are_events(source: Source, name: str) -> None:
    sample = golden.sample_of(source, name)
    message = golden.inbound(source, sample.headers, sample.body)
    if golden.outcome(source, message)["state"] != "processed":
        return
    drafts = source.parse(message)
    assert isinstance(drafts, list)
    assert drafts, "nothing to say is Ignored, with a reason"
    for draft in drafts:
        assert golden.as_event(source, draft).type == draft.type
    keys = [(d.identity, d.type, d.state, d.occurred_at) for d in drafts]
    assert len(set(keys)) == len(keys), "two drafts of one message with the same id"


@each_sample
def test_dedupe_names_the_delivery(source: Source, name: str) -> None:
    sample = golden.sample_of(source, name)
    key = source.dedupe(golden.inbound(source, sample.headers, sample.body))
    assert key is None or (isinstance(key, str) and 0 < len(key) <= 200)
    assert source.dedupe(golden.inbound(source, {}, b"not json")) is None, "without a name, the body's hash is the key"
