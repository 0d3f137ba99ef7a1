"""What Datadog is told of an event, and what it is not."""

import re
from typing import Any

import pytest

from app.events.datadog import Unsaid, address, dora_call, news_call, points_call, tags
from app.kernel.clock import HOUR, MINUTE, SECOND

NOW = 1_795_341_600_000_000  # 2026-11-22T10:00:00Z
SHA = "66adc9350f2cc9b250b69abddab733dd55e1a588"


def deployment(**changes: Any) -> dict[str, Any]:
    view = {
        "id": "0" * 32,
        "type": "deployment.finished",
        "status": "succeeded",
        "subject": "deployment:lambda:eu-west-1:checkout:42",
        "source": "eventbridge",
        "platform": "lambda",
        "occurred_at": "2026-11-22T09:59:30.000000Z",
        "started_at": "2026-11-22T09:59:00.000000Z",
        "duration_seconds": 30.0,
        "service": "checkout",
        "environment": "prod",
        "owner": {"team": "storefront", "pod": "buy", "compliance_namespace": "pci", "git_project": "4711"},
        "version": "42",
        "commit": {"sha": SHA},
        "repository": {"full_name": "acme/checkout", "uuid": "u-1", "url": "https://git.example.com/acme/checkout"},
        "canonical": True,
    }
    return {name: value for name, value in (view | changes).items() if value is not None}


def incident(kind: str, **changes: Any) -> dict[str, Any]:
    named = {
        "type": f"incident.{kind}",
        "subject": "incident:opsgenie:i-1",
        "title": "checkout is down",
        "priority": "P1",
    }
    times = {"opened_at": "2026-11-22T07:00:00.000000Z", "status": None, "version": None, "commit": None}
    return deployment(**named, **times, **changes)


