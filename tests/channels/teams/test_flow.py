import json

import pytest

from app.channels.teams.flow import judge_flow
from app.kernel.answers import Outcome, Verdict
from app.kernel.wire import Answer

NOW = 1_792_324_800_000_000


def answer(status: int, body: object = b"", **headers: str) -> Answer:
    return Answer(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def failed(inner: str) -> bytes:
    text = f"Webhook message delivery failed with error: Microsoft Teams endpoint returned {inner} with ContextId a=b"
    return text.encode()


@pytest.mark.parametrize(
    ("inner", "verdict", "reason"),
    [
        ("HTTP error 429", Verdict.THROTTLED, "http_429"),
        ("HTTP error 413", Verdict.TOO_LARGE, "http_413"),
        ("HTTP error 412", Verdict.PERMANENT, "http_4xx"),
        ("HTTP error 400", Verdict.PERMANENT, "http_400"),
        ("HTTP error 404", Verdict.BROKEN, "http_404"),
        ("HTTP error 502", Verdict.RETRY, "http_5xx"),
        ("HTTP error 200", Verdict.RETRY, "error_body"),
        ("HTTP error 999", Verdict.RETRY, "error_body"),
        ("nothing", Verdict.RETRY, "error_body"),
    ],
)
def test_F62_a_failure_in_a_200_is_judged_by_its_inner_code(inner: str, verdict: Verdict, reason: str) -> None:
    assert judge_flow(answer(200, failed(inner)), NOW) == Outcome(verdict, reason, 200)


def test_F62_an_inner_429_keeps_the_retry_after() -> None:
    throttled = answer(200, failed("HTTP error 429"), **{"retry-after": "7"})
    assert judge_flow(throttled, NOW) == Outcome(Verdict.THROTTLED, "http_429", 200, 7.0)


@pytest.mark.parametrize(
    ("status", "code", "verdict", "reason"),
    [
        (400, "WorkflowTriggerIsNotEnabled", Verdict.BROKEN, "flow_disabled"),
        (400, "TriggerInputSchemaMismatch", Verdict.BROKEN, "flow_schema"),
        (400, "MissingApiVersionParameter", Verdict.BROKEN, "http_400"),
        (401, "DirectApiAuthorizationRequired", Verdict.BROKEN, "authorization"),
        (401, "MisMatchingOAuthClaims", Verdict.BROKEN, "authorization"),
        (403, "MisMatchingOAuthClaims", Verdict.BROKEN, "authorization"),
        (404, "WorkflowNotFound", Verdict.BROKEN, "flow_not_found"),
        (400, "SomethingNew", Verdict.PERMANENT, "http_400"),
        (401, "SomethingNew", Verdict.BROKEN, "http_401"),
        (502, "BadGateway", Verdict.RETRY, "http_5xx"),
        (202, "SomethingNew", Verdict.PERMANENT, "error_body"),
        (200, "WorkflowTriggerIsNotEnabled", Verdict.BROKEN, "flow_disabled"),
    ],
)
def test_F64_the_codes_of_power_automate(status: int, code: str, verdict: Verdict, reason: str) -> None:
    body = {"error": {"code": code, "message": "The workflow is not in a state to do this."}}
    assert judge_flow(answer(status, body), NOW) == Outcome(verdict, reason, status)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"1",
        b"{}",
        b'{"error": null}',
        b'{"errors": 0}',
        b'["error"]',
        b'{"error": {"code": "Cut',
        b"<html>error</html>",
        b"\xff\xfe",
        b'{"status": "no error"}',
    ],
)
def test_F62_F63_a_202_without_an_error_is_delivered_whatever_the_flow_does_with_it(body: bytes) -> None:
    assert judge_flow(answer(202, body), NOW) == Outcome(Verdict.DELIVERED, "ok", 202)


@pytest.mark.parametrize("error", ["boom", {"code": ["x"]}, {"message": "m"}, ["x"], 7])
def test_F62_an_error_of_any_shape_in_a_202_is_not_delivered(error: object) -> None:
    assert judge_flow(answer(202, {"error": error}), NOW) == Outcome(Verdict.PERMANENT, "error_body", 202)
