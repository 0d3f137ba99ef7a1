"""Reads what makes a rule calm: group, coalesce and mute."""

from collections.abc import Mapping, Sequence

from app.routing.clauses import find_path
from app.routing.known import Known
from app.routing.rule_entries import CoalesceEntry, GroupEntry, MuteEntry
from app.routing.rulebook import Coalesce, Group, Mute
from app.routing.sections import Sections
from app.routing.times import Times
from app.routing.written import Problems, Written

_WAITS = 10
"""Without `max_wait`: so many times `wait`."""


def read_group(
    entry: GroupEntry | None, written: Written, known: Known, problems: Problems, types: tuple[str, ...]
) -> Group | None:
    """The group of a rule, if it has one."""
    if entry is None:
        return None
    written.at("card").check_names("card", [entry.card], known.cards, problems)
    keys = read_paths(entry.by or (), written.at("by"), problems, types)
    return Group(keys, entry.wait, entry.max_wait or entry.wait * _WAITS, entry.card, entry.first == "now")


def read_coalesce(
    entry: CoalesceEntry | None, written: Written, problems: Problems, types: tuple[str, ...]
) -> Coalesce | None:
    """What a rule sends the last state of, if it says so."""
    if entry is None:
        return None
    return Coalesce(read_paths(entry.by, written.at("by"), problems, types), entry.window)


def read_mute(
    entry: MuteEntry | None, written: Written, times: Mapping[str, Times], sections: Sections, problems: Problems
) -> Mute | None:
    """The times at which a rule does not send, if there are any."""
    if entry is None:
        return None
    during = written.at("during")
    during.check_names("times", [entry.during], sections.maps["times"], problems)
    found = times.get(entry.during)
    if found is None:
        return None
    if entry.then == "hold" and found.ends(0) is None:
        problems.append(during.problem(f"{entry.during!r} never ends: what it holds would never be sent"))
    return Mute(found, hold=entry.then == "hold")


def read_paths(
    paths: Sequence[str], written: Written, problems: Problems, types: tuple[str, ...]
) -> tuple[tuple[str, ...], ...]:
    """The keys of the fields that tell news apart; each has to be one value."""
    keys = []
    for path in paths:
        found = find_path(path, written, problems, types)
        if found is not None and found.kind in ("part", "map"):
            problems.append(written.problem(f"{path!r} is a {found.kind}", "name one of its fields"))
        elif found is not None:
            keys.append(found.keys)
    return tuple(keys)
