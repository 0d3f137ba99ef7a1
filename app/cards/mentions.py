"""Mentions: the `<at>` texts of a card, and the entities that make Teams notify people.

The only place where either is made: what an event says cannot mention anybody. The text of an entity must stand in
the card exactly as it is, so a name keeps nothing that Markdown or a tag could be made of.
https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format#mention-support-within-adaptive-cards
"""

import re
from collections.abc import Sequence
from typing import Any

MAX_PEOPLE = 20
"""How many people Teams notifies by one message: https://learn.microsoft.com/en-us/connectors/teams"""
MAX_NAME = 60
MAX_TEXT = 900
"""Characters of all names together, tags included: the shortest that the engine cuts a text to is 1,000."""

_ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f]{1,256}")
_DROPPED = re.compile(r"[^\w .,'’()@+-]|_")


def mention(people: Sequence[tuple[str, str | None]]) -> tuple[str, list[dict[str, Any]]]:
    """The text that names these people (name, address), and the entities that notify those who have an address.

    An address is what Teams knows somebody by: the user principal name, or the Entra object id. Everybody is named
    once, and 20 people at most; the text says how many more there are.
    """
    known = _once(people)
    addresses: dict[str, str | None] = {}
    length = 0
    for name, address in known[:MAX_PEOPLE]:
        shown = name
        if shown in addresses and address:  # two people of one name: Teams tells them apart by the text alone
            shown = f"{name} ({_clean(address)})"
        length += len(f"<at>{shown}</at>, ")
        if length > MAX_TEXT:
            break
        addresses.setdefault(shown, address)
    text = ", ".join(_tagged(shown) if address else shown for shown, address in addresses.items())
    left = len(known) - len(addresses)
    return text + (f" and {left} more" if left else ""), [
        {"type": "mention", "text": _tagged(shown), "mentioned": {"id": address, "name": shown}}
        for shown, address in addresses.items()
        if address
    ]


def _once(people: Sequence[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Everybody with a clean name and a usable address or none; an address is one person, whatever the names."""
    found: dict[str, tuple[str, str | None]] = {}
    for name, address in people:
        usable = address if address and _ADDRESS.fullmatch(address) else None
        shown = _clean(name) or _clean((usable or "").partition("@")[0])
        if shown:
            found.setdefault((usable or f" {shown}").lower(), (shown, usable))
    return list(found.values())


def _clean(name: str) -> str:
    return " ".join(_DROPPED.sub(" ", name).split())[:MAX_NAME].strip()


def _tagged(shown: str) -> str:
    return f"<at>{shown}</at>"
