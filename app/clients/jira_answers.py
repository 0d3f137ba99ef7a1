"""What Jira answers, as far as we use it: Cloud and Data Center, today's shapes and older ones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import AliasChoices, AliasPath, BeforeValidator, Field

from app.clients.replies import Moment

# `…Sprint@1f[id=7,rapidViewId=2,state=ACTIVE,name=Sprint 7, the last,startDate=…,sequence=7]`
_OLD_SPRINT = re.compile(
    r"\[id=(?P<id>\d+),.*?state=(?P<state>\w+),name=(?P<name>.*?),(?:startDate|goal|endDate|sequence)="
)

Text = Annotated[str, BeforeValidator(lambda value: value or "")]
Flag = Annotated[bool, BeforeValidator(bool)]


def _at(first: str, *rest: str) -> Any:
    return Field(validation_alias=AliasPath(first, *rest))


def _sprints(value: Any) -> list[Any]:
    """A sprint field: a list of objects, of texts on older servers, or nothing."""
    found: list[Any] = []
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, dict):
            found.append(entry)
        elif isinstance(entry, str) and (match := _OLD_SPRINT.search(entry)):
            found.append(match.groupdict())
    return found


@dataclass(frozen=True, slots=True)
class FixVersion:
    """A version that an issue is planned for."""

    id: Text
    name: Text
    released: Flag = False
    archived: Flag = False
    release_date: Annotated[str | None, Field(validation_alias="releaseDate")] = None


@dataclass(frozen=True, slots=True)
class Sprint:
    """A sprint: `state` is future, active or closed."""

    id: int
    name: Text
    state: Annotated[str, BeforeValidator(lambda value: str(value or "").lower())] = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue under the key that it has now.

    `fix_versions`: () when it has none, None when its type has no such field: then nobody can set one.
    `category`: new, indeterminate or done, where `status` is whatever a team calls it, in its language.
    `restricted`: a security level hides it from others, so it tells no `summary` and no `assignee`.
    """

    key: str
    id: Text = ""
    summary: Annotated[Text, _at("fields", "summary")] = ""
    status: Annotated[Text, _at("fields", "status", "name")] = ""
    category: Annotated[Text, _at("fields", "status", "statusCategory", "key")] = ""
    type: Annotated[Text, _at("fields", "issuetype", "name")] = ""
    fix_versions: Annotated[tuple[FixVersion, ...] | None, _at("fields", "fixVersions")] = None
    assignee: Annotated[str | None, _at("fields", "assignee", "displayName")] = None
    updated: Annotated[Moment, _at("fields", "updated")] = None
    sprints: Annotated[tuple[Sprint, ...], BeforeValidator(_sprints), _at("fields", "sprint")] = ()
    restricted: Annotated[Flag, _at("fields", "security")] = False

    def silenced(self) -> "Issue":
        """Without its words, if it is restricted."""
        return replace(self, summary="", assignee=None, sprints=()) if self.restricted else self


@dataclass(frozen=True, slots=True)
class Issues:
    """What became of the keys that were asked for: each is in `found` (by the key asked for) or in `missing`.

    `missing`: not found, or hidden from the account that asks. Jira does not tell which.
    """

    found: Mapping[str, Issue]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are to Jira. `id`: the account's id on Cloud, its name on Data Center."""

    id: Annotated[str, Field(validation_alias=AliasChoices("accountId", "name", "key"))]
    name: Annotated[Text, Field(validation_alias="displayName")] = ""


@dataclass(frozen=True, slots=True)
class Project:
    """A project that the account may see."""

    id: str
    key: str
    name: Text = ""


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """A page of projects."""

    values: tuple[Project, ...]
    is_last: Annotated[bool, Field(validation_alias="isLast")] = True


@dataclass(frozen=True, slots=True)
class CustomField:
    """A field of issues: `schema` says what a custom one is."""

    id: str
    schema: Annotated[str | None, _at("schema", "custom")] = None
