"""People: who can be mentioned in Teams, from the rule book's own table and from nowhere else."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.routing.match import View
from app.routing.rule_entries import user_of
from app.routing.spelling import is_address

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
        if known is None and email.rpartition("@")[2] in self.domains and is_address(email):
            known = email
        return None if known in self.never or email in self.never else known

    def person(self, email: str, name: str = "") -> Person:
        """Somebody by e-mail, called by name or else by what stands before the @; without e-mail by name alone."""
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
            if person.name:
                found.setdefault(person.address or person.name, person)
    return tuple(found.values())[:MOST]


def _called(who: str, view: View, people: People, team: tuple[str, ...]) -> Iterator[Person]:
    if who == "team":
        yield from map(people.person, team)
    elif who in ("author", "authors"):
        for author in _authors(view, all_of_them=who == "authors"):
            yield people.person(author.get("email") or "", author.get("name") or "")
    else:
        yield people.person(user_of(who) or "")


def _authors(view: View, *, all_of_them: bool) -> Iterator[Mapping[str, Any]]:
    """The author of an event's commit, else of its pull request; with `all_of_them` those of the commits it carries."""
    own = _author(view.get("commit")) or _author(view.get("pull_request"))
    carried = map(_author, view.get("commits") or ()) if all_of_them else ()
    yield from (author for author in (own, *carried) if author is not None)


def _author(part: Any) -> Mapping[str, Any] | None:
    """The human being who wrote a commit or a pull request; a robot has nobody's attention to be called."""
    author = part.get("author") if isinstance(part, dict) else None
    if not isinstance(author, dict) or author.get("kind", "human") != "human":
        return None
    return author if author.get("email") or author.get("name") else None
