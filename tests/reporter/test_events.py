import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.events.reports import read_report
from app.reporter.events import Report, Said, report_of
from app.reporter.surroundings import read_surroundings
from app.sources.reports import TYPES
from tests.reporter.conftest import BITBUCKET, GITLAB

NOW = 1_790_000_000_000_000
AFTER = {**BITBUCKET, "BITBUCKET_EXIT_CODE": "127"}


def report(variables: dict[str, str], kind: str, now: int = NOW, **said: str) -> Report:
    made = report_of(Said(kind, **said).cleaned(), read_surroundings(variables), now)
    read_report(made.bytes(), TYPES)
    return made


def event(variables: dict[str, str], kind: str, **said: str) -> dict[str, Any]:
    (found,) = report(variables, kind, **said).body["events"]
    return dict(found)


def test_a_deployment_in_bitbucket() -> None:
    repository = {
        "provider": "bitbucket",
        "full_name": "acme/checkout",
        "uuid": "{c6a1f7d0-1111-4222-8333-944455566677}",
        "url": "https://bitbucket.org/acme/checkout",
    }
    build = "https://bitbucket.org/acme/checkout/pipelines/results/512"
    commit = "https://bitbucket.org/acme/checkout/commits/4f0c2b9e61d7a8835be04d1c9a7f32e6508bd1c4"
    assert event(AFTER, "deployment", version="2.14.0", message="no image", namespace="shop") == {
        "type": "deployment.finished",
        "status": "failed",
        "subject": "deployment:reporter:{c6a1f7d0-1111-4222-8333-944455566677}:512:qa::1",
        "environment": "qa",
        "repository": repository,
        "commit": {"sha": BITBUCKET["BITBUCKET_COMMIT"], "branch": "feature/shop-12-pay-later", "url": commit},
        "build": {"number": 512, "url": build, "ref": "feature/shop-12-pay-later", "ref_kind": "branch"},
        "links": {"pipeline": build, "commit": commit},
        "platform": "reporter",
        "version": "2.14.0",
        "error": "no image",
        "target": {"namespace": "shop"},
        "occurred_at": "2026-09-21T14:13:20.000000Z",
    }


def test_beginning_and_end_are_of_one_subject_and_a_re_run_is_of_another() -> None:
    again = {**AFTER, "BITBUCKET_STEP_RUN_NUMBER": "2"}
    subjects = [event(each, "deployment")["subject"] for each in (BITBUCKET, AFTER, again)]
    assert subjects[0] == subjects[1] != subjects[2]


def test_one_key_over_all_tries_and_another_for_each_phase_run_and_place() -> None:
    assert report(AFTER, "deployment").key == report(AFTER, "deployment", NOW + 5_000_000).key
    others = [
        report(BITBUCKET, "deployment"),
        report({**AFTER, "BITBUCKET_STEP_RUN_NUMBER": "2"}, "deployment"),
        report({**AFTER, "BITBUCKET_STEP_UUID": "{9}"}, "deployment"),
        report({**AFTER, "BITBUCKET_BUILD_NUMBER": "513"}, "deployment"),
        report({**AFTER, "BITBUCKET_REPO_UUID": "{other}"}, "deployment"),
        report(AFTER, "deployment", environment="prod"),
        report(AFTER, "deployment", service="basket"),
        report(AFTER, "pipeline"),
    ]
    assert len({each.key for each in (*others, report(AFTER, "deployment"))}) == 9
    assert max(len(each.key) for each in others) <= 100


def test_in_a_bare_shell_each_report_is_another_one() -> None:
    first, second = (report({}, "deployment", NOW + offset) for offset in (0, 1_000_000))
    assert first.key != second.key
    assert first.body["events"][0]["subject"] != second.body["events"][0]["subject"]


def test_a_build_has_the_subject_that_the_webhooks_give_it() -> None:
    assert event(AFTER, "pipeline")["subject"] == "build:{c6a1f7d0-1111-4222-8333-944455566677}:512"
    assert event(GITLAB, "pipeline")["subject"] == "build:gitlab.example.com/77:2012345678"
    assert event(GITLAB, "pipeline")["repository"]["uuid"] == "gitlab.example.com/77"


def test_a_pipeline_says_which_step_failed_and_with_what() -> None:
    failed = event(AFTER, "pipeline", failed_step="Unit tests")
    assert (failed["failed_step"], failed["exit_code"]) == ("Unit tests", 127)
    passed = event(BITBUCKET, "pipeline", failed_step="Unit tests")
    assert (passed["type"], "failed_step" in passed, "exit_code" in passed) == ("pipeline.started", False, False)


