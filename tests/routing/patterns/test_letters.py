"""Letters without case: one with one."""

import pytest

from app.routing.patterns.letters import ends_with_letters, same_letters, starts_with_letters


@pytest.mark.parametrize(
    ("wanted", "got", "same"),
    [
        ("ÄÖÜ-basket", "äöü-BASKET", True),
        ("straße", "STRAßE", True),
        ("straße", "STRASSE", False),
        ("STRASSE", "straße", False),
        ("σ", "Σ", True),
        ("k", "\u212a", False),  # the Kelvin sign, whose lower case is k
        ("\u212a", "k", True),
        ("s", "\u017f", False),  # the long s, whose upper case is S
        ("İ", "i̇", False),  # whose lower case is two characters
        ("a", "", False),
        ("", "a", False),
    ],
)
def test_one_character_with_one(wanted: str, got: str, same: bool) -> None:
    assert same_letters(wanted)(got) is same


def test_the_ends_of_a_text() -> None:
    assert starts_with_letters("Straße")("STRAßE 1")
    assert not starts_with_letters("Straße")("STRASSE 1")
    assert ends_with_letters("ß")("GROß")
    assert not ends_with_letters("ß")("GROSS")
    assert ends_with_letters("")("")
