"""Joins the sections of all files, in the order of the files' names; a name may be defined once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.kernel.yaml import Document, did_you_mean
from app.routing.written import Problems, Written

MAPS = ("defaults", "channels", "connections", "purposes", "teams", "times", "users")
LISTS = ("rules", "messages", "tests")
SECTIONS = ("version", *MAPS, *LISTS)
VERSION = 1


@dataclass(slots=True)
class Sections:
    """What stands in our sections: maps by name, lists in order."""

    maps: dict[str, dict[str, Written]] = field(default_factory=lambda: {name: {} for name in MAPS})
    lists: dict[str, list[Written]] = field(default_factory=lambda: {name: [] for name in LISTS})

    def content(self) -> dict[str, Any]:
        """The plain values: the same however they are spread over files, or commented."""
        maps = {name: {key: entry.value for key, entry in entries.items()} for name, entries in self.maps.items()}
        return maps | {name: [entry.value for entry in entries] for name, entries in self.lists.items()}

    def names(self, section: str) -> list[str]:
        """The names that the entries of a list have; what has none is for its model to judge."""
        given = [entry.value.get("name") for entry in self.lists[section] if isinstance(entry.value, dict)]
        return [name for name in given if isinstance(name, str)]


def join(documents: Sequence[Document], foreign: Collection[str], problems: Problems) -> Sections:
    """Our sections out of all documents. Those in `foreign` belong to somebody else and are passed over."""
    sections = Sections()
    for document in sorted(documents, key=lambda one: one.file):
        whole = Written(document.value, document)
        if whole.value is None:
            continue
        if not isinstance(whole.value, dict):
            problems.append(whole.problem("expected a map of sections", did_you_mean("", SECTIONS)))
            continue
        for name in whole.value:
            if name not in foreign:
                _take(name, whole.at(name), sections, foreign, problems)
    return sections


def _take(name: str, written: Written, sections: Sections, foreign: Collection[str], problems: Problems) -> None:
    if name == "version":
        if written.value is not VERSION:
            problems.append(written.problem(f"version {written.value!r} is not known", f"write version: {VERSION}"))
    elif name in MAPS:
        _take_map(written, sections.maps[name], problems)
    elif name in LISTS:
        _take_list(written, sections.lists[name], problems)
    else:
        problems.append(written.problem(f"unknown section {name!r}", did_you_mean(name, [*SECTIONS, *foreign])))


def _take_map(written: Written, into: dict[str, Written], problems: Problems) -> None:
    if not isinstance(written.value, dict):
        problems.append(written.problem(f"{written.path[0]!r} is a map of names"))
        return
    for key in written.value:
        entry = written.at(key)
        if key in into:
            first = into[key]
            problems.append(entry.problem(f"{key!r} is defined twice", f"first at {first.file}:{first.line}"))
        else:
            into[key] = entry


def _take_list(written: Written, into: list[Written], problems: Problems) -> None:
    if not isinstance(written.value, list):
        problems.append(written.problem(f"{written.path[0]!r} is a list", "start each entry with '- name: …'"))
        return
    into.extend(written.at(index) for index in range(len(written.value)))


def refuse_same_names(entries: list[Written], problems: Problems) -> None:
    """In a list, too, a name may be given once."""
    seen: dict[Any, Written] = {}
    for entry in entries:
        name = entry.value.get("name") if isinstance(entry.value, dict) else None
        if not isinstance(name, str):
            continue
        if name in seen:
            first = seen[name]
            place = entry.at("name")
            problems.append(place.problem(f"{name!r} is defined twice", f"first at {first.file}:{first.line}"))
        seen.setdefault(name, entry)
