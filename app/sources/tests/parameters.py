"""What the caller says about results: the query parameters of `POST /api/v1/tests/results`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.kernel.errors import BadPayload
from app.kernel.text import clean

PARAMETERS = (
    "service",
    "environment",
    "suite",
    "commit",
    "branch",
    "image_tag",
    "repository",
    "build",
    "pipeline_url",
    "report_url",
    "run_id",
    "final",
    "status",
)
"""Every parameter that the API takes for results."""
HEADERS = tuple(f"x-shipbell-{name}" for name in PARAMETERS)
"""The headers under which a receipt keeps them."""
YES, NO = ("true", "1", "yes"), ("false", "0", "no")

_SHA = re.compile(r"[0-9a-fA-F]{7,64}")
_BUILD = re.compile(r"[0-9]{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters, checked; an empty one counts as not given, as CI variables often are."""

    service: str | None
    environment: str | None
    suite: str | None
    commit: str | None
    branch: str | None
    image_tag: str | None
    repository: str | None
    build: str | None
    pipeline_url: str | None
    report_url: str | None
    run_id: str | None
    final: bool
    """Whether nothing more of the run will come. Without a `run_id` a file is a run of its own."""
    status: Literal["succeeded", "failed"] | None


def read_parameters(headers: Mapping[str, str]) -> Parameters:
    """The parameters in a receipt's headers. Raises BadPayload with the parameter's name as path."""
    given = {name: clean(headers.get(f"x-shipbell-{name}", "").strip(), 2048) or None for name in PARAMETERS}
    commit, build, final, status = given["commit"], given["build"], given["final"], given["status"]
    if commit and not _SHA.fullmatch(commit):
        raise BadPayload("expected 7 to 64 hex digits", "commit")
    if build and not _BUILD.fullmatch(build):
        raise BadPayload("expected a number", "build")
    if final and final.lower() not in (*YES, *NO):
        raise BadPayload("expected true or false", "final")
    if status and status not in ("passed", "failed"):
        raise BadPayload("expected passed or failed", "status")
    texts = {name: given[name] for name in PARAMETERS if name not in ("final", "status")}
    return Parameters(
        **texts,
        final=final.lower() in YES if final else given["run_id"] is None,
        status="failed" if status == "failed" else "succeeded" if status else None,
    )