def attributes(view: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = dora_call(view).body["data"]["attributes"]
    return found


def test_tags_have_the_published_names() -> None:
    assert tags(deployment()) == [
        "service:checkout",
        "env:prod",
        "version:42",
        "team:storefront",
        "pod:buy",
        "event_type:deployment.finished",
        "status:succeeded",
        "dora4.component.type:lambda",
        "dora4.event.source:eventbridge",
        "dora4.environment:prod",
        "dora4.compliance.namespace:pci",
        "dora4.git.projectid:4711",
        "dora4.git.repository:acme/checkout",
    ]


def test_a_projects_number_is_without_its_host() -> None:
    repository = {"provider": "gitlab", "uuid": "gitlab.example.com/4711", "full_name": "acme/checkout"}
    assert "dora4.git.projectid:4711" in tags(deployment(repository=repository, owner={}))


def test_a_name_that_nobody_mapped_is_the_vendors_and_a_long_one_is_cut() -> None:
    found = tags({"service": "unmapped", "environment": "unmapped", "original": {"service": "x" * 400}})
    assert found == ["service:" + "x" * 192]


def test_a_deployment_that_is_live() -> None:
    call = dora_call(deployment())
    assert call.path == "/api/v2/dora/deployment"
    told = dict(attributes(deployment()))
    assert re.fullmatch(r"[A-Za-z0-9-_.:]{16,128}", told.pop("id"))
    assert told.pop("custom_tags") == tags(deployment())
    assert told == {
        "service": "checkout",
        "env": "prod",
        "team": "storefront",
        "version": "42",
        "started_at": 1_795_341_540_000_000_000,
        "finished_at": 1_795_341_570_000_000_000,
        "git": {"commit_sha": SHA, "repository_url": "https://git.example.com/acme/checkout"},
    }


def test_ids_are_the_same_for_all_news_of_one_thing_and_no_other() -> None:
    again = attributes(deployment(id="1" * 32, occurred_at="2026-11-22T09:59:31.000000Z"))
    assert attributes(deployment())["id"] == again["id"]
    assert attributes(deployment(subject="deployment:lambda:eu-west-1:checkout:43"))["id"] != again["id"]
    assert attributes(incident("opened"))["id"] == attributes(incident("resolved"))["id"]


def test_half_a_commit_is_none() -> None:
    assert "git" not in attributes(deployment(commit={"sha": SHA[:10]}))
    assert "git" not in attributes(deployment(repository={"full_name": "acme/checkout"}))


def test_an_incident_is_a_failure_that_ends_when_it_is_resolved() -> None:
    opened, resolved = attributes(incident("opened")), attributes(incident("resolved"))
    assert dora_call(incident("opened")).path == "/api/v2/dora/failure"
    assert (opened["services"], opened["name"], opened["severity"]) == (["checkout"], "checkout is down", "P1")
    assert "finished_at" not in opened
    assert resolved["finished_at"] - resolved["started_at"] == (3 * HOUR - 30 * SECOND) * 1000


@pytest.mark.parametrize(
    "view",
    [
        deployment(status="failed"),
        deployment(status=None),
        deployment(operation={"dry_run": True}),
        deployment(service="unmapped"),
        deployment(type="deployment.started"),
        incident("acknowledged"),
        incident("cancelled"),
        incident("opened", service="unmapped", owner={}),
        {"type": "shipbell.digest"},
    ],
)
def test_what_is_no_deployment_and_no_failure_is_not_told(view: dict[str, Any]) -> None:
    with pytest.raises(Unsaid) as unsaid:
        dora_call(view)
    assert unsaid.value.reason == "unsuitable"


def test_an_event_is_bounded_and_has_a_time_and_a_key() -> None:
    body = news_call(deployment(subject="s" * 300), "t" * 200, "x" * 9000, NOW).body
    assert (len(body["title"]), len(body["text"]), len(body["aggregation_key"])) == (100, 4000, 32)
    assert (body["date_happened"], body["alert_type"]) == (NOW // SECOND - 30, "success")
    assert news_call(deployment(status="failed"), "t", "", NOW).body["alert_type"] == "error"
    assert news_call(deployment(type="change.pushed", status=None), "", "", NOW).body["alert_type"] == "info"


@pytest.mark.parametrize(("age", "reason"), [(18 * HOUR, None), (18 * HOUR + MINUTE, "too_old"), (-HOUR, "too_old")])
def test_events_are_taken_for_18_hours(age: int, reason: str | None) -> None:
    assert reason_of(lambda: news_call(deployment(), "t", "x", NOW - 30 * SECOND + age)) == reason


@pytest.mark.parametrize(("age", "reason"), [(HOUR, None), (HOUR + SECOND, "too_old"), (-11 * MINUTE, "too_old")])
def test_points_are_taken_for_an_hour(age: int, reason: str | None) -> None:
    assert reason_of(lambda: points_call(deployment(), NOW - 30 * SECOND + age)) == reason


def reason_of(make: Any) -> str | None:
    try:
        make()
    except Unsaid as unsaid:
        return unsaid.reason
    return None


def test_points_count_and_measure() -> None:
    series = points_call(deployment(), NOW).body["series"]
    assert [(each["metric"], each["type"], each["points"]) for each in series] == [
        ("shipbell.deployments", 1, [{"timestamp": NOW // SECOND - 30, "value": 1}]),
        ("shipbell.deployment.duration", 3, [{"timestamp": NOW // SECOND - 30, "value": 30.0}]),
    ]
    (restored,) = points_call(incident("resolved"), NOW).body["series"]
    assert (restored["metric"], restored["points"][0]["value"]) == ("shipbell.incident.time_to_restore", 3 * 3600 - 30)
    assert reason_of(lambda: points_call(deployment(operation={"dry_run": True}), NOW)) == "unsuitable"
    assert reason_of(lambda: points_call(incident("acknowledged"), NOW)) == "unsuitable"


def test_a_site_is_https_and_a_proxy_is_as_it_is() -> None:
    assert address("datadoghq.eu", "/api/v1/events") == "https://api.datadoghq.eu/api/v1/events"
    assert address("127.0.0.1:8065", "/api/v1/events") == "http://127.0.0.1:8065/api/v1/events"
