"""What a person writes about the estate in `rules/*.yaml`: the sections and their fields."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from app.events.envelope import UNMAPPED, Tier

HintKind = Literal["name", "repository", "application", "project", "namespace", "cluster", "path", "branch"]
"""What sort of name a source's hint is; see `app.events.Hints`."""


def _own_name(name: str) -> str:
    if name == UNMAPPED:
        raise ValueError(f"{UNMAPPED!r} is kept for what the estate does not know")
    return name


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


OwnName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"), AfterValidator(_own_name)]
Glob = Annotated[str, Field(min_length=1, max_length=200)]
Globs = Annotated[tuple[Glob, ...], BeforeValidator(_one_or_many)]
"""One text or a list of them; `*` is any text, `?` one character, nothing else is special."""


class Section(BaseModel):
    """A closed, frozen piece of a rules file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EnvironmentEntry(Section):
    """An environment: its tier, and the names that it has elsewhere."""

    tier: Tier
    aliases: Globs = ()
    applications: Globs = ()
    namespaces: Globs = ()
    clusters: Globs = ()
    paths: Globs = ()
    branches: Globs = ()


class Ownership(Section):
    """What an owner is made of: of a service the values, of labels the names of the labels."""

    team: str | None = None
    business_area: str | None = None
    pod: str | None = None
    component: str | None = None
    compliance_namespace: str | None = None
    git_project: str | None = None
    git_repository: str | None = None


class OwnedSince(Ownership):
    """What changed of the owner on a day; it holds from its beginning, UTC, and what is not said stays."""

    since: date


def _in_order(owners: tuple[OwnedSince, ...]) -> tuple[OwnedSince, ...]:
    if any(later.since <= earlier.since for earlier, later in pairwise(owners)):
        raise ValueError("the days of `since` have to grow")
    return owners


class ServiceEntry(Ownership):
    """A service: who owned it first and who since when, and the names that it has elsewhere."""

    owners: Annotated[tuple[OwnedSince, ...], AfterValidator(_in_order)] = ()
    aliases: Globs = ()
    repositories: Globs = ()
    applications: Globs = ()
    projects: Globs = ()
    namespaces: Globs = ()
    paths: Globs = ()


class Tickets(Section):
    """Which tickets are ours: only keys of these projects are found in messages and branch names."""

    projects: tuple[Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,49}$")], ...] = ()
    url: Annotated[str, Field(pattern=r"^https://[^\s{}]*\{key\}[^\s{}]*$")] | None = None
    lower_case: bool = False
    create_url: Annotated[str, Field(pattern=r"^https://[^\s{}#]*\?[^\s{}#]*$", max_length=500)] | None = Field(
        None, description="page that opens a new ticket; the card of a security finding adds `&summary=…` and more"
    )


class Labels(Section):
    """Which vendor labels are kept on an event, which name service, environment and owner, and make an incident."""

    keep: tuple[str, ...] = ()
    service: Globs = ()
    environment: Globs = ()
    owner: Ownership = Ownership()
    incident: dict[str, Globs] = Field(
        {}, description="an alert with one of these labels is an incident, e.g. `{severity: [critical, page]}`"
    )


SECTIONS = frozenset({"environments", "services", "names", "tickets", "labels"})
"""The top-level keys of rules files that are the estate's."""

KIND_OF_FIELD: dict[str, HintKind] = {
    "aliases": "name",
    "repositories": "repository",
    "applications": "application",
    "projects": "project",
    "namespaces": "namespace",
    "clusters": "cluster",
    "paths": "path",
    "branches": "branch",
}
"""Which kind of hint a field of a service or an environment answers."""
