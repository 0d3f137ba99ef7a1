"""What Bitbucket Cloud answers, as far as we use it. Whatever an account, a fork or a filter can take away is None.

https://developer.atlassian.com/cloud/bitbucket/rest/intro/
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AliasPath, BeforeValidator, Field

from app.clients.replies import Moment

T = TypeVar("T")

Text = Annotated[str, BeforeValidator(lambda value: value or "")]


def _at(first: str, *rest: str) -> Any:
    return Field(validation_alias=AliasPath(first, *rest))


def _hashes(parents: Any) -> Any:
    return [parent.get("hash") for parent in parents if isinstance(parent, dict)] if isinstance(parents, list) else ()


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """A list that was read to its end, or (`complete` is False) to the limit that we set."""

    items: tuple[T, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit. `author` is as git has it (`Name <mail>`), `user` the account's name if it has one."""

    hash: str
    message: Text = ""
    date: Moment = None
    author: Annotated[str | None, _at("author", "raw")] = None
    user: Annotated[str | None, _at("author", "user", "display_name")] = None
    parents: Annotated[tuple[str, ...], BeforeValidator(_hashes)] = ()


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request: OPEN, MERGED, DECLINED or SUPERSEDED. Both hashes may have 12 characters only.

    A merged one has no time of the merge of its own: it is `updated_on`, if nobody commented later.
    """

    id: int
    title: Text = ""
    state: Text = ""
    author: Annotated[str | None, _at("author", "display_name")] = None
    closed_by: Annotated[str | None, _at("closed_by", "display_name")] = None
    source_branch: Annotated[str | None, _at("source", "branch", "name")] = None
    source_commit: Annotated[str | None, _at("source", "commit", "hash")] = None
    target_branch: Annotated[str | None, _at("destination", "branch", "name")] = None
    merge_commit: Annotated[str | None, _at("merge_commit", "hash")] = None
    created_on: Moment = None
    updated_on: Moment = None
    link: Annotated[str | None, _at("links", "html", "href")] = None


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A run. `state`: PENDING, IN_PROGRESS (with `stage`) or COMPLETED (with `result`).

    `ref_type`: branch, tag, …; a pull request's run has a source branch and no `ref_name`.
    """

    uuid: str
    build_number: int | None = None
    state: Annotated[Text, _at("state", "name")] = ""
    stage: Annotated[str | None, _at("state", "stage", "name")] = None
    result: Annotated[str | None, _at("state", "result", "name")] = None
    ref_name: Annotated[str | None, _at("target", "ref_name")] = None
    ref_type: Annotated[str | None, _at("target", "ref_type")] = None
    source_branch: Annotated[str | None, _at("target", "source")] = None
    commit: Annotated[str | None, _at("target", "commit", "hash")] = None
    trigger: Annotated[str | None, _at("trigger", "name")] = None
    creator: Annotated[str | None, _at("creator", "display_name")] = None
    created_on: Moment = None
    completed_on: Moment = None
    seconds: Annotated[float | None, _at("duration_in_seconds")] = None


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a run. `trigger` ends in `_redeploy` when an old build was deployed again, as `run_number` 2 and up."""

    uuid: str
    name: Text = ""
    state: Annotated[Text, _at("state", "name")] = ""
    result: Annotated[str | None, _at("state", "result", "name")] = None
    trigger: Annotated[str | None, _at("trigger", "type")] = None
    run_number: int | None = None
    started_on: Moment = None
    completed_on: Moment = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment that was begun. COMPLETED is no success: `result` says it (SUCCESSFUL, FAILED, STOPPED, …).

    None as the result of a completed one means that nobody said; its step knows.
    """

    uuid: str
    number: int | None = None
    state: Annotated[Text, _at("state", "name")] = ""
    result: Annotated[str | None, _at("state", "status", "name")] = None
    environment: Annotated[str | None, _at("environment", "name")] = None
    environment_uuid: Annotated[str | None, _at("environment", "uuid")] = None
    environment_type: Annotated[str | None, _at("environment", "environment_type", "name")] = None
    step_uuid: Annotated[str | None, _at("step", "uuid")] = None
    commit: Annotated[str | None, _at("release", "commit", "hash")] = None
    release: Annotated[str | None, _at("release", "name")] = None
    pipeline_uuid: Annotated[str | None, _at("release", "pipeline", "uuid")] = None
    build_number: Annotated[int | None, _at("release", "pipeline", "build_number")] = None
    ref_name: Annotated[str | None, _at("release", "pipeline", "target", "ref_name")] = None
    ref_type: Annotated[str | None, _at("release", "pipeline", "target", "ref_type")] = None
    deployer: Annotated[str | None, _at("state", "deployer", "display_name")] = None
    started_on: Annotated[Moment, _at("state", "started_on")] = None
    completed_on: Annotated[Moment, _at("state", "completed_on")] = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that differs: `path` as it is called now, None where it is gone; `before` as it was called."""

    lines_added: Annotated[int, BeforeValidator(lambda value: value or 0)] = 0
    lines_removed: Annotated[int, BeforeValidator(lambda value: value or 0)] = 0
    path: Annotated[str | None, _at("new", "path")] = None
    before: Annotated[str | None, _at("old", "path")] = None


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment: `type` is Test, Staging or Production."""

    uuid: str
    name: Text = ""
    type: Annotated[str | None, _at("environment_type", "name")] = None


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository under the name that it has now, whatever name it was asked for by."""

    uuid: str
    full_name: str
    main_branch: Annotated[str | None, _at("mainbranch", "name")] = None
    link: Annotated[str | None, _at("links", "html", "href")] = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list. The last one has no `next`; lists of pipelines have none on any page."""

    values: list[Any] = field(default_factory=list)
    next: str | None = None
    size: int | None = None
    page: int | None = None
    pagelen: int | None = None
