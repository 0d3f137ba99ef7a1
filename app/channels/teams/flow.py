"""What a flow's answer means: Power Automate's error codes, and failures that come with a 2xx.

Codes as the trigger sends them in `{"error": {"code": …, "message": …}}`,
https://learn.microsoft.com/en-us/azure/logic-apps/logic-apps-http-endpoint
"""

import re
from typing import Any

from app.kernel.answers import Outcome, Verdict, by_status, judge, pause
from app.kernel.errors import BadPayload
from app.kernel.json import loads
from app.kernel.wire import Answer

# The flow has to be mended, not the message: so the channel is broken and the messages wait.
_BY_CODE = {
    "WorkflowTriggerIsNotEnabled": (Verdict.BROKEN, "flow_disabled"),
    "WorkflowNotFound": (Verdict.BROKEN, "flow_not_found"),
    "TriggerInputSchemaMismatch": (Verdict.BROKEN, "flow_schema"),
    "MissingApiVersionParameter": (Verdict.BROKEN, "http_400"),
    "DirectApiAuthorizationRequired": (Verdict.BROKEN, "authorization"),
    "MisMatchingOAuthClaims": (Verdict.BROKEN, "authorization"),
}
# The old connectors' way to say no, still spoken by proxies before them: the status of Teams inside a 200.
_FAILED = b"Webhook message delivery failed"
_INNER_STATUS = re.compile(rb"HTTP error (\d{3})\b")


def judge_flow(answer: Answer, now: int) -> Outcome:
    """The outcome of a post to a workflow; `now` in µs. 202 means accepted by the flow, not shown in Teams."""
    outcome = judge(answer, now)
    if not answer.body:
        return outcome
    if _FAILED in answer.body:
        return _inner(answer, now)
    error = _error(answer.body)
    if error is None:
        return outcome
    known = _BY_CODE.get(_code(error))
    if known:
        return outcome._replace(verdict=known[0], reason=known[1])
    if outcome.verdict is Verdict.DELIVERED:
        return outcome._replace(verdict=Verdict.PERMANENT, reason="error_body")
    return outcome


def _inner(answer: Answer, now: int) -> Outcome:
    """By the status that the text names; without one nobody posted it, so it may be tried again."""
    found = _INNER_STATUS.search(answer.body)
    verdict, reason = by_status(int(found[1])) if found else (Verdict.RETRY, "error_body")
    if verdict in (Verdict.DELIVERED, Verdict.AMBIGUOUS):
        verdict, reason = Verdict.RETRY, "error_body"
    return Outcome(verdict, reason, answer.status, pause(answer.headers, now))


def _error(body: bytes) -> Any:
    """The `error` of a JSON object, None when there is none."""
    if not body.lstrip().startswith(b"{"):
        return None
    try:
        value = loads(body)
    except BadPayload:  # cut at 16 KiB, or not JSON at all
        return None
    return value.get("error") or None


def _code(error: Any) -> str:
    code = error.get("code") if isinstance(error, dict) else error
    return code if isinstance(code, str) else ""
