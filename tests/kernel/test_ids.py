"""Ids: new ones sort by time, derived ones depend on the parts alone."""

import uuid

import pytest

from app.kernel.ids import derived_id, new_id

NOW = 1_795_348_800_123_456


def test_new_id_is_a_uuid_of_version_7_with_its_millisecond() -> None:
    made = uuid.UUID(new_id(NOW))
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert made.int >> 80 == NOW // 1000


def test_new_ids_sort_by_time_and_differ() -> None:
    assert new_id(NOW) < new_id(NOW + 1000) < new_id(NOW + 10**12)
    assert len({new_id(NOW) for _ in range(1000)}) == 1000
    assert len(new_id(0)) == 32


def test_derived_id_is_the_same_tomorrow() -> None:
    """Stored ids depend on it: this value must never change."""
    made = derived_id("bitbucket", "acme", "build:{x}:7", "pipeline.finished", "FAILED", NOW, None)
    assert made == "02cbf2a9d064c2ec96f183884949619f"
    assert len(derived_id()) == 32


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "b"), ("ab",)),
        (("a", "b"), ("b", "a")),
        (("a",), ("a", None)),
        ((None,), ("",)),
        ((None,), ("None",)),
        (("a", ""), ("a",)),
        (("a\x00", "b"), ("a", "\x00b")),
    ],
)
def test_other_parts_give_another_id(one: tuple[object, ...], other: tuple[object, ...]) -> None:
    assert derived_id(*one) != derived_id(*other)


def test_any_text_can_be_a_part() -> None:
    assert derived_id("\ud800") == derived_id("\ud800")
    assert derived_id("é" * 100_000) != derived_id("é" * 99_999)
