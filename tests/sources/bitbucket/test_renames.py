"""Renames: only a new path is news."""

from typing import Any

import pytest

from app.sources import Ignored
from tests.sources.bitbucket.conftest import UUID, Send


def test_new_path_is_a_rename_of_the_same_repository(send: Send) -> None:
    drafts = send("repo:updated", changes={"full_name": {"old": "acme/cart", "new": "acme/till"}})
    assert isinstance(drafts, list)
    (draft,) = drafts
    assert draft.subject == f"repository:{UUID}"
    assert draft.fields["old_full_name"] == "acme/cart"
    assert draft.fields["repository"]["full_name"] == "acme/till"
    assert draft.hints.service == (("repository", "acme/till"),)


def test_display_name_counts_where_it_was_the_end_of_the_path(send: Send) -> None:
    drafts = send("repo:updated", changes={"name": {"old": "my-cart.js", "new": "Checkout"}})
    assert isinstance(drafts, list)
    assert drafts[0].fields["old_full_name"] == "acme/my-cart.js"


@pytest.mark.parametrize(
    "changes",
    [
        None,
        {},
        {"description": {"old": "", "new": "Takes the money"}},
        {"full_name": {"old": "acme/checkout", "new": "acme/checkout"}},
        {"full_name": {"new": "acme/checkout"}},
        {"name": {"old": "The cart", "new": "Checkout"}},
        {"name": {"old": "cart", "new": "The checkout"}},
        {"name": {"old": "checkout", "new": "Checkout"}},
    ],
)
def test_anything_else_is_no_rename(send: Send, changes: Any) -> None:
    assert send("repo:updated", changes=changes) == Ignored("no_rename")
