"""Reads where messages may go: channels, connections, purposes, teams."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from app.events import UNMAPPED
from app.kernel.clock import SECOND
from app.kernel.globs import compile_glob
from app.routing.entries import ChannelEntry, ConnectionEntry, PurposeEntry, TeamEntry
from app.routing.known import Known
from app.routing.rulebook import Channel, Connection, Override, Team
from app.routing.sections import Sections
from app.routing.spelling import Name
from app.routing.written import Problems, Written

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_WILD = frozenset("*?")


@dataclass(frozen=True, slots=True)
class Places:
    """Everything that a message can be sent to."""

    channels: Mapping[str, Channel]
    connections: Mapping[str, Connection]
    purposes: Mapping[str, tuple[str, ...]]
    teams: tuple[Team, ...]


def read_places(sections: Sections, known: Known, problems: Problems) -> Places:
    """The four sections; what is wrong with them goes to `problems`."""
    for section in ("channels", "connections", "purposes", "teams"):
        for name, written in sections.maps[section].items():
            check_name(name, written, problems)
    connections = _read_connections(sections, problems)
    return Places(
        _read_channels(sections, known, problems),
        connections,
        _read_purposes(sections, problems),
        _read_teams(sections, known, problems),
    )


def check_name(name: str, written: Written, problems: Problems) -> None:
    """What is defined under a name in a map must have one; those in lists are checked by their models."""
    try:
        _NAME.validate_python(name)
    except ValidationError:
        problems.append(written.problem(f"{name!r} is no name", "letters, digits, - and _, at most 63"))


def _read_connections(sections: Sections, problems: Problems) -> dict[str, Connection]:
    found = {}
    for name, written in sections.maps["connections"].items():
        entry = written.read_as(ConnectionEntry, problems)
        if entry is not None:
            found[name] = Connection(name, entry.posts, max(1, entry.per // SECOND), entry.when_full)
    return found


def _read_channels(sections: Sections, known: Known, problems: Problems) -> dict[str, Channel]:
    found = {}
    for name, written in sections.maps["channels"].items():
        entry = written.read_as(ChannelEntry, problems)
        if entry is None:
            continue
        written.at("kind").check_names("kind of channel", [entry.kind], known.channel_kinds, problems)
        if entry.connection is not None:
            defined = sections.maps["connections"]
            written.at("connection").check_names("connection", [entry.connection], defined, problems)
        if entry.alerts_to is not None:
            _check_alerts(name, entry.alerts_to, written.at("alerts_to"), sections, problems)
        found[name] = Channel(
            name, entry.kind, entry.connection, written.value, entry.alerts_to, written.document, written.path
        )
    return found


def _check_alerts(name: str, to: str, written: Written, sections: Sections, problems: Problems) -> None:
    written.check_names("channel", [to], sections.maps["channels"], problems)
    if to == name:
        problems.append(written.problem("a channel that is broken cannot tell so itself", "name another one"))


def _read_purposes(sections: Sections, problems: Problems) -> dict[str, tuple[str, ...]]:
    found = {}
    for name, written in sections.maps["purposes"].items():
        entry = written.read_as(PurposeEntry, problems)
        if entry is not None:
            written.check_names("channel", entry.root, sections.maps["channels"], problems)
            found[name] = tuple(entry.root)
    return found


def _read_teams(sections: Sections, known: Known, problems: Problems) -> tuple[Team, ...]:
    found = []
    for name, written in sections.maps["teams"].items():
        entry = written.read_as(TeamEntry, problems)
        if entry is None:
            continue
        for purpose in entry.channels:
            place = written.at("channels", purpose)
            place.check_names("purpose", [purpose], sections.maps["purposes"], problems)
        wishes = {}
        for purpose, override in entry.channels.items():
            word, channels = ("add", override.add) if override.replace is None else ("replace", override.replace)
            place = written.at("channels", purpose, word)
            place.check_names("channel", channels or [], sections.maps["channels"], problems)
            wishes[purpose] = Override(tuple(channels or ()), instead=word == "replace")
        globs = tuple(entry.services)
        fitting = (glob for glob in globs if _WILD.intersection(glob))
        written.at("services").check_names("service", globs, (*known.services, UNMAPPED, *fitting), problems)
        mentions = tuple(entry.on_failure_mention)
        found.append(Team(name, globs, _any_glob(globs), wishes, mentions, entry.timezone, written.file, written.line))
    return tuple(found)


def _any_glob(globs: tuple[str, ...]) -> Callable[[str], bool]:
    tests = [compile_glob(glob) for glob in globs]
    return lambda service: any(test(service) for test in tests)
