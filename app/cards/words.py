"""The text of a message in the rules: the language of cards, made to one line of plain text."""

import re
from collections.abc import Mapping
from typing import Any

from app.cards.build import leaf
from app.cards.context import default_icon, shown_name
from app.cards.escape import plain
from app.cards.language import Text
from app.cards.leaves import Leaf, names_of, text_leaf
from app.cards.sandbox import MAX_RANGE, Run

MAX_WORDS = 500
"""Characters of a message; what is longer is cut."""

_NAMES = names_of({"e": "", "icon": None, "service": None, "environment": None})
_MENTION = re.compile(r"<\s*/?\s*at\b", re.IGNORECASE)


def check_words(text: str) -> str | None:
    """What is wrong with a message's text, with the remedy if there is one; None when nothing is."""
    if _MENTION.search(text):
        return "`<at>` in a message mentions nobody: use `mention`"
    faults = _leaf(text).faults
    return next((f"{fault.message} ({fault.hint})" if fault.hint else fault.message for fault in faults), None)


def words(text: str, e: Mapping[str, Any]) -> str:
    """The message for an event, not escaped yet: a card's `{{ easter_egg }}` does that.

    "" when it would print what the event does not say (half a joke is none), and whatever else goes wrong: no card
    is lost to a message.
    """
    try:
        names = {
            "e": dict(e),
            "icon": default_icon(e),
            "service": shown_name(e, "service"),
            "environment": shown_name(e, "environment"),
        }
        run = Run(names, cut=MAX_RANGE, drop=0, longest=MAX_WORDS)
        made = _leaf(text).made
        found = leaf(made)(run) if made else ""
        return "" if run.missing or not isinstance(found, str) else " ".join(plain(found).split())
    except Exception:  # noqa: BLE001  no card is lost to a message
        return ""


def _leaf(text: str) -> Leaf[Text]:
    return text_leaf(text, "plain", _NAMES)
