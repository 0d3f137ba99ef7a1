"""Whatever becomes a CDEvent is one by its schema, and the rest says why it does not."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from app.events import EVENT_TYPES
from app.events.cdevents import MAKERS, Join, Why, cdevent
from app.events.cdevents.event import TYPES
from tests.events.cdevents.views import REPOSITORY, SHA, View, rollout, samples, told, view
from tests.tools.cdevents import faults, needs_schemas, types

TICKETS = [{"key": "S-1", "url": "https://jira.example.com/browse/S-1"}]


def made(of: View, join: Join = Join()) -> dict[str, Any]:  # noqa: B008
    found = cdevent(of, join)
    assert not isinstance(found, Why), found
    return found


def without_one(of: Any) -> Iterator[Any]:
    """The view without each of its fields, at any depth."""
    for key in of if isinstance(of, dict) else ():
        yield {name: value for name, value in of.items() if name != key}
        for smaller in without_one(of[key]):
            yield of | {key: smaller}


@needs_schemas
def test_every_type_that_we_write_has_a_schema_and_asks_what_that_requires() -> None:
    assert {f"dev.cdevents.{kind}.{version}" for kind, (version, _) in TYPES.items()} <= types()


@needs_schemas
def test_every_sample_and_every_told_event_fits_its_schema() -> None:
    found = [cdevent(each) for each in [*samples().values(), *told()]]
    written = [each for each in found if not isinstance(each, Why)]
    assert [faults(each) for each in written if faults(each)] == []
    kinds = {each["context"]["type"].removeprefix("dev.cdevents.").rsplit(".", 3)[0] for each in written}
    assert kinds == set(TYPES)
    assert all(not isinstance(cdevent(each), Why) for each in told())


@needs_schemas
def test_whatever_field_is_missing_it_fits_or_is_left_out() -> None:
    needed = {"id", "type", "source", "subject", "occurred_at", "service"}  # every event has these
    tried = 0
    for whole in [*samples().values(), *told()]:
        for less in without_one(whole):
            if needed <= less.keys():
                found = cdevent(less)
                tried += 1
                assert isinstance(found, Why) or faults(found) == [], (less, found)
    assert tried > 1000


@needs_schemas
def test_the_schemas_find_something() -> None:
    broken = copy.deepcopy(made(rollout()))
    broken["context"]["source"] = "späße"
    broken["context"]["links"][0]["target"] = {"domainId": "cdevents:v0:x"}
    del broken["subject"]["content"]["artifactId"]
    assert len(faults(broken)) == 3


def test_types_without_a_word_are_known() -> None:
    unsaid = {"deployment.started", "deployment.health_changed", "environment.observed", "version.released",
              "security.vulnerability_changed", "incident.acknowledged", "incident.unacknowledged",
              "incident.reopened", "incident.cancelled", "ticket.deleted"}  # fmt: skip
    assert {name for name in EVENT_TYPES if name not in MAKERS and not name.startswith("shipbell.")} == unsaid
    assert {cdevent(view(name)) for name in unsaid} == {Why.NO_TYPE}


def test_it_is_the_same_whenever_it_is_made_and_holds_what_cdevents_cannot_say() -> None:
    one = made(rollout(healthy=True))
    assert one == made(rollout(healthy=True))
    assert one["context"]["id"] == rollout()["id"]
    assert one["context"]["source"] == "/shipbell/argocd/prod%20eu"
    assert one["context"]["timestamp"] == "2026-11-22T10:00:00.000000Z"
    assert one["customDataContentType"] == "application/json"
    assert one["customData"]["shipbell"] == rollout(healthy=True)
    assert one["customData"]["deployment.environment.name"] == "prod"


def test_a_deployment_is_about_the_service_in_its_environment() -> None:
    its = made(rollout())
    assert its["context"]["type"] == "dev.cdevents.service.deployed.0.3.0"
    assert its["subject"] == {
        "id": "checkout",
        "source": "/shipbell",
        "content": {
            "environment": {"id": "prod", "source": "/shipbell"},
            "artifactId": "pkg:oci/checkout?repository_url=registry.example.com%3A5000/acme/Checkout&tag=1.43.0",
        },
    }
    assert made(rollout(rollback=True))["context"]["type"] == "dev.cdevents.service.rolledback.0.3.0"


def test_a_name_that_the_estate_does_not_know_is_the_vendors_as_the_vendors() -> None:
    its = made(rollout(service="unmapped", environment="unmapped", original={"service": "a", "environment": "b"}))
    assert its["subject"]["id"] == "a"
    assert its["subject"]["source"] == "/shipbell/argocd/prod%20eu"
    assert its["subject"]["content"]["environment"] == {"id": "b", "source": "/shipbell/argocd/prod%20eu"}


def test_a_deployment_that_failed_is_a_run_that_failed() -> None:
    its = made(rollout(status="failed", error="no quota", links={"argocd": "https://argocd.example.com/a"}))
    assert its["context"]["type"] == "dev.cdevents.pipelinerun.finished.0.3.0"
    assert its["subject"]["content"] == {
        "pipelineName": "checkout", "uri": "https://argocd.example.com/a", "outcome": "failure", "errors": "no quota",
    }  # fmt: skip
    assert its["customData"]["deployment.status"] == "failed"
    assert made(rollout(status="stopped"))["subject"]["content"]["outcome"] == "cancel"


@pytest.mark.parametrize(
    ("left_out", "why"),
    [
        (rollout(canonical=False), Why.EVIDENCE),
        (rollout(operation={"dry_run": True}), Why.NOTHING_NEW),
        (rollout(operation={"partial": True}), Why.NOTHING_NEW),
        (rollout(status="superseded"), Why.NO_OUTCOME),
        (rollout(environment=None), Why.INCOMPLETE),
        (rollout(images=[], version=None, commit=None), Why.INCOMPLETE),
        (rollout(service="unmapped"), Why.INCOMPLETE),
        (view("pipeline.finished", status="waiting"), Why.NO_OUTCOME),
        (view("pipeline.started", build={"name": "build"}), Why.INCOMPLETE),
        (view("change.pushed", ref_kind="branch"), Why.NO_TYPE),
        (view("change.pushed", ref_kind="tag", created=True), Why.NO_TYPE),
        (view("incident.opened", environment=None), Why.INCOMPLETE),
        (view("security.scan_finished", status="error"), Why.NO_OUTCOME),
        (view("tests.finished", status="unknown"), Why.NO_OUTCOME),
        (view("tests.finished", status="failed", environment=None), Why.INCOMPLETE),
        (view("ticket.updated", ticket={"key": "S-1", "restricted": True}, tickets=TICKETS), Why.RESTRICTED),
        (view("ticket.updated", ticket={"key": "S-2"}, tickets=TICKETS), Why.INCOMPLETE),
        (view("gate.decided", gate="freeze", verdict="unknown"), Why.NO_OUTCOME),
        (view("gate.decided", gate="freeze", verdict="allow"), Why.INCOMPLETE),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_left_out_with_the_reason(left_out: View, why: Why) -> None:
    assert cdevent(left_out) is why


def test_a_change_that_is_merged() -> None:
    asked = {"id": 87, "title": "Keep the card", "draft": True, "target_branch": "main"}
    for news, word in (("opened", "created.0.4.0"), ("updated", "updated.0.3.0"), ("merged", "merged.0.3.0"),
                       ("declined", "abandoned.0.3.0")):  # fmt: skip
        its = made(view(f"pull_request.{news}", pull_request=asked, repository=REPOSITORY, source="bitbucket"))
        assert its["context"]["type"] == f"dev.cdevents.change.{word}"
        assert its["subject"]["content"]["repository"]["id"] == "acme/checkout"
        assert its["subject"]["content"].get("description") == ("Keep the card" if news == "opened" else None)


def test_a_branch_that_comes_and_goes() -> None:
    for how in ("created", "deleted"):
        its = made(view("change.pushed", ref="main", ref_kind="branch", repository=REPOSITORY, **{how: True}))
        assert its["context"]["type"] == f"dev.cdevents.branch.{how}.0.3.0"


def test_a_gate_answers_by_itself_unless_somebody_went_past_it() -> None:
    page = {"pipeline": "https://ci.example.com/1"}
    by_gate = made(view("gate.decided", gate="go / no go", verdict="block", links=page))["subject"]["content"]
    assert (by_gate["responder"], by_gate["decision"]) == ("urn:shipbell:gate:go%20%2F%20no%20go", "rejected")
    assert by_gate["approvalDetailsUrl"] == f"/api/v1/events/{'a6' * 16}"
    past = made(view("gate.decided", gate="freeze", verdict="block", bypassed_by="Ines", links=page))
    assert past["subject"]["content"] | page == {
        "approvalDetailsUrl": f"/api/v1/events/{'a6' * 16}", "resourceTargetUrl": page["pipeline"],
        "responder": "urn:shipbell:person:Ines", "decision": "approved", "status": "approved", **page,
    }  # fmt: skip


def test_an_incident_with_a_page_is_reported_one_without_detected() -> None:
    page = "https://acme.example.com/i/1"
    assert made(view("incident.opened"))["context"]["type"].split(".")[3] == "detected"
    its = made(view("incident.opened", url=page, commit={"sha": SHA}))
    assert its["context"]["type"].split(".")[3] == "reported"
    assert its["subject"]["content"]["ticketURI"] == page
    assert its["subject"]["content"]["service"] == {"id": "checkout", "source": "/shipbell"}
    assert its["subject"]["content"]["artifactId"] == f"pkg:generic/checkout@{SHA}"
    assert made(view("incident.resolved", url=page))["context"]["type"].split(".")[3] == "resolved"
