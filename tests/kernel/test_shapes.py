"""Shapes: a mismatch is told by its place, and never by its value."""

import pytest
from pydantic import BaseModel

from app.kernel.errors import BadPayload
from app.kernel.shapes import fit, path_of


class Leaf(BaseModel):
    secret: str


class Tree(BaseModel):
    leaves: list[Leaf]


def test_what_fits_is_the_model() -> None:
    assert fit(Tree, {"leaves": [{"secret": "s", "more": 1}]}) == Tree(leaves=[Leaf(secret="s")])


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"leaves": [{"secret": "a"}, {"secret": ["hunter2"]}]}, "leaves[1].secret"),
        ({"leaves": {"hunter2": 1}}, "leaves"),
        ({}, "leaves"),
        (["hunter2"], ""),
        (None, ""),
    ],
)
def test_mismatch_is_told_by_its_first_place(value: object, path: str) -> None:
    with pytest.raises(BadPayload) as refusal:
        fit(Tree, value)
    assert refusal.value.path == path
    assert "hunter2" not in str(refusal.value)


def test_path_reads_as_people_write_it() -> None:
    assert path_of(("push", "changes", 0, "new")) == "push.changes[0].new"
    assert path_of((0, "a")) == "[0].a"
    assert path_of(()) == ""
