"""What the caller says about a file: the query parameters of `POST /api/v1/security/scans`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.events.bodies import Severity
from app.kernel.errors import BadPayload
from app.kernel.text import clean
from app.sources.scans.severity import severity_of_word

PARAMETERS = (
    "service",
    "commit",
    "branch",
    "build",
    "pipeline_url",
    "environment",
    "tool",
    "kind",
    "exit_code",
    "fail_on",
    "repository",
    "run",
    "region",
)
"""Every parameter that the API takes for a file."""
HEADERS = tuple(f"x-shipbell-{name}" for name in PARAMETERS)
"""The headers under which a receipt keeps them."""
TOOLS = (
    "veracode-pipeline",
    "veracode-findings",
    "veracode-report",
    "veracode-cli",
    "veracode-sca",
    "srcclr",
    "sarif",
)
REGIONS = ("com", "eu", "us")
"""Where an account of Veracode is at home, as its address ends; a report does not say."""
SCAN_KINDS = ("sast", "sca", "dast", "secrets", "iac", "container")

_SHA = re.compile(r"[0-9a-fA-F]{7,64}")
_LONGEST = 2048


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters, checked; an empty one counts as not given, as CI variables often are."""

    service: str | None = None
    commit: str | None = None
    branch: str | None = None
    build: str | None = None
    pipeline_url: str | None = None
    environment: str | None = None
    tool: str | None = None
    kind: str | None = None
    """What kind of scan it was, if the caller knows better than the file."""
    filtered: bool = False
    """The file holds only what breaks the policy (`filtered_results.json`)."""
    exit_code: int | None = None
    fail_on: tuple[Severity, ...] = ()
    repository: str | None = None
    run: str | None = None
    region: str = "com"


def read_parameters(headers: Mapping[str, str]) -> Parameters:
    """The parameters in a receipt's headers. Raises BadPayload with the parameter's name as path."""
    given = {name: clean(headers.get(f"x-shipbell-{name}", "").strip(), _LONGEST) or None for name in PARAMETERS}
    commit = given["commit"]
    if commit and not _SHA.fullmatch(commit):
        raise BadPayload("expected 7 to 64 hex digits", "commit")
    kind = _one_of("kind", given["kind"], ("full", "filtered", *SCAN_KINDS))
    tool = _one_of("tool", given["tool"], ("auto", *TOOLS))
    return Parameters(
        service=_short(given["service"]),
        commit=commit,
        branch=given["branch"],
        build=given["build"],
        pipeline_url=given["pipeline_url"],
        environment=_short(given["environment"]),
        tool=None if tool == "auto" else tool,
        kind=kind if kind in SCAN_KINDS else None,
        filtered=kind == "filtered",
        exit_code=_exit_code(given["exit_code"]),
        fail_on=_fail_on(given["fail_on"]),
        repository=_short(given["repository"]),
        run=given["run"],
        region=_one_of("region", given["region"], REGIONS) or "com",
    )


def _short(name: str | None) -> str | None:
    return clean(name) if name else None


def _one_of(name: str, value: str | None, known: tuple[str, ...]) -> str | None:
    if value is not None and value not in known:
        raise BadPayload(f"expected one of {', '.join(known)}", name)
    return value


def _exit_code(value: str | None) -> int | None:
    if value is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,10}", value):
        raise BadPayload("expected the tool's exit code, a number", "exit_code")
    return int(value)


def _fail_on(value: str | None) -> tuple[Severity, ...]:
    words = [word.strip() for word in (value or "").split(",") if word.strip()]
    found = [severity_of_word(word) for word in words]
    if "unknown" in found:
        raise BadPayload("expected severities, such as `critical, high`", "fail_on")
    return tuple(dict.fromkeys(found))
