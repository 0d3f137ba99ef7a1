"""How Teams looks: every style and colour that a card may name is there, in both themes."""

import re

import pytest

from app.cards.preview.teams import DEVICES, THEMES, host_config
from app.cards.vocabulary import MAX_ACTIONS, VALUES

every_view = pytest.mark.parametrize(("theme", "device"), [(t, d) for t in THEMES for d in DEVICES])


@every_view
def test_every_box_and_every_colour_of_text(theme: str, device: str) -> None:
    boxes = host_config(theme, device)["containerStyles"]
    assert boxes.keys() == VALUES["Container.style"]
    for box in boxes.values():
        assert box["foregroundColors"].keys() == VALUES["color"]


@every_view
def test_text_can_be_read_on_every_box(theme: str, device: str) -> None:
    for name, box in host_config(theme, device)["containerStyles"].items():
        for colour, pair in box["foregroundColors"].items():
            if colour not in ("light", "dark"):  # fixed whatever the theme: no reader expects contrast of both
                assert contrast(pair["default"], box["backgroundColor"]) >= 4.5, (name, colour)


@every_view
def test_no_more_buttons_than_a_desktop_shows(theme: str, device: str) -> None:
    actions = host_config(theme, device)["actions"]
    assert actions["maxActions"] == MAX_ACTIONS == 6
    assert actions["actionsOrientation"] == {"desktop": "horizontal", "phone": "vertical"}[device]


def contrast(one: str, other: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio"""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    assert re.fullmatch("#[0-9a-f]{6}", colour)
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
