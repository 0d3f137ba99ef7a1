"""What the caller says about a file, and what makes one scan the same as another."""

from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from app.sources import Inbound
from app.sources.scans import PARAMETERS, SOURCE

Post = Callable[..., Draft]
Sample = Callable[[str], Any]
SHA = "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678"


def test_what_the_caller_says_is_in_the_event(post: Post, sample: Sample) -> None:
    draft = post(
        sample("pipeline-scan-failed"),
        commit=SHA,
        branch="feature/PAY-7",
        build="412",
        pipeline_url="https://bitbucket.org/acme/checkout/pipelines/results/412",
        environment="preprod",
        repository="acme/checkout",
        kind="container",
    )
    assert draft.hints.service == (("name", "checkout"), ("repository", "acme/checkout"))
    assert draft.hints.environment == (("name", "preprod"),)
    assert draft.fields["commit"] == {"sha": SHA, "branch": "feature/PAY-7"}
    assert draft.fields["build"]["number"] == 412
    assert draft.fields["links"]["pipeline"].endswith("/412")
    assert draft.fields["kind"] == "container"
    assert draft.texts == ("feature/PAY-7",)


@pytest.mark.parametrize(("region", "ends"), [("", "com"), ("com", "com"), ("eu", "eu"), ("us", "us")])
def test_a_report_is_seen_in_the_region_of_its_account(post: Post, sample: Sample, region: str, ends: str) -> None:
    fields = post(sample("detailed-report"), region=region).fields
    assert fields["report_url"] == fields["links"]["scan"]
    assert fields["report_url"].startswith(f"https://analysiscenter.veracode.{ends}/auth/index.jsp#ViewReports")
    told = "https://sca.analysiscenter.veracode.com/"
    assert post(sample("srcclr"), region=region).fields["report_url"].startswith(told)


def test_what_is_left_out_is_absent(post: Post, sample: Sample) -> None:
    draft = post(sample("pipeline-scan-failed"), **dict.fromkeys(PARAMETERS[1:], ""))
    assert not draft.fields.keys() & {"commit", "build", "links", "repository", "policy"}
    assert draft.hints.environment == ()


def test_a_build_without_a_number_has_a_name(post: Post, sample: Sample) -> None:
    build = post(sample("pipeline-scan-failed"), build="nightly-7").fields["build"]
    assert (build["number"], build["name"]) == (None, "nightly-7")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("exit_code", "failed"),
        ("exit_code", "1.0"),
        ("exit_code", "9" * 5000),
        ("commit", "main"),
        ("commit", "a1b2c3"),
        ("tool", "trivy"),
        ("kind", "everything"),
        ("region", "evil.example"),
        ("fail_on", "critical,awful"),
        ("fail_on", "unknown"),
        ("service", ""),
    ],
)
def test_what_cannot_be_is_told_by_name(post: Post, sample: Sample, name: str, value: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        post(sample("pipeline-scan-failed"), **{name: value})
    assert refusal.value.path == name


def test_a_report_may_name_its_application_instead_of_the_service(post: Post, sample: Sample) -> None:
    draft = post(sample("detailed-report"), service="")
    assert draft.hints.service == (("project", "Café checkout"),)


def test_the_same_scan_is_the_same_news(post: Post, sample: Sample) -> None:
    first, again = (post(sample("pipeline-scan-failed"), exit_code="3") for _ in range(2))
    assert first == again


def test_more_known_of_the_same_scan_is_news_of_the_same_subject(post: Post, sample: Sample) -> None:
    first, later = post(sample("pipeline-scan-failed")), post(sample("pipeline-scan-failed"), exit_code="3")
    assert (first.subject, first.identity) == (later.subject, later.identity)
    assert first.state != later.state
    mended = sample("pipeline-scan-failed")
    del mended["findings"][0]
    assert post(mended).identity == first.identity
    assert post(mended).state != first.state


@pytest.mark.parametrize("other", [{"service": "payments"}, {"commit": SHA}, {"run": "2"}])
def test_a_file_without_an_id_is_told_apart_by_what_it_is_of(post: Post, other: dict[str, str]) -> None:
    nothing = {"runs": [{"tool": {"driver": {"name": "acme"}}, "results": []}]}
    assert post(nothing).identity == post(nothing).identity
    assert post(nothing, **other).identity != post(nothing).identity
    assert "scan_id" not in post(nothing).fields


def test_two_services_may_post_the_same_bytes() -> None:
    keys = {SOURCE.dedupe(Inbound({"x-shipbell-service": service}, b"{}")) for service in ("checkout", "payments")}
    assert len(keys) == 2
    assert SOURCE.dedupe(Inbound({"x-shipbell-service": "checkout", "user-agent": "x"}, b"{}")) in keys
    assert SOURCE.dedupe(Inbound({"x-shipbell-service": "checkout"}, b"[]")) not in keys


def test_every_parameter_is_kept_with_the_receipt() -> None:
    assert SOURCE.keeps == tuple(f"x-shipbell-{name}" for name in PARAMETERS)


def test_a_file_has_its_tool_verdict_and_counts(post: Post, sample: Sample) -> None:
    draft = post(sample("pipeline-scan-failed"), exit_code="3")
    assert (draft.status, draft.fields["tool"], draft.fields["verdict"]) == ("finished", "veracode-pipeline", "failed")
    counts = {"critical": 1, "high": 1, "medium": 1, "low": 0, "info": 1, "unknown": 0}
    assert draft.fields["findings"] == counts
    assert "findings" not in post(sample("pipeline-scan-error")).fields
