"""What is between two environments, in sum: whose commits, how many, and what of it wants a second look."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

MOST_COMMITS = 2_000
"""Commits that are looked at for the sum."""
_MIGRATION = re.compile(
    r"migrat|flyway|liquibase|alembic|\bddl\b|\bschema|\b(?:alter|drop|create)\s+(?:table|column|index)", re.IGNORECASE
)
_REVERT = re.compile(r"^revert\b|^this reverts commit", re.IGNORECASE | re.MULTILINE)


class Promotion(BaseModel):
    """How much it is, by what was told of it: no source tells which files a commit changes."""

    commits: int
    complete: bool = Field(description=f"false: more than {MOST_COMMITS} commits wait, and only those are counted")
    pull_requests: int
    tickets: int
    authors: dict[str, int] = Field(description="their commits, most first")
    migrations: list[dict[str, Any]] = Field(description="commits of which message or pull request speak of a schema")
    reverts: list[dict[str, Any]] = Field(description="commits that take others back")
    oldest_at: int | str | None = Field(description="since when the first of them waits")


def sum_up(commits: Sequence[Mapping[str, Any]], tickets: int) -> dict[str, Any]:
    """The sum of commits that wait, with their whole messages, the newest first."""
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
        "oldest_at": counted[-1]["since"] if counted else None,
    }


def _said(commit: Mapping[str, Any]) -> str:
    return f"{commit['message'] or ''}\n{commit['pull_request_title'] or ''}"


def _short(commit: Mapping[str, Any]) -> dict[str, Any]:
    first, _, _ = (commit["message"] or "").partition("\n")
    return {"service": commit["service"], "sha": commit["sha"], "message": first[:200], "author": commit["author"]}
