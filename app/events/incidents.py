"""The draft of an incident, as every room that tells of them makes it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from app.events.draft import Draft, Hints
from app.kernel.clock import MINUTE
from app.kernel.text import clean

State = Literal["opened", "acknowledged", "unacknowledged", "resolved", "reopened", "cancelled"]
Priority = Literal["P1", "P2", "P3", "P4", "P5"]

STATES: tuple[State, ...] = ("opened", "acknowledged", "unacknowledged", "resolved", "reopened", "cancelled")
NEAR = MINUTE
"""What a webhook and an API tell of one change is not told at the same microsecond; this close it is the same, µs."""
INCIDENT_TYPES = frozenset(f"incident.{state}" for state in STATES)
_PRIORITIES: tuple[Priority, ...] = ("P1", "P2", "P3", "P4", "P5")
_NUMBERED = re.compile(r"(?:p|s|sev|severity|priority)?[ _-]*([1-5])(?:\b.*)?", re.ASCII)
_WORDS: dict[str, Priority] = {
    "critical": "P1",
    "page": "P1",
    "emergency": "P1",
    "high": "P2",
    "major": "P2",
    "error": "P2",
    "medium": "P3",
    "moderate": "P3",
    "warning": "P3",
    "low": "P4",
    "minor": "P4",
    "info": "P5",
    "informational": "P5",
    "none": "P5",
}


def priority_of(word: object) -> Priority | None:
    """How urgent it is on our scale: `P1`, `sev2`, `SEV-2`, `3`, `critical`; None for what says nothing to us."""
    if isinstance(word, bool) or not isinstance(word, int | str):
        return None
    text = str(word)[:50].strip().lower()
    numbered = _NUMBERED.fullmatch(text)
    return _PRIORITIES[int(numbered[1]) - 1] if numbered else _WORDS.get(text)


def incident_draft(
    source: str,
    external_id: str,
    state: State,
    at: datetime | None,
    *,
    hints: Hints,
    fields: Mapping[str, Any],
    opened_at: datetime | None = None,
    original: tuple[str | None, str | None] = (None, None),
    only_if: Literal["incident"] | None = None,
) -> Draft:
    """The draft of what became of an incident at `at`; `original` are the tool's own status and type.

    An end before the beginning is not believed: then the time of the receipt is taken. Where nobody says when it
    began, that is when it was opened.
    """
    key = clean(external_id, 200)
    if at is not None and opened_at is not None and at < opened_at:
        at = None
    began = opened_at or (at if state == "opened" else None)
    times = {"opened_at": began, "resolved_at": at if state == "resolved" else None}
    given = {"external_id": external_id, **times, **fields}
    url = given.get("url")
    return Draft(
        type=f"incident.{state}",
        subject=f"incident:{source}:{key}",
        identity=key,
        occurred_at=at,
        hints=hints,
        fields={name: value for name, value in given.items() if value not in (None, "", [], {})}
        | ({"links": {"incident": url}} if url else {}),
        original_status=original[0],
        original_type=original[1],
        only_if=only_if,
    )


def deployed(version: object = None, commit: object = None) -> dict[str, Any]:
    """The fields that name the deployment that an incident is put down to: its version, its commit (7+ hex digits)."""
    found: dict[str, Any] = {}
    if isinstance(version, str) and version.strip():
        found["version"] = version.strip()
    if isinstance(commit, str) and re.fullmatch(r"[0-9a-fA-F]{7,64}", commit.strip()):
        found["commit"] = {"sha": commit.strip()}
    return found


def hint(kind: str, *values: object) -> tuple[tuple[str, str], ...]:
    """Hints of a kind, of those values that say something."""
    texts = [clean(value.strip(), 140) for value in values if isinstance(value, str) and value.strip()]
    return tuple((kind, text) for text in dict.fromkeys(texts))
