"""Finds ticket keys in messages and branch names: only of the projects that the estate lists."""

import re
from collections.abc import Callable, Iterable

from app.estate.sections import Tickets
from app.kernel.text import LIST_LIMIT, MESSAGE_LIMIT

TicketFinder = Callable[[Iterable[str]], list[dict[str, str]]]


def ticket_finder(tickets: Tickets) -> TicketFinder:
    """A function from texts to `[{key, url}]`, each key once, in the order of reading.

    Only listed projects count, because no pattern can tell `UTF-8` or `SHA-256` from a key. Versions
    (`ABC-1.2`), parts of longer words and numbers with leading zeros are no keys.
    """
    if not tickets.projects:
        return lambda texts: []
    projects = "|".join(sorted(map(re.escape, tickets.projects), key=len, reverse=True))
    flags = re.IGNORECASE | re.ASCII if tickets.lower_case else re.ASCII
    pattern = re.compile(rf"(?:{projects})-[1-9][0-9]{{0,9}}(?![A-Za-z0-9_]|-[0-9]|\.[0-9])", flags)

    def find(texts: Iterable[str]) -> list[dict[str, str]]:
        keys = {
            found[0].upper(): None
            for text in texts
            for found in pattern.finditer(text, 0, MESSAGE_LIMIT)
            if _begins_a_word(text, found.start())
        }
        return [_link(key, tickets.url) for key in list(keys)[:LIST_LIMIT]]

    return find


def _begins_a_word(text: str, start: int) -> bool:
    """Looked at afterwards: an expression that begins with a look back is tried at every character, far slower."""
    before = text[start - 1 : start]
    return not (before in ("_", "-") or (before.isalnum() and before.isascii()))


def _link(key: str, url: str | None) -> dict[str, str]:
    return {"key": key, "url": url.replace("{key}", key)} if url else {"key": key}
