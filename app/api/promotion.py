"""What is between two environments, in sum: whose commits, how many, and what of it wants a second look."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

from app.store.differences import Difference

MOST_COMMITS = 2_000
"""Commits that are looked at for the sum."""
_MIGRATION = re.compile(
    r"migrat|flyway|liquibase|alembic|\bddl\b|\bschema|\b(?:alter|drop|create)\s+(?:table|column|index)", re.IGNORECASE
)
_REVERT = re.compile(r"^revert\b|^this reverts commit", re.IGNORECASE | re.MULTILINE)


class Size(BaseModel):
    """How much changes, by the repositories' own count between what runs here and there."""

    files: int
    lines_added: int
    lines_removed: int
    complete: bool = Field(description="false: there is more, or of a service in `unknown` nobody told")
    migrations: list[dict[str, str]] = Field(description="files of migrations that change: `service` and `path`")
    unknown: list[str] = Field(description="services that run something else there, of which nobody told how much")


class Promotion(BaseModel):
    """How much it is, by what was told of it."""

    commits: int
    complete: bool = Field(description=f"false: more than {MOST_COMMITS} commits wait, and only those are counted")
    pull_requests: int
    tickets: int
    authors: dict[str, int] = Field(description="their commits, most first")
    migrations: list[dict[str, Any]] = Field(description="commits of which message or pull request speak of a schema")
    reverts: list[dict[str, Any]] = Field(description="commits that take others back")
    size: Size | None = Field(description="null: it is known of no service")
    oldest_at: int | str | None = Field(description="since when the first of them waits")


Compared = Sequence[tuple[Mapping[str, Any], Difference | None]]


def sum_up(commits: Sequence[Mapping[str, Any]], tickets: int, compared: Compared) -> dict[str, Any]:
    """The sum of commits that wait, with their whole messages, the newest first, and of what differs."""
    counted = commits[:MOST_COMMITS]
    authors = Counter(each["author"] or "unknown" for each in counted)
    return {
        "commits": len(counted),
        "complete": len(commits) <= MOST_COMMITS,
        "pull_requests": len({(each["repository"], each["pull_request"]) for each in counted if each["pull_request"]}),
        "tickets": tickets,
        "authors": dict(authors.most_common()),
        "migrations": [_short(each) for each in counted if _MIGRATION.search(_said(each))],
        "reverts": [_short(each) for each in counted if _REVERT.search(each["message"] or "")],
        "size": size_of(compared, {each["service"] for each in counted}),
        "oldest_at": counted[-1]["since"] if counted else None,
    }


def size_of(compared: Compared, waiting: Collection[str]) -> dict[str, Any] | None:
    """The sum of what differs; of `waiting` services that are not among `compared` nobody told, too."""
    told = [each for _, each in compared if each is not None]
    known = {each.service for each in told}
    unknown = sorted({row["service"] for row, _ in compared} - known | set(waiting) - known)
    if unknown and not told:
        return None
    return {
        "files": sum(each.files for each in told),
        "lines_added": sum(each.lines_added for each in told),
        "lines_removed": sum(each.lines_removed for each in told),
        "complete": not unknown and all(each.complete for each in told),
        "migrations": [{"service": each.service, "path": path} for each in told for path in each.migrations],
        "unknown": unknown,
    }


def _said(commit: Mapping[str, Any]) -> str:
    return f"{commit['message'] or ''}\n{commit['pull_request_title'] or ''}"


def _short(commit: Mapping[str, Any]) -> dict[str, Any]:
    first, _, _ = (commit["message"] or "").partition("\n")
    return {"service": commit["service"], "sha": commit["sha"], "message": first[:200], "author": commit["author"]}
