"""People: who can be mentioned in Teams, from the rule book's own table and from nowhere else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.routing.match import View
from app.routing.rule_entries import user_of

MOST = 20
"""Users that one message may mention: https://learn.microsoft.com/en-us/connectors/teams"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a card. `address` is what Teams knows them by (the UPN); None: shown by name, not mentioned."""

    name: str
    address: str | None


@dataclass(frozen=True, slots=True)
class People:
    """The table of `users`; all addresses in lower case."""

    domains: frozenset[str]
    aliases: Mapping[str, str]
    never: frozenset[str]

    def address(self, email: str) -> str | None:
        """The Teams address behind an e-mail, or None when the table does not know it or forbids it."""
        email = email.lower()
        known = self.aliases.get(email)
        if known is None and email.rpartition("@")[2] in self.domains:
            known = email
        return None if known in self.never or email in self.never else known

    def person(self, email: str, name: str = "") -> Person:
        """Somebody by e-mail, called by name or else by what stands before the @."""
        return Person(name.strip() or email.partition("@")[0], self.address(email))


@dataclass(frozen=True, slots=True)
class Mention:
    """Whom a rule mentions, and for which events: `holds` by event type, None for all."""

    who: tuple[str, ...]
    holds: Mapping[str, Callable[[View], bool]] | None

    def fits(self, view: View) -> bool:
        """Whether the rule mentions anybody for this event."""
        if self.holds is None:
            return True
        test = self.holds.get(view["type"])
        return test is not None and test(view)


def mentioned(mention: Mention, view: View, people: People, team: tuple[str, ...]) -> tuple[Person, ...]:
    """The people that a card of this event mentions, in order, each once and 20 at most. `team`: its addresses."""
    found: dict[str, Person] = {}
    for who in mention.who:
        for person in _called(who, view, people, team):
            found.setdefault(person.address or person.name, person)
    return tuple(found.values())[:MOST]


def _called(who: str, view: View, people: People, team: tuple[str, ...]) -> Iterator[Person]:
    if who == "team":
        yield from map(people.person, team)
    elif who in ("author", "authors"):
        yield from (_author(author, people) for author in _authors(view, all_of_them=who == "authors"))
    else:
        yield people.person(user_of(who) or "")


def _authors(view: View, *, all_of_them: bool) -> Iterator[Mapping[str, Any]]:
    """The author of an event's commit, or of its pull request; with `all_of_them` those of the commits it carries."""
    carried = view.get("commits") if all_of_them else None
    for part in (view.get("commit") or view.get("pull_request"), *(carried or ())):
        author = part.get("author") if isinstance(part, dict) else None
        if isinstance(author, dict) and (author.get("email") or author.get("name")):
            yield author


def _author(author: Mapping[str, Any], people: People) -> Person:
    email, name = author.get("email") or "", author.get("name") or ""
    return people.person(email, name) if email else Person(name, None)
