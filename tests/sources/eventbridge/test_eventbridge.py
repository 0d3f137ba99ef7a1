"""The traps of Lambda's calls and of ECS's deployments."""

import json
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.samples import load_sample
from app.sources import Ignored, Inbound
from app.sources.eventbridge import SOURCE, dedupe
from app.sources.eventbridge.functions import function_name
from app.sources.eventbridge.identity import Identity, actor


def body_of(sample: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(load_sample("app.sources.eventbridge", sample).body)
    return body


def told(body: dict[str, Any]) -> Draft | Ignored:
    found = SOURCE.parse(Inbound({}, json.dumps(body).encode()))
    return found if isinstance(found, Ignored) else found[0]


def sample(name: str, **detail: Any) -> Draft:
    body = body_of(name)
    body["detail"] |= detail
    found = told(body)
    assert isinstance(found, Draft)
    return found


@pytest.mark.parametrize(
    "said",
    [
        "checkout-prod", "checkout-prod:7", "checkout-prod:live", "111122223333:function:checkout-prod",
        "arn:aws:lambda:eu-west-1:111122223333:function:checkout-prod",
        "arn:aws-cn:lambda:cn-north-1:111122223333:function:checkout-prod:$LATEST",
    ],
)  # fmt: skip
def test_a_function_has_one_name(said: str) -> None:
    assert function_name(said) == "checkout-prod"


def test_versions_differ_where_the_code_does() -> None:
    published, hidden = sample("lambda-published"), sample("lambda-unpublished")
    assert (published.fields["version"], hidden.fields["version"]) == ("42+ABCDEF12", "ABCDEF12")
    other = sample("lambda-unpublished", responseElements={"version": "$LATEST", "codeSha256": "AAECAw=="})
    assert other.fields["version"] == "00010203"
    assert "version" not in sample("lambda-unpublished", responseElements={"version": "$LATEST"}).fields


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("r.example.com:5000/shop/basket:1.4.2", "1.4.2"),
        ("r.example.com/shop/basket:latest", "7+ABCDEF12"),
        ("r.example.com/shop/basket@sha256:" + "a" * 64, "7+ABCDEF12"),
    ],
)
def test_a_tag_is_a_version_unless_it_moves(image: str, version: str) -> None:
    draft = sample("lambda-image", requestParameters={"functionName": "basket-prod", "imageUri": image})
    assert (draft.fields["version"], draft.fields["images"]) == (version, [image])


def test_a_failed_call_is_an_attempt_and_a_dry_run_is_nothing() -> None:
    failed = sample("lambda-failed")
    assert (failed.status, "version" in failed.fields) == ("failed", False)
    assert failed.fields["error"].startswith("ResourceConflictException: ")
    assert told(body_of("lambda-dry-run")) == Ignored("dry_run")
    assert told(body_of("lambda-configuration")) == Ignored("unused_type")


def test_several_functions_of_a_release_are_several_deployments() -> None:
    one = sample("lambda-published")
    two = sample("lambda-published", eventID="another", requestParameters={"functionName": "checkout-worker"})
    assert one.subject != two.subject
    assert one.identity != two.identity


def test_a_rollback_goes_back_to_the_revision_that_its_reason_names() -> None:
    began, done = sample("ecs-in-progress"), sample("ecs-completed")
    assert began.subject == done.subject
    assert "rollback" not in began.fields | done.fields
    back, restored = sample("ecs-rolls-back"), sample("ecs-rolled-back")
    assert back.subject == restored.subject != done.subject
    assert {each.fields["revision"] for each in (began, done, back, restored)} == {"ecs-svc/4921098766442198653"}
    assert (back.fields["rollback"], restored.fields["rollback"]) == (True, True)
    silent = sample("ecs-completed", reason="ECS deployment deploymentID completed.")
    assert silent.fields["revision"] == "ecs-svc/4921098766442198653"


def test_a_change_is_dated_by_the_event_and_only_without_that_by_its_own_word() -> None:
    body = body_of("ecs-in-progress")
    body["detail"]["updatedAt"] = "2026-11-22T11:00:00Z"
    first = told(body | {"time": "2026-11-22T10:00:00Z"})
    second = told(body | {"time": None})
    assert isinstance(first, Draft)
    assert isinstance(second, Draft)
    assert (str(first.occurred_at), str(second.occurred_at)) == (
        "2026-11-22 10:00:00+00:00",
        "2026-11-22 11:00:00+00:00",
    )


def test_going_back_under_the_old_id_is_no_second_beginning() -> None:
    body = body_of("ecs-rolls-back")
    body["detail"]["deploymentId"] = "ecs-svc/4921098766442198653"
    assert told(body) == Ignored("rolls_back")


@pytest.mark.parametrize(
    ("arn", "named"),
    [
        ("arn:aws:ecs:eu-west-1:111122223333:service/shop-prod/basket", ("basket", "shop-prod")),
        ("arn:aws:ecs:eu-west-1:111122223333:service/basket", ("basket", None)),
    ],
)
def test_old_names_of_services_have_no_cluster(arn: str, named: tuple[str, str | None]) -> None:
    found = told(body_of("ecs-completed") | {"resources": [arn]})
    assert isinstance(found, Draft)
    assert (found.hints.service[0][1], found.fields.get("target", {}).get("cluster")) == named


def test_an_event_without_a_service_is_refused() -> None:
    for resources in ([], [7], ["arn:aws:s3:::acme"]):
        with pytest.raises(BadPayload, match="resources"):
            told(body_of("ecs-completed") | {"resources": resources})


def test_repeats_are_told_by_the_id_and_an_empty_one_is_none() -> None:
    body = body_of("lambda-published")
    once = dedupe(Inbound({}, json.dumps(body).encode()))
    assert once == dedupe(Inbound({}, json.dumps(body | {"time": "x"}).encode())) is not None
    assert dedupe(Inbound({}, json.dumps(body | {"id": ""}).encode())) is None
    assert once != dedupe(Inbound({}, json.dumps(body | {"id": "another"}).encode()))


def test_an_event_of_kubernetes_is_evidence_and_the_account_may_name_the_environment() -> None:
    body = body_of("kubernetes-event")
    draft = told(body | {"account": "111122223333"})
    assert isinstance(draft, Draft)
    assert draft.fields["canonical"] is False
    assert draft.hints.environment[-1] == ("name", "111122223333")
    assert told(body | {"detail": {"message": "hello"}}) == Ignored("unused_type")
    assert told(body | {"source": "aws.eks"}) == Ignored("unused_type")


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ({"type": "IAMUser", "userName": "ines"}, ("ines", "human")),
        (
            {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/sso/ines@example.com"},
            ("ines@example.com", "human"),
        ),
        (
            {
                "type": "AssumedRole",
                "arn": "arn:aws:sts::1:assumed-role/ci/build-7",
                "sessionContext": {"sessionIssuer": {"userName": "ci"}},
            },
            ("ci", "bot"),
        ),
        (
            {"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"},
            ("cloudformation.amazonaws.com", "system"),
        ),
    ],
)
def test_who_did_it(who: dict[str, Any], expected: tuple[str, str]) -> None:
    found = actor(Identity.model_validate(who))
    assert found is not None
    assert (found["name"], found["kind"]) == expected
    assert actor(None) is None
    assert actor(Identity()) is None
