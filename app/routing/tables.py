"""Reads the tables: times, users, messages; and whom a rule mentions."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import RootModel

from app.routing.clauses import ALL_TYPES, narrow, read_match
from app.routing.entries import MessageEntry, UsersEntry
from app.routing.known import Known
from app.routing.match import Match, Predicate
from app.routing.messages import Message
from app.routing.people import Mention, People
from app.routing.places import check_name
from app.routing.rule_entries import MentionEntry
from app.routing.sections import Sections
from app.routing.times import SpanEntry, Times
from app.routing.written import Problems, Written


class TimesEntry(RootModel[list[SpanEntry]]):
    """Times with a name: all of these spans together."""


def read_times(sections: Sections, timezone: str, problems: Problems) -> dict[str, Times]:
    """All named times."""
    found = {}
    for name, written in sections.maps["times"].items():
        check_name(name, written, problems)
        entry = written.read_as(TimesEntry, problems)
        if entry is not None and not entry.root:
            problems.append(written.problem(f"{name!r} has no span", "e.g. [{from: '19:00', to: '07:00'}]"))
        elif entry is not None:
            found[name] = Times.of(name, entry.root, timezone)
    return found


def read_people(sections: Sections, problems: Problems) -> People:
    """The table of users; empty when there is none: then nobody is mentioned."""
    entry = UsersEntry()
    for key, place in sections.maps["users"].items():  # one by one, because each may stand in another file
        one = Written({key: place.value}, place.document, place.path[:-1]).read_as(UsersEntry, problems)
        if one is not None:
            entry = entry.model_copy(update={key: getattr(one, key)})
    return People(frozenset(entry.upn_domains), entry.aliases, frozenset(entry.never_mention))


def read_messages(
    sections: Sections, known: Known, times: Mapping[str, Times], problems: Problems
) -> tuple[Message, ...]:
    """All messages in their order."""
    found = (_read_message(written, sections, known, times, problems) for written in sections.lists["messages"])
    return tuple(message for message in found if message is not None)


def _read_message(
    written: Written, sections: Sections, known: Known, times: Mapping[str, Times], problems: Problems
) -> Message | None:
    entry = written.read_as(MessageEntry, problems)
    if entry is None:
        return None
    if entry.during is not None:
        written.at("during").check_names("times", [entry.during], sections.maps["times"], problems)
    match = read_match(written.at("match"), known, problems) if entry.match else None
    return Message(
        entry.name,
        _by_type(match, ALL_TYPES),
        times.get(entry.during) if entry.during else None,
        tuple(entry.text or ()),
        {user: tuple(texts) for user, texts in entry.by_user.items()} if entry.by_user is not None else None,
        frozenset(_asked(match)) if match is not None else frozenset(),
        file=written.file,
        line=written.line,
    )


def _asked(match: Match) -> Iterator[str]:
    """The first word of every path in a match, at any depth."""
    yield from (clause.keys[0] for clause in match.clauses)
    for branches in match.branches:
        for inner in branches.matches:
            yield from _asked(inner)


def read_mention(
    entry: MentionEntry | None, written: Written, known: Known, problems: Problems, types: tuple[str, ...]
) -> Mention | None:
    """Whom a rule mentions, if anybody."""
    if entry is None:
        return None
    match = read_match(written.at("match"), known, problems, types) if entry.match else None
    return Mention(tuple(entry.who), _by_type(match, types))


def _by_type(match: Match | None, types: tuple[str, ...]) -> Mapping[str, Predicate] | None:
    """What is asked of the events of each type that it can meet; None when nothing is asked."""
    if match is None:
        return None
    met: Any = {name: match.compile({"type": name}) for name in narrow(match.clauses, types)}
    return {name: holds for name, holds in met.items() if holds is not None}
