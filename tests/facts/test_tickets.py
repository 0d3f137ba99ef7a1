"""Which tickets are in an environment after rollbacks, and after what was taken out comes back."""

from dataclasses import replace
from typing import Any

import pytest

from app.facts.model import Deployment, Kind
from app.facts.tickets import tickets_in
from app.store.fact_records import DEPLOYMENTS
from tests.measures.rows import row

NOTHING: dict[str, Any] = row("deployment", id="d", live_at=0)[1]
BLANK = DEPLOYMENTS.record([NOTHING[name] for name in DEPLOYMENTS.columns])


def chain(text: str) -> list[Deployment]:
    """`1:A` is version 1 with the ticket A, `-1` a rollback to it; they go live at 0, 1, 2, …"""
    told = []
    for at, each in enumerate(text.split()):
        version, _, tickets = each.partition(":")
        kind: Kind = "rollback" if version.startswith("-") else "release"
        artifact = version.removeprefix("-")
        told.append(
            replace(BLANK, id=str(at), live_at=at, artifact=artifact, version=artifact, kind=kind,
                    tickets=tuple(tickets))
        )  # fmt: skip
    return told


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("1:A 2:B 3:C", {"A": 0, "B": 1, "C": 2}),
        ("1:A 2:AB", {"A": 0, "B": 1}),
        ("1:A 2:B 3:C -1", {"A": 0}),
        ("1:A 2:B 3:C -2 -1", {"A": 0}),
        ("1:A 2:B -1 3:C -1", {"A": 0}),
        ("1:A 2:B 3:C -1 3:BC", {"A": 0, "B": 4, "C": 4}),
        ("1:A 2:B 3:C -2 4:D -3", {"A": 0, "B": 1, "C": 5}),
        ("1:A 2:B -0", {}),
        ("1:A 2:B -1:B", {"A": 0}),
    ],
)
def test_what_is_there_is_what_no_rollback_took_out(told: str, expected: dict[str, int]) -> None:
    assert {key: since for key, _, since in tickets_in(chain(told)).values()} == expected


def test_what_failed_half_way_brings_nothing() -> None:
    one, two = chain("1:A 2:B")
    assert {*tickets_in([one, replace(two, outcome="failed")])} == {"A"}
