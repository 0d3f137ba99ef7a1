"""What a pipeline's step knows of itself, read from its variables. They are claims: anybody who writes a pipeline may
override them, so nothing here trusts their form.

https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
https://docs.gitlab.com/ci/variables/predefined_variables/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

System = Literal["bitbucket", "gitlab", "shell"]
Outcome = Literal["succeeded", "failed", "stopped"]

_SHA = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
_LIMIT = 300
_GITLAB: dict[str, Outcome] = {"success": "succeeded", "failed": "failed", "canceled": "stopped"}
_AUTHOR = re.compile(r"(.*?)\s*<([^<>\s]+@[^<>\s]+)>")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One step. What it does not know is "" or None. `step` tells its runs apart: a re-run is another one.

    `repository_key` is what sources know the repository by, so that a build has one subject whoever tells it.
    """

    system: System = "shell"
    repository: str = ""
    repository_key: str = ""
    repository_url: str = ""
    commit: str = ""
    commit_url: str = ""
    message: str = ""
    author: tuple[str, str] = ("", "")
    """Name and address."""
    branch: str = ""
    tag: str = ""
    pull_request: int | None = None
    pull_request_url: str = ""
    pull_request_title: str = ""
    target_branch: str = ""
    build: int | None = None
    build_url: str = ""
    build_name: str = ""
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
    return _shell(variables)


def _bitbucket(variables: Mapping[str, str]) -> Surroundings:
    """No name of a step or of a person, no result of the pipeline; the exit code in an after-script alone."""
    name, build = _text(variables, "BITBUCKET_REPO_FULL_NAME"), _number(variables, "BITBUCKET_BUILD_NUMBER")
    commit, request = _sha(variables, "BITBUCKET_COMMIT"), _number(variables, "BITBUCKET_PR_ID")
    page = f"https://bitbucket.org/{quote(name)}" if name else ""
    code = _exit_code(variables, "BITBUCKET_EXIT_CODE")  # of the last command of the script: any number
    run = _text(variables, "BITBUCKET_STEP_RUN_NUMBER") or "1"
    return Surroundings(
        system="bitbucket",
        repository=name,
        repository_key=_text(variables, "BITBUCKET_REPO_UUID") or name,
        repository_url=page,
        commit=commit,
        commit_url=f"{page}/commits/{commit}" if page and commit else "",
        branch=_text(variables, "BITBUCKET_BRANCH"),
        tag=_text(variables, "BITBUCKET_TAG"),
        pull_request=request,
        pull_request_url=f"{page}/pull-requests/{request}" if page and request is not None else "",
        target_branch=_text(variables, "BITBUCKET_PR_DESTINATION_BRANCH"),
        build=build,
        build_url=f"{page}/pipelines/results/{build}" if page and build is not None else "",
        step=f"{_text(variables, 'BITBUCKET_STEP_UUID')}:{run}",
        environment=_text(variables, "BITBUCKET_DEPLOYMENT_ENVIRONMENT"),
        outcome=_by_code(code),
        exit_code=code,
    )


def _gitlab(variables: Mapping[str, str]) -> Surroundings:
    """`CI_JOB_STATUS` is `running` until the after_script."""
    project, page = _text(variables, "CI_PROJECT_ID"), _text(variables, "CI_PROJECT_URL").rstrip("/")
    host = _text(variables, "CI_SERVER_HOST") or _host(page)
    commit, request = _sha(variables, "CI_COMMIT_SHA"), _number(variables, "CI_MERGE_REQUEST_IID")
    target = _text(variables, "CI_MERGE_REQUEST_PROJECT_URL").rstrip("/")
    author = _AUTHOR.fullmatch(_text(variables, "CI_COMMIT_AUTHOR"))
    return Surroundings(
        system="gitlab",
        repository=_text(variables, "CI_PROJECT_PATH"),
        repository_key=f"{host}/{project}" if host and project else _text(variables, "CI_PROJECT_PATH"),
        repository_url=page,
        commit=commit,
        commit_url=f"{page}/-/commit/{commit}" if page and commit else "",
        message=_text(variables, "CI_COMMIT_TITLE"),
        author=(author[1], author[2]) if author else ("", ""),
        branch=_text(variables, "CI_COMMIT_BRANCH") or _text(variables, "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"),
        tag=_text(variables, "CI_COMMIT_TAG"),
        pull_request=request,
        pull_request_url=f"{target}/-/merge_requests/{request}" if target and request is not None else "",
        pull_request_title=_text(variables, "CI_MERGE_REQUEST_TITLE"),
        target_branch=_text(variables, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"),
        build=_number(variables, "CI_PIPELINE_ID"),
        build_url=_text(variables, "CI_PIPELINE_URL"),
        build_name=_text(variables, "CI_JOB_NAME"),
        step=_text(variables, "CI_JOB_ID"),
        environment=_text(variables, "CI_ENVIRONMENT_NAME"),
        outcome=_GITLAB.get(variables.get("CI_JOB_STATUS", "")),
    )


def _shell(variables: Mapping[str, str]) -> Surroundings:
    """Any other: the names that Jenkins uses, which a script may set as well as anybody."""
    code = _exit_code(variables, "EXIT_CODE")
    return Surroundings(
        commit=_sha(variables, "GIT_COMMIT"),
        branch=_text(variables, "GIT_BRANCH").removeprefix("origin/"),
        build=_number(variables, "BUILD_NUMBER"),
        build_url=_text(variables, "BUILD_URL"),
        build_name=_text(variables, "JOB_NAME"),
        repository_key=_text(variables, "JOB_NAME"),
        outcome=_by_code(code),
        exit_code=code,
    )


def _by_code(code: int | None) -> Outcome | None:
    return None if code is None else "failed" if code else "succeeded"


def _any(variables: Mapping[str, str], *names: str) -> bool:
    return any(variables.get(name) for name in names)


def _text(variables: Mapping[str, str], name: str) -> str:
    return one_line(variables.get(name, ""))


def one_line(text: str, limit: int = _LIMIT) -> str:
    """One line of text that can be printed and sent, whatever bytes it came from."""
    value = text[: 4 * limit].encode("utf-8", "replace").decode("utf-8", "replace")
    return "".join(each if each.isprintable() else " " for each in value).strip()[:limit]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _sha(variables: Mapping[str, str], name: str) -> str:
    value = variables.get(name, "").strip()
    return value.lower() if _SHA.fullmatch(value) else ""


def _number(variables: Mapping[str, str], name: str) -> int | None:
    """A number as systems give them: GitLab's have ten digits and more."""
    value = variables.get(name, "").strip()
    return int(value) if re.fullmatch(r"[0-9]{1,18}", value) else None


def _exit_code(variables: Mapping[str, str], name: str) -> int | None:
    value = variables.get(name, "").strip()
    return int(value) if re.fullmatch(r"-?[0-9]{1,10}", value) else None
