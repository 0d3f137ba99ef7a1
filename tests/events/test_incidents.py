"""What the rooms of incidents have in common."""

from datetime import UTC, datetime, timedelta

import pytest

from app.events import Draft, Hints
from app.events.incidents import State, deployed, hint, incident_draft, priority_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def draft(state: State, at: datetime | None = NOON, opened_at: datetime | None = None) -> Draft:
    return incident_draft("x", "7", state, at, hints=Hints(), fields={}, opened_at=opened_at)


def test_an_incident_began_when_it_was_opened_unless_somebody_knows_better() -> None:
    assert draft("opened").fields["opened_at"] == NOON
    assert draft("opened", opened_at=NOON - timedelta(hours=1)).fields["opened_at"] == NOON - timedelta(hours=1)
    assert "opened_at" not in draft("resolved").fields
    assert "opened_at" not in draft("opened", at=None).fields


@pytest.mark.parametrize(
    ("word", "priority"),
    [
        ("P1", "P1"), (" p5 ", "P5"), ("SEV-2", "P2"), ("sev1", "P1"), ("Severity 3", "P3"), ("S4", "P4"), (2, "P2"),
        ("2", "P2"), ("P1 - Critical", "P1"), ("Critical", "P1"), ("warning", "P3"), ("page", "P1"), ("info", "P5"),
        (0, None), (6, None), ("P12", None), ("", None), (None, None), (True, None), (2.5, None), ("²", None),
        ("prod", None), ("x" * 10_000, None),
    ],
)  # fmt: skip
def test_a_priority_in_many_words(word: object, priority: str | None) -> None:
    assert priority_of(word) == priority


def test_a_deployment_is_only_named_by_what_can_name_one() -> None:
    assert deployed(" 2.14.0 ", "ABCDEF0") == {"version": "2.14.0", "commit": {"sha": "ABCDEF0"}}
    assert deployed("", "main") == deployed(None, None) == deployed(7, 7) == {}


def test_hints_say_each_thing_once_and_nothing_empty() -> None:
    assert hint("name", "a", None, "", " ", "a", " b ", 7) == (("name", "a"), ("name", "b"))
