"""What a pipeline's step knows of itself, read from its variables. They are claims: anybody who writes a pipeline may
override them, so nothing here trusts their form.

https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
https://docs.gitlab.com/ci/variables/predefined_variables/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

System = Literal["bitbucket", "gitlab", "shell"]
Outcome = Literal["succeeded", "failed", "stopped"]

_SHA = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_LIMIT = 300
_GITLAB = {"success": "succeeded", "failed": "failed", "canceled": "stopped"}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One step. What it does not know is "" or None. `step` tells its runs apart: a re-run is another one."""

    system: System = "shell"
    repository: str = ""
    repository_uuid: str = ""
    repository_url: str = ""
    commit: str = ""
    branch: str = ""
    tag: str = ""
    pull_request: int | None = None
    target_branch: str = ""
    build: int | None = None
    build_url: str = ""
    step: str = ""
    environment: str = ""
    outcome: Outcome | None = None
    exit_code: int | None = None


def read_surroundings(variables: Mapping[str, str]) -> Surroundings:
    """What the variables say. Never raises: what has not the form that it should have is not known."""
    if _any(variables, "BITBUCKET_BUILD_NUMBER", "BITBUCKET_COMMIT", "BITBUCKET_REPO_FULL_NAME"):
        return _bitbucket(variables)
    if _any(variables, "GITLAB_CI", "CI_PIPELINE_ID"):
        return _gitlab(variables)
    return Surroundings(
        commit=_sha(variables, "GIT_COMMIT"),
        branch=_text(variables, "GIT_BRANCH"),
        exit_code=_number(variables, "EXIT_CODE"),
    )


def _bitbucket(variables: Mapping[str, str]) -> Surroundings:
    name, build = _text(variables, "BITBUCKET_REPO_FULL_NAME"), _number(variables, "BITBUCKET_BUILD_NUMBER")
    page = f"https://bitbucket.org/{quote(name)}" if name else ""
    code = _number(variables, "BITBUCKET_EXIT_CODE")  # of the last command, and in an after-script alone
    step, run = _text(variables, "BITBUCKET_STEP_UUID"), _text(variables, "BITBUCKET_STEP_RUN_NUMBER") or "1"
    return Surroundings(
        system="bitbucket",
        repository=name,
        repository_uuid=_text(variables, "BITBUCKET_REPO_UUID"),
        repository_url=page,
        commit=_sha(variables, "BITBUCKET_COMMIT"),
        branch=_text(variables, "BITBUCKET_BRANCH"),
        tag=_text(variables, "BITBUCKET_TAG"),
        pull_request=_number(variables, "BITBUCKET_PR_ID"),
        target_branch=_text(variables, "BITBUCKET_PR_DESTINATION_BRANCH"),
        build=build,
        build_url=f"{page}/pipelines/results/{build}" if page and build is not None else "",
        step=f"{step}:{run}",
        environment=_text(variables, "BITBUCKET_DEPLOYMENT_ENVIRONMENT"),
        outcome=_by_code(code),
        exit_code=code,
    )


def _gitlab(variables: Mapping[str, str]) -> Surroundings:
    tag = _text(variables, "CI_COMMIT_TAG")
    branch = _text(variables, "CI_COMMIT_BRANCH") or _text(variables, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")
    status = _GITLAB.get(variables.get("CI_JOB_STATUS", ""))
    return Surroundings(
        system="gitlab",
        repository=_text(variables, "CI_PROJECT_PATH"),
        repository_uuid=_text(variables, "CI_PROJECT_ID"),
        repository_url=_text(variables, "CI_PROJECT_URL"),
        commit=_sha(variables, "CI_COMMIT_SHA"),
        branch=branch,
        tag=tag,
        pull_request=_number(variables, "CI_MERGE_REQUEST_IID"),
        target_branch=_text(variables, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
        build=_number(variables, "CI_PIPELINE_ID"),
        build_url=_text(variables, "CI_PIPELINE_URL"),
        step=_text(variables, "CI_JOB_ID"),
        environment=_text(variables, "CI_ENVIRONMENT_NAME"),
        outcome=status,  # type: ignore[arg-type]
    )


def _by_code(code: int | None) -> Outcome | None:
    return None if code is None else "failed" if code else "succeeded"


def _any(variables: Mapping[str, str], *names: str) -> bool:
    return any(variables.get(name) for name in names)


def _text(variables: Mapping[str, str], name: str) -> str:
    """One line of text that can be printed and sent."""
    value = variables.get(name, "").encode("utf-8", "replace").decode("utf-8", "replace")
    return "".join(each for each in value if each.isprintable()).strip()[:_LIMIT]


def _sha(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "").strip()
    return value.lower() if _SHA.fullmatch(value) else ""


def _number(variables: Mapping[str, str], name: str) -> int | None:
    value = variables.get(name, "").strip()
    return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None