def test_a_feature_branch_has_its_pull_request_namespace_and_address() -> None:
    variables = {**BITBUCKET, "BITBUCKET_PR_ID": "42", "BITBUCKET_PR_DESTINATION_BRANCH": "main"}
    variables["BITBUCKET_DEPLOYMENT_ENVIRONMENT"] = ""
    found = event(variables, "feature-branch", namespace="checkout-pr-42", url="https://pr-42.example.com")
    page = "https://bitbucket.org/acme/checkout/pull-requests/42"
    assert (found["type"], found["status"], found["environment"]) == ("deployment.finished", "succeeded", "feature")
    assert found["target"] == {"namespace": "checkout-pr-42"}
    assert found["links"]["report"] == "https://pr-42.example.com"
    assert found["links"]["pull_request"] == page
    assert found["pull_request"] == {
        "id": 42, "url": page, "source_branch": "feature/shop-12-pay-later", "target_branch": "main"
    }  # fmt: skip
    assert found["build"]["ref_kind"] == "pull_request"


def test_a_feature_branch_is_not_what_runs_where_the_step_deploys_to() -> None:
    variables = {**BITBUCKET, "BITBUCKET_DEPLOYMENT_ENVIRONMENT": "qa"}
    assert event(variables, "feature-branch")["environment"] == "feature"
    assert event(variables, "feature-branch", environment="review")["environment"] == "review"
    subjects = {event(variables, kind)["subject"] for kind in ("deployment", "feature-branch")}
    assert len(subjects) == 2


def test_without_a_build_the_same_version_deployed_again_is_another_deployment() -> None:
    said = {"service": "checkout", "environment": "qa", "version": "2.14.0"}
    shells: list[tuple[dict[str, str], int]] = [({"GIT_COMMIT": "4f0c2b9"}, 2), ({}, 2), ({"BUILD_NUMBER": "7"}, 1)]
    for shell, runs in shells:
        told = [report(shell, "deployment", NOW + n * 60_000_000, **said).body["events"][0] for n in range(2)]
        assert len({each["subject"] for each in told}) == runs


def test_gitlab_says_who_and_why() -> None:
    merge = {
        "CI_MERGE_REQUEST_IID": "9",
        "CI_MERGE_REQUEST_TITLE": "Pay later",
        "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.example.com/acme/checkout",
        "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "pay-later",
        "CI_COMMIT_BRANCH": "",
    }
    found = event({**GITLAB, **merge}, "deployment")
    assert found["commit"]["message"] == "SHOP-12: pay later"
    assert found["commit"]["author"] == {"name": "Ada Example", "email": "ada@example.com"}
    assert found["build"]["number"] == 2012345678
    assert found["pull_request"]["url"] == "https://gitlab.example.com/acme/checkout/-/merge_requests/9"
    assert (found["pull_request"]["title"], found["commit"]["branch"]) == ("Pay later", "pay-later")


def test_jenkins_is_a_shell_that_says_more() -> None:
    jenkins = {"JOB_NAME": "checkout-deploy", "BUILD_NUMBER": "7", "GIT_BRANCH": "origin/main", "EXIT_CODE": "-1"}
    found = event(jenkins, "deployment", environment="qa")
    assert found["subject"] == "deployment:reporter:checkout-deploy:7:qa::"
    assert (found["status"], found["build"]["ref"], found["build"]["name"]) == ("failed", "main", "checkout-deploy")


HOSTILE = ["\x1b[2J\r\nX: 1", "\udc80\udcff", "a" * 100_000, "$(touch pwned)`id`", "<at>all</at>", "\x00", "‮"]


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("base", [BITBUCKET, GITLAB], ids=["bitbucket", "gitlab"])
def test_whatever_all_variables_hold_the_service_can_read_it(base: dict[str, str], value: str) -> None:
    hostile = dict.fromkeys(base, value) | {"BITBUCKET_EXIT_CODE": value, "CI_JOB_STATUS": value}
    said = dict.fromkeys(("service", "environment", "version", "url", "namespace", "message", "failed_step"), value)
    for kind in ("deployment", "pipeline", "feature-branch"):
        body = report(hostile, kind, **said).bytes()
        assert len(body) < 40_000
        assert json.loads(body)["events"][0]["type"]


NAMES = [*BITBUCKET, *GITLAB, "BITBUCKET_EXIT_CODE", "BITBUCKET_PR_ID", "BITBUCKET_TAG", "EXIT_CODE", "BUILD_NUMBER"]
KIND = st.sampled_from(["deployment", "pipeline", "feature-branch"])


@settings(max_examples=30, deadline=None)
@given(variables=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40), max_size=8), kind=KIND, text=st.text())
def test_no_surroundings_are_too_strange(variables: dict[str, str], kind: str, text: str) -> None:
    assert report(variables, kind, message=text, service=text, environment=text).key
