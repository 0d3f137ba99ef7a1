"""Messages of a mapped source: an event, a reason, or BadPayload, whatever comes."""

from typing import Any

import orjson
import pytest

from app.estate import Estate, load_estate
from app.kernel.errors import BadPayload
from app.kernel.yaml import load
from app.sources import Ignored, Inbound, Source
from tests.conformance.mutate import drifted
from tests.mapped.conftest import EXAMPLE

SAMPLES: list[dict[str, Any]] = load(EXAMPLE, "deployer.yaml").value["samples"]
RELEASE: dict[str, Any] = SAMPLES[0]["body"]
NOW = 1_795_400_000_000_000


def message(body: Any, **headers: str) -> Inbound:
    return Inbound({name.replace("_", "-"): value for name, value in headers.items()}, orjson.dumps(body))


@pytest.fixture(scope="module")
def estate() -> Estate:
    places = "services: {checkout: {}}\nenvironments: {prod: {tier: production, aliases: [live]}}\n"
    return load_estate([load(places + "labels: {owner: {pod: pod}}", "estate.yaml")])


def test_a_message_is_an_event_with_our_names(deployer: Source, estate: Estate) -> None:
    (draft,) = deployer.parse(message(RELEASE))  # type: ignore[misc]
    event = estate.event(draft, source="deployer", receipt="r", received_at=NOW)
    assert (event.service, event.environment, event.version) == ("checkout", "prod", "1.43.0")
    assert event.owner
    assert event.owner.pod == "buy"


def test_the_first_path_that_leads_somewhere_counts(deployer: Source) -> None:
    release = {**RELEASE["release"], "ended": None, "updated": "2026-11-22T08:00:00Z"}
    (draft,) = deployer.parse(message({"kind": "release", "release": release}))
    assert draft.occurred_at.isoformat() == "2026-11-22T08:00:00+00:00"
    assert "finished_at" not in draft.fields


def test_an_empty_text_leads_nowhere(deployer: Source) -> None:
    release = {**RELEASE["release"], "ended": "", "updated": "2026-11-22T08:00:00Z"}
    (draft,) = deployer.parse(message({"kind": "release", "release": release}))
    assert draft.occurred_at.isoformat() == "2026-11-22T08:00:00+00:00"


def test_another_outcome_of_the_same_thing_is_other_news(deployer: Source, estate: Estate) -> None:
    timeless = {**RELEASE["release"], "ended": None, "updated": None}
    ids = set()
    for state in ("done", "broken", "broken"):
        (draft,) = deployer.parse(message({"kind": "release", "release": {**timeless, "state": state}}))
        ids.add(estate.event(draft, source="deployer", receipt="r", received_at=NOW).id)
    assert len(ids) == 2


def test_a_condition_on_a_header_and_on_one_of_several_values(deployer: Source) -> None:
    alarm = SAMPLES[2]["body"]
    assert isinstance(deployer.parse(message(alarm, x_deployer_event="alarm")), list)
    assert deployer.parse(message(alarm)) == Ignored("unused_type")
    lower = {"alarm": {**alarm["alarm"], "level": 3}}
    assert deployer.parse(message(lower, x_deployer_event="alarm")) == Ignored("unused_type")


def test_a_subject_has_to_be_there(deployer: Source) -> None:
    with pytest.raises(BadPayload, match=r"release\.id: is missing"):
        deployer.parse(message({"kind": "release", "release": {"state": "done"}}))


def test_a_repeat_is_told_by_its_name(deployer: Source) -> None:
    first, other = deployer.dedupe(message(RELEASE)), deployer.dedupe(message({**RELEASE, "delivery": "d-2"}))
    assert first == deployer.dedupe(message({"delivery": "d-1"}))
    assert first != other
    assert deployer.dedupe(message({})) is None
    assert deployer.dedupe(Inbound({}, b"not json")) is None


def test_F14_whatever_drifts_gives_a_valid_event_or_is_refused(deployer: Source, estate: Estate) -> None:
    for what, document in drifted(RELEASE):
        try:
            parsed = deployer.parse(message(document))
            for draft in () if isinstance(parsed, Ignored) else parsed:
                estate.event(draft, source="deployer", receipt="r", received_at=NOW)
        except BadPayload:
            continue
        except Exception as error:
            pytest.fail(f"{what}: {error!r}")
