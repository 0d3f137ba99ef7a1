"""What the rooms of incidents have in common."""

import pytest

from app.events.incidents import deployed, hint, priority_of


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
