"""How Teams looks, as host configurations of Microsoft's renderer: one for each theme and device.

What can be configured: https://learn.microsoft.com/en-us/adaptive-cards/rendering-cards/host-config. The colours are
those of the Teams themes of Fluent: https://react.fluentui.dev/?path=/docs/theme-colors--docs
"""

from dataclasses import dataclass
from typing import Any

from app.cards.vocabulary import MAX_ACTIONS

_SANS = "'Segoe UI', -apple-system, 'Liberation Sans', system-ui, sans-serif"
_MONO = "Consolas, 'Cascadia Mono', ui-monospace, 'Liberation Mono', Menlo, monospace"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of one theme: of texts with what is subtle beside each, of lines, and of boxes by style."""

    texts: dict[str, tuple[str, str]]
    line: str
    boxes: dict[str, tuple[str, str]]


LIGHT = Theme(
    texts={
        "default": ("#242424", "#616161"),
        "dark": ("#242424", "#616161"),
        "light": ("#ffffff", "#e0e0e0"),
        "accent": ("#5b5fc7", "#7579d8"),
        "good": ("#0e700e", "#359b35"),
        "warning": ("#835c00", "#a77f1c"),
        "attention": ("#b10e1c", "#cc4a54"),
    },
    line="#e0e0e0",
    boxes={
        "default": ("#ffffff", "#e0e0e0"),
        "emphasis": ("#f5f5f5", "#e0e0e0"),
        "good": ("#f1faf1", "#9fd89f"),
        "attention": ("#fdf3f4", "#eeacb2"),
        "warning": ("#fffbe6", "#f0d28a"),
        "accent": ("#e8ebfa", "#b6bcf0"),
    },
)
DARK = Theme(
    texts={
        "default": ("#ffffff", "#adadad"),
        "dark": ("#141414", "#424242"),
        "light": ("#ffffff", "#d6d6d6"),
        "accent": ("#9299f7", "#7f85f5"),
        "good": ("#54b054", "#5ec75a"),
        "warning": ("#f2c661", "#d9ad4e"),
        "attention": ("#e37d80", "#dc626d"),
    },
    line="#525252",
    boxes={
        "default": ("#292929", "#525252"),
        "emphasis": ("#333333", "#525252"),
        "good": ("#0c2c0c", "#0e5c0e"),
        "attention": ("#3b1418", "#6e2a30"),
        "warning": ("#3d2f0b", "#6b551c"),
        "accent": ("#2f2f4a", "#4f52b2"),
    },
)
THEMES = {"light": LIGHT, "dark": DARK}
DEVICES = ("desktop", "phone")


def host_config(theme: str, device: str) -> dict[str, Any]:
    """The configuration of `light` or `dark` on a `desktop` or a `phone`, where buttons stand below each other."""
    look = THEMES[theme]
    upright = device == "phone"
    return {
        "hostCapabilities": {},
        "supportsInteractivity": True,
        "fontTypes": {"default": _font(_SANS), "monospace": _font(_MONO)},
        "lineHeights": {"small": 16, "default": 20, "medium": 22, "large": 24, "extraLarge": 32},
        "spacing": {"small": 4, "default": 8, "medium": 12, "large": 16, "extraLarge": 24, "padding": 16},
        "separator": {"lineThickness": 1, "lineColor": look.line},
        "imageSizes": {"small": 32, "medium": 52, "large": 100},
        "imageSet": {"imageSize": "medium", "maxImageHeight": 100},
        "containerStyles": {name: _box(look, *colours) for name, colours in look.boxes.items()},
        "textBlock": {"headingLevel": 3},
        "textStyles": {"heading": {"size": "large", "weight": "bolder"}},
        "factSet": {
            "title": {"weight": "bolder", "wrap": True, "maxWidth": 120 if upright else 180},
            "value": {"wrap": True},
            "spacing": 12,
        },
        "actions": {
            "maxActions": MAX_ACTIONS,
            "spacing": "default",
            "buttonSpacing": 8,
            "actionsOrientation": "vertical" if upright else "horizontal",
            "actionAlignment": "stretch" if upright else "left",
            "showCard": {"actionMode": "inline", "inlineTopMargin": 12, "style": "emphasis"},
        },
        "adaptiveCard": {"allowCustomStyle": False},
    }


def _font(family: str) -> dict[str, Any]:
    return {
        "fontFamily": family,
        "fontSizes": {"small": 12, "default": 14, "medium": 16, "large": 18, "extraLarge": 24},
        "fontWeights": {"lighter": 300, "default": 400, "bolder": 600},
    }


def _box(look: Theme, background: str, border: str) -> dict[str, Any]:
    texts = {name: {"default": plain, "subtle": subtle} for name, (plain, subtle) in look.texts.items()}
    return {"backgroundColor": background, "borderColor": border, "foregroundColors": texts}
