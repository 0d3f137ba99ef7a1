"""Reads the estate's sections out of the rules files, and says all that is wrong with them at once."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, get_args

from app.estate.estate import Estate
from app.estate.patterns import is_glob
from app.estate.sections import (
    KIND_OF_FIELD,
    EnvironmentEntry,
    Globs,
    HintKind,
    Labels,
    OwnName,
    Section,
    ServiceEntry,
    Tickets,
)
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.yaml import Document, did_you_mean

E = TypeVar("E", bound=Section)
_PLACE = re.compile(r"\{([^{}]*)\}")


def load_estate(documents: Sequence[Document]) -> Estate:
    """The estate that the files describe; a section may be spread over files.

    Raises ConfigErrors: every problem with file, line and a suggestion. Sections of others are passed over.
    """
    return _Loader(documents).load()


class _Loader:
    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = [document for document in documents if isinstance(document.value, dict)]
        self.problems: list[ConfigError] = []

    def load(self) -> Estate:
        environments = self.entries("environments", EnvironmentEntry)
        services = self.entries("services", ServiceEntry)
        patterns = self.patterns()
        tickets = self.single("tickets", Tickets)
        labels = self.single("labels", Labels)
        if self.problems:
            raise ConfigErrors(self.problems)
        return Estate(services, environments, patterns, tickets, labels)

    def found(self, section: str) -> Iterator[tuple[Document, Any]]:
        for document in self.documents:
            if document.value.get(section) is not None:
                yield document, document.value[section]

    def mapping(self, section: str) -> Iterator[tuple[Document, str, Any]]:
        """The entries of a section over all files; a name that was there already is a problem."""
        seen: dict[str, str] = {}
        for document, value in self.found(section):
            if not isinstance(value, dict):
                self.problems.append(document.problem((section,), f"{section!r} must be a map of names"))
                continue
            for name, entry in value.items():
                place = f"{document.file}:{document.line((section, name))}"
                if name in seen:
                    self.problems.append(document.problem((section, name), f"{name!r} is already at {seen[name]}"))
                seen.setdefault(name, place)
                yield document, name, entry

    def entries(self, section: str, model: type[E]) -> dict[str, E]:
        """A section of named entries; an entry may be empty, and no two may claim the same name elsewhere."""
        entries: dict[str, E] = {}
        claims: dict[tuple[str, str], str] = {}
        for document, name, value in self.mapping(section):
            path = (section, name)
            if self.check(document, path, name, OwnName) is None:
                continue
            entry = self.check(document, path, {} if value is None else value, model)
            if entry is not None:
                entries[name] = entry
                self.claim(document, path, entry, claims)
        return entries

    def claim(
        self, document: Document, path: tuple[str, str], entry: Section, claims: dict[tuple[str, str], str]
    ) -> None:
        """Note what an entry calls its own; globs may overlap (the first in the file wins), exact names may not."""
        name = path[1]
        texts = [("name", name, path)] + [
            (kind, text, (*path, field))
            for field, kind in KIND_OF_FIELD.items()
            for text in getattr(entry, field, ())
            if not is_glob(text)
        ]
        for kind, text, place in texts:
            owner = claims.setdefault((kind, text.lower()), name)
            if owner != name:
                self.problems.append(document.problem(place, f"{text!r} ({kind}) belongs to {owner!r} already"))

    def patterns(self) -> Mapping[str, tuple[str, ...]]:
        """The `names:` section: per kind of hint, what names outside look like."""
        patterns: dict[str, tuple[str, ...]] = {}
        for document, kind, value in self.mapping("names"):
            path = ("names", kind)
            if kind not in get_args(HintKind):
                hint = did_you_mean(kind, get_args(HintKind))
                self.problems.append(document.problem(path, f"unknown kind of name {kind!r}", hint))
                continue
            patterns[kind] = self.check(document, path, value, Globs) or ()
            for text in patterns[kind]:
                self.check_places(document, path, text)
        return patterns

    def check_places(self, document: Document, path: tuple[str, str], text: str) -> None:
        places = _PLACE.findall(text)
        unknown = [place for place in places if place not in ("service", "environment")]
        if unknown:
            hint = did_you_mean(unknown[0], ("service", "environment"))
            self.problems.append(document.problem(path, f"unknown place {{{unknown[0]}}} in {text!r}", hint))
        elif not places or len(set(places)) != len(places):
            self.problems.append(
                document.problem(path, f"{text!r} must have {{service}}, {{environment}} or both, each once")
            )

    def single(self, section: str, model: type[E]) -> E:
        """A section that stands once, or its defaults."""
        result: E | None = None
        where = ""
        for document, value in self.found(section):
            if where:
                self.problems.append(document.problem((section,), f"{section!r} is already at {where}"))
            where = where or f"{document.file}:{document.line((section,))}"
            result = result or self.check(document, (section,), value, model)
        return result or model()

    def check(self, document: Document, path: tuple[str, ...], value: Any, model: Any) -> Any:
        """The value as the model, or None when it does not fit; the problems are noted."""
        try:
            return document.check(path, value, model)
        except ConfigErrors as errors:
            self.problems.extend(errors.problems)
            return None
