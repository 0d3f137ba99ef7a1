"""CloudEvents in all their forms say the same thing, and what cannot be read is refused with its place."""

import base64
from typing import Any

import orjson
import pytest

from app.events.cdevents import cdevent
from app.kernel.errors import BadPayload
from app.sources import Ignored, Inbound
from app.sources.cloudevents import SOURCE, parse
from app.sources.cloudevents.purl import image, version
from tests.conformance.golden import sample_of
from tests.events.cdevents.views import rollout

TOLD: dict[str, Any] = orjson.loads(sample_of(SOURCE, "service-deployed").body)
JSON = {"content-type": "application/json"}
BINARY = {**JSON, "ce-specversion": "1.0", "ce-id": TOLD["id"], "ce-source": "/ci%2Ftekton", "ce-type": TOLD["type"]}


def message(body: Any, headers: dict[str, str] = JSON) -> Inbound:
    return Inbound(headers, orjson.dumps(body))


def test_every_form_says_the_same() -> None:
    event = TOLD["data"]
    encoded = {**TOLD, "data": None, "data_base64": base64.b64encode(orjson.dumps(event)).decode()}
    forms = [message(TOLD), message(encoded), message(event, BINARY), message(event)]
    (first, *others) = [parse(form) for form in forms]
    assert isinstance(first, list)
    assert [other == first for other in others] == [True] * 3
    keys = [SOURCE.dedupe(form) for form in forms]
    assert None not in keys
    assert keys == [keys[0]] * 4


def test_a_thing_is_known_by_who_gave_it_its_id_whoever_tells_of_it() -> None:
    def subject(teller: str, giver: str | None) -> str:
        event = TOLD["data"]
        its = {"id": "run-7", "source": giver, "content": {"pipelineName": "checkout", "outcome": "success"}}
        kind = {**event["context"], "type": "dev.cdevents.pipelinerun.finished.0.2.0", "source": teller}
        (draft,) = parse(message({"context": kind, "subject": its}))
        return str(draft.subject)

    assert subject("/relay", "/tekton") == subject("/tekton", None) == "build:cloudevents:/tekton:run-7"
    assert subject("/relay", None) == "build:cloudevents:/relay:run-7"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({**TOLD, "data": "text"}, "data"),
        ({**TOLD, "data": None, "data_base64": "%%"}, "data_base64"),
        ({**TOLD, "type": 7}, "type"),
        ({"hello": 1}, "specversion"),
        (
            {**TOLD, "data": {**TOLD["data"], "subject": {"id": "checkout", "content": {"artifactId": "a"}}}},
            "environment",
        ),
        ({**TOLD, "data": {**TOLD["data"], "subject": {"id": "", "content": {}}}}, "subject.id"),
        ({**TOLD, "data": {**TOLD["data"], "context": {**TOLD["data"]["context"], "type": "x"}}}, "context.type"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(body: Any, where: str) -> None:
    with pytest.raises(BadPayload, match=where):
        parse(message(body))


BATCH = {"content-type": "application/cloudevents-batch+json; charset=utf-8"}


def test_a_batch_is_what_its_events_are_each_by_itself() -> None:
    other = {**TOLD, "id": "another", "data": {**TOLD["data"], "context": {**TOLD["data"]["context"], "id": "another"}}}
    foreign = {**TOLD, "type": "com.example.something"}
    each = [parse(message(one)) for one in (TOLD, other)]
    assert parse(message([TOLD, foreign, other], BATCH)) == [*each[0], *each[1]]  # type: ignore[misc]
    assert parse(message([foreign], BATCH)) == Ignored("unused_type")
    assert parse(message([], BATCH)) == Ignored("no_news")
    keys = [SOURCE.dedupe(message(some, BATCH)) for some in ([TOLD, other], [other, TOLD], [TOLD], [], [{"id": 7}])]
    assert keys[3:] == [None, None]
    assert len(set(keys)) == 4


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ([TOLD, {**TOLD, "data": "text"}], r"^\[1\]: data"),
        ([TOLD, 7], r"^\[1\]: "),
        (TOLD, "list"),
        ([TOLD] * 1001, "1000"),
    ],
)
def test_a_batch_that_does_not_fit_is_refused_with_its_place(body: Any, where: str) -> None:
    with pytest.raises(BadPayload, match=where):
        parse(message(body, BATCH))


def test_what_came_this_way_before_is_not_told_again() -> None:
    again = {**TOLD["data"], "context": {**TOLD["data"]["context"], "source": "/shipbell/cloudevents/x"}}
    assert parse(message(again)) == Ignored("own_news")


def test_another_shipbell_is_understood() -> None:
    (draft,) = parse(message(cdevent(rollout())))  # type: ignore[misc]
    assert (draft.type, draft.status, draft.fields["version"]) == ("deployment.finished", "succeeded", "1.43.0")
    assert draft.hints.service == (("name", "checkout"),)


@pytest.mark.parametrize(
    ("purl", "called", "running"),
    [
        ("pkg:oci/a@sha256%3A0b?repository_url=r.example.com/x/a&tag=1.2", "1.2", "r.example.com/x/a:1.2@sha256:0b"),
        ("pkg:oci/a@sha256%3A0b", None, "a@sha256:0b"),
        ("pkg:docker/acme/a@1.2", "1.2", "acme/a:1.2"),
        ("pkg:generic/checkout@1.43", "1.43", None),
        ("checkout", None, None),
        ("", None, None),
    ],
)
def test_a_package_url_names_version_and_image(purl: str, called: str | None, running: str | None) -> None:
    assert (version(purl), image(purl)) == (called, running)
