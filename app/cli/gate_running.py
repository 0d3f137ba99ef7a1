"""The service as a gate in a pipeline sees it: what runs, and whole questions that it answers by what it knows."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx

from app.cli.gate_asked import Misused
from app.gates.gate import Running, Runs
from app.gates.model import CannotTell
from app.kernel.links import NO_URL, is_address
from app.reporter.pipe import variable

TIMEOUT = 100.0
"""Seconds: a gate of the service may take sixty, and all of them are asked side by side."""
_QUICK = 10.0
_NEVER_HEARD_OF = 422
"""The status for names that the service does not know: one that is new in the rules here runs nowhere yet."""


class NoAnswer(Exception):
    """The service gave no answer that can be used; the text says why, without the token."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


def service_of(variables: Mapping[str, str]) -> tuple[str, str] | None:
    """Where the service is and the token for it; None when one of them is not set. Raises Misused."""
    url, token = variable(variables, "SHIPBELL_URL").rstrip("/"), variable(variables, "SHIPBELL_TOKEN")
    if url and not is_address(url):
        raise Misused(NO_URL)
    return (url, token) if url and token else None


def ask_service(
    variables: Mapping[str, str], method: str, path: str, body: Any = None, *, timeout: float = TIMEOUT
) -> Any:
    """The JSON of an answer. Raises NoAnswer and Misused."""
    url, token = service_of(variables) or ("", "")
    headers = {"authorization": f"Bearer {token}"}
    try:
        answer = httpx.request(method, url + path, json=body, headers=headers, timeout=timeout, trust_env=False)
    except httpx.HTTPError as error:
        raise NoAnswer(0, f"the service gives no answer ({type(error).__name__})") from None
    except (httpx.InvalidURL, ValueError):
        raise Misused(NO_URL) from None
    try:
        said = answer.json()
    except ValueError:
        raise NoAnswer(answer.status_code, f"the service answered {answer.status_code} without JSON") from None
    if not answer.is_success:
        title = said.get("title", "") if isinstance(said, dict) else ""
        raise NoAnswer(answer.status_code, f"the service answered {answer.status_code}: {title}")
    return said


def runs_of(variables: Mapping[str, str], say: Callable[[str], None]) -> Runs | None:
    """What runs somewhere, as the service knows it; None when there is no service to ask."""
    if service_of(variables) is None:
        return None

    async def running(service: str, environment: str) -> Running | None:
        try:
            return await asyncio.to_thread(_running, variables, service, environment)
        except (NoAnswer, KeyError, TypeError) as error:
            say(f"the service did not say what runs: {error}")
            steps = ("Run this step again, or give --baseline COMMIT.",)
            raise CannotTell("no_baseline", f"nobody can say what runs in {environment}: {error}", steps) from None

    return running


def _running(variables: Mapping[str, str], service: str, environment: str) -> Running | None:
    path = f"/api/v1/environments?service={quote(service)}&environment={quote(environment)}"
    try:
        items = ask_service(variables, "GET", path, timeout=_QUICK)["items"]
    except NoAnswer as error:
        if error.status != _NEVER_HEARD_OF:
            raise
        items = []
    row = items[0] if items else {}
    version = row.get("actual_version") or row.get("desired_version")
    return Running(version, _sha(variables, row.get("deployment_id")), "the service") if version else None


def _sha(variables: Mapping[str, str], deployment: str | None) -> str:
    """The commit of a deployment, where the service knows it."""
    if not deployment:
        return ""
    told = ask_service(variables, "GET", f"/api/v1/deployments/{quote(deployment)}", timeout=_QUICK)
    return told["deployment"].get("sha") or ""
