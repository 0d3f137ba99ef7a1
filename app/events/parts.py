"""The parts that events are made of: person, commit, build, pull request, links."""

from typing import Annotated, Any, Literal, NewType

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema

from app.kernel.iso import as_iso
from app.kernel.text import LIST_LIMIT, MESSAGE_LIMIT, TITLE_LIMIT, clean
from app.kernel.timestamps import parse_timestamp


def _bounded(limit: int) -> BeforeValidator:
    """Text is cleaned and cut, a number becomes its digits, and an empty text is absent."""

    def tidy(value: Any) -> Any:
        if isinstance(value, str):
            plain = value.isascii() and len(value) <= limit and "\x00" not in value
            return (value if plain else clean(value, limit)) or None
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

    return BeforeValidator(tidy)


class _ElseAbsent:
    """What does not fit is absent, not refused."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_default_schema(handler(source), default=None, on_error="default")


def _shown(value: Any) -> str | None:
    moment = parse_timestamp(value)
    return as_iso(moment) if moment else None


def _cut(value: Any) -> Any:
    return value[:LIST_LIMIT] if isinstance(value, list | tuple) else value


Iso = NewType("Iso", str)
"""A time in UTC as text, always of the same form."""

# `| None` stands outside, too: what is absent is passed over without a call.
Text = Annotated[str | None, _bounded(TITLE_LIMIT)] | None
"""One line of text, at most 300 characters."""
LongText = Annotated[str | None, _bounded(MESSAGE_LIMIT)] | None
"""Text of several lines, at most 8 KB."""
Link = Annotated[
    Annotated[str, Field(strict=True, max_length=2048, pattern=r"^https://[^\x00-\x20\x7f\\]+$")] | None, _ElseAbsent()
]
"""An https URL, else absent; nobody clicks on anything else."""
Moment = Annotated[Iso | None, BeforeValidator(_shown)] | None
"""A time in UTC; any format that a vendor sends. Kept as `2026-11-22T10:00:00.123456Z`."""
Sha = Annotated[Annotated[str, StringConstraints(to_lower=True)] | None, _bounded(64)] | None
"""A commit id, at least 7 characters of it; joins are by prefix within one repository."""
Texts = Annotated[list[Annotated[str, _bounded(TITLE_LIMIT)]], BeforeValidator(_cut)]
"""At most 100 lines of text."""
ListCut = BeforeValidator(_cut)


class Part(BaseModel):
    """A part of an event: frozen, closed, unknown is absent."""

    # Built when the first one is made: all models together are a third of a second of every start.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Person(Part):
    """Somebody, or something that acts as one. A workspace or robot is never shown as the author."""

    name: Text = None
    email: Text = None
    account_id: Text = None
    kind: Literal["human", "bot", "system"] = "human"


class Repository(Part):
    """A repository. Its identity is provider + uuid; `full_name` may change."""

    provider: Text = None
    full_name: Text = None
    uuid: Text = None
    url: Link = None


class Commit(Part):
    """A commit. `sha` may be a prefix of at least 7 characters."""

    sha: Sha = None
    message: LongText = None
    author: Person | None = None
    authored_at: Moment = None
    committed_at: Moment = None
    url: Link = None
    branch: Text = None
    parents: Annotated[list[Sha], ListCut] | None = Field(
        None, description="the commits before it, its own line's first; absent where nobody told"
    )


class Build(Part):
    """A run of a pipeline."""

    number: int | None = None
    url: Link = None
    name: Text = None
    ref: Text = None
    ref_kind: Literal["branch", "tag", "pull_request"] | None = None
    trigger: Text = None


class PullRequest(Part):
    """A pull or merge request."""

    id: int | None = None
    title: Text = None
    url: Link = None
    state: Text = None
    source_branch: Text = None
    target_branch: Text = None
    author: Person | None = None
    merge_commit: Sha = None
    draft: bool | None = None


class TicketLink(Part):
    """A ticket that was named in a message or a branch."""

    key: Text = None
    url: Link = None


class Links(Part):
    """Where to click; https only."""

    pipeline: Link = None
    argocd: Link = None
    tests: Link = None
    pull_request: Link = None
    scan: Link = None
    incident: Link = None
    commit: Link = None
    report: Link = None


class Owner(Part):
    """Who owns the service, as of the day of the event."""

    team: Text = None
    business_area: Text = None
    pod: Text = None
    component: Text = None
    compliance_namespace: Text = None
    git_project: Text = Field(None, description="the project's id at the host of code, as its tag says it")
    git_repository: Text = Field(None, description="the repository, as its tag says it")


class Original(Part):
    """The vendor's own words, kept so that a wrong mapping can be seen and mended."""

    service: Text = None
    environment: Text = None
    status: Text = None
    type: Text = None


Count = Annotated[int, Field(ge=0)]
