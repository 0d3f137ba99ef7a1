"""What came of a pipeline, for Bitbucket's final step: no variable says it, Bitbucket's API does.

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.reporter.pipe import variable
from app.reporter.sending import get
from app.reporter.surroundings import Surroundings, one_line

_NAME = re.compile(r"\w[\w.-]*/\w[\w.-]*", re.ASCII)
_UUID = re.compile(r"\{[0-9a-fA-F-]{36}\}")
_FAILED = frozenset({"FAILED", "ERROR", "EXPIRED"})


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of the steps before the final one, and the first that failed."""

    outcome: Literal["succeeded", "failed", "stopped"]
    failed_step: str


def ask_steps(variables: Mapping[str, str], here: Surroundings, until: float, api: str) -> Ended | None:
    """Ask with BITBUCKET_TOKEN (an access token that may read pipelines). None when nobody knows."""
    token, pipeline = variable(variables, "BITBUCKET_TOKEN"), variable(variables, "BITBUCKET_PIPELINE_UUID")
    # The host is fixed and the path holds nothing but names: a variable that is overridden leads nowhere else.
    if not token or not _NAME.fullmatch(here.repository) or not _UUID.fullmatch(pipeline):
        return None
    uuid = f"%7B{pipeline[1:-1]}%7D"
    page = f"{api}/repositories/{here.repository}/pipelines/{uuid}/steps/?pagelen=100"
    answer = get(page, {"Authorization": f"Bearer {token}", "Accept": "application/json"}, until)
    if not answer.taken:
        return None
    try:
        steps = [each for each in json.loads(answer.text)["values"] if isinstance(each, dict)]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return _ended(steps, variables.get("BITBUCKET_STEP_UUID", "").strip())


def _ended(steps: list[dict[str, Any]], own: str) -> Ended | None:
    """`result` is null while a step runs: then it is the final one, or it waits for a person."""
    results = [(_inner(step, "state", "result", "name"), step) for step in steps if step.get("uuid") != own]
    known = [(result, step) for result, step in results if result]
    if not known:
        return None
    failed = next((step for result, step in known if result in _FAILED), None)
    if failed is not None:
        return Ended("failed", one_line(str(failed.get("name") or "")))
    return Ended("stopped" if any(result == "STOPPED" for result, _ in known) else "succeeded", "")


def _inner(value: Any, *names: str) -> str:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
