"""What a card may be made of in Teams: elements, their properties, closed lists of values.

A subset of https://adaptivecards.io/explorer/ (1.4, and `style: heading` of a TextBlock) that Workflows post and that
phones show: https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format
"""

from collections.abc import Mapping
from typing import Literal

Escaping = Literal["markdown", "url", "plain"]

SCHEMA_VERSION = "1.4"
"""The highest version that the Workflows post: above it a card "couldn't be displayed"."""
MAX_ACTIONS = 6
"""What a desktop shows of one set of actions; it drops the rest without a word."""

_ELEMENT = frozenset({"type", "id", "spacing", "separator", "height", "isVisible", "fallback", "requires"})
_ACTION = frozenset({"type", "id", "title", "iconUrl", "style", "fallback", "requires"})
_TEXT = frozenset({"text", "size", "weight", "color", "isSubtle", "fontType"})
_BOX = frozenset(
    {"items", "style", "verticalContentAlignment", "bleed", "minHeight", "backgroundImage", "selectAction"}
)

PROPERTIES: Mapping[str, frozenset[str]] = {
    "AdaptiveCard": frozenset(
        {"type", "$schema", "version", "body", "actions", "msteams", "fallbackText", "speak", "lang", "minHeight"}
        | {"verticalContentAlignment", "selectAction", "backgroundImage"}
    ),
    "TextBlock": _ELEMENT | _TEXT | {"wrap", "maxLines", "horizontalAlignment", "style"},
    "RichTextBlock": _ELEMENT | {"inlines", "horizontalAlignment"},
    "TextRun": _TEXT | {"type", "highlight", "italic", "strikethrough", "underline", "selectAction"},
    "Image": _ELEMENT
    | {"url", "altText", "size", "style", "width", "backgroundColor", "horizontalAlignment", "selectAction"},
    "ImageSet": _ELEMENT | {"images", "imageSize"},
    "Container": _ELEMENT | _BOX,
    "ColumnSet": _ELEMENT | {"columns", "style", "bleed", "minHeight", "horizontalAlignment", "selectAction"},
    "Column": (_ELEMENT | _BOX | {"width"}) - {"height"},
    "FactSet": _ELEMENT | {"facts"},
    "Fact": frozenset({"title", "value"}),
    "ActionSet": _ELEMENT | {"actions"},
    "Action.OpenUrl": _ACTION | {"url"},
    "Action.ToggleVisibility": _ACTION | {"targetElements"},
    "Action.ShowCard": _ACTION | {"card"},
}
"""Every element that a card may hold, with all its properties. A fact has no `type` of its own."""

REQUIRED: Mapping[str, frozenset[str]] = {
    "AdaptiveCard": frozenset({"version", "body"}),
    "TextBlock": frozenset({"text"}),
    "RichTextBlock": frozenset({"inlines"}),
    "TextRun": frozenset({"text"}),
    "Image": frozenset({"url", "altText"}),
    "ImageSet": frozenset({"images"}),
    "Container": frozenset({"items"}),
    "ColumnSet": frozenset({"columns"}),
    "Column": frozenset({"items"}),
    "FactSet": frozenset({"facts"}),
    "Fact": frozenset({"title", "value"}),
    "ActionSet": frozenset({"actions"}),
    "Action.OpenUrl": frozenset({"title", "url"}),
    "Action.ToggleVisibility": frozenset({"title", "targetElements"}),
    "Action.ShowCard": frozenset({"title", "card"}),
}

_NO_BOT = "nobody answers it: the message comes from a webhook, not from a bot"
_PHONES = "phones leave it blank: use a FactSet or a ColumnSet"
REFUSED: Mapping[str, str] = {
    "Input.": _NO_BOT,
    "Action.Submit": _NO_BOT,
    "Action.Execute": _NO_BOT,
    "Media": "Teams does not play it",
    "Table": _PHONES,
    "CodeBlock": "phones leave it blank: use a RichTextBlock in Monospace",
    "Badge": _PHONES,
    "Icon": _PHONES,
}
"""Beginnings of type names that other Adaptive Card hosts know, and why not here."""

LISTS: Mapping[str, str] = {
    "body": "TextBlock",
    "items": "TextBlock",
    "inlines": "TextRun",
    "facts": "Fact",
    "columns": "Column",
    "images": "Image",
    "actions": "Action.OpenUrl",
}
"""The properties that hold elements, with what most often stands there."""

_BOX_STYLES = frozenset({"default", "emphasis", "good", "attention", "warning", "accent"})
_TEXT_SIZES = frozenset({"default", "small", "medium", "large", "extralarge"})
_IMAGE_SIZES = frozenset({"auto", "stretch", "small", "medium", "large"})

VALUES: Mapping[str, frozenset[str]] = {
    "color": frozenset({"default", "dark", "light", "accent", "good", "warning", "attention"}),
    "fontType": frozenset({"default", "monospace"}),
    "horizontalAlignment": frozenset({"left", "center", "right"}),
    "imageSize": _IMAGE_SIZES,
    "spacing": frozenset({"default", "none", "small", "medium", "large", "extralarge", "padding"}),
    "verticalContentAlignment": frozenset({"top", "center", "bottom"}),
    "weight": frozenset({"default", "lighter", "bolder"}),
    "TextBlock.style": frozenset({"default", "heading"}),
    "TextBlock.size": _TEXT_SIZES,
    "TextRun.size": _TEXT_SIZES,
    "Image.size": _IMAGE_SIZES,
    "Image.style": frozenset({"default", "person"}),
    "Container.style": _BOX_STYLES,
    "ColumnSet.style": _BOX_STYLES,
    "Column.style": _BOX_STYLES,
    "Action.OpenUrl.style": frozenset({"default"}),
    "Action.ToggleVisibility.style": frozenset({"default"}),
    "Action.ShowCard.style": frozenset({"default"}),
}
"""Closed lists of values by property or element.property, in lower case: the letter case does not count."""

LINKS = frozenset({"url", "iconUrl", "backgroundImage"})


def allowed_values(element: str, key: str) -> frozenset[str] | None:
    """The closed list of values of an element's property, or None when it is free."""
    return VALUES.get(f"{element}.{key}") or VALUES.get(key)


def escaping(element: str, key: str) -> Escaping:
    """How a template's values are written into this property. Only a TextBlock and a fact read Markdown."""
    if key in LINKS:
        return "url"
    if (element == "TextBlock" and key == "text") or element == "Fact":
        return "markdown"
    return "plain"
