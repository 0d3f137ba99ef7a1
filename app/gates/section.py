"""The section `gates` of the rules: which gates are asked for which service and environment, and their settings."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from app.gates.gate import AnyGate, GateSettings
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.globs import compile_glob
from app.kernel.yaml import Document, Path, did_you_mean

SECTIONS = frozenset({"gates"})
"""The top-level keys of rules files that are read here."""
ASK = "ask"

Glob = Annotated[str, Field(min_length=1, max_length=200)]
Named = dict[str, dict[str, Any] | None]


class Entry(BaseModel):
    """Which gates are asked for some services in some environments; each may have settings of its own there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    environments: tuple[Glob, ...] = Field(("*",), description="globs of our names")
    services: tuple[Glob, ...] = Field(("*",), description="globs of our names")
    gates: tuple[str, ...] | Named = Field(description="names, or a map of names to settings for these alone")

    def named(self) -> Mapping[str, Mapping[str, Any]]:
        """The gates, each with its own settings."""
        pairs = self.gates.items() if isinstance(self.gates, dict) else ((name, None) for name in self.gates)
        return {name: own or {} for name, own in pairs}

    def fits(self, service: str, environment: str) -> bool:
        """Whether the entry speaks of this service there."""
        here = ((self.services, service), (self.environments, environment))
        return all(any(compile_glob(glob)(name) for glob in globs) for globs, name in here)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the section says. Without an entry nothing is asked; a gate's settings are then its defaults."""

    entries: Sequence[Entry] = ()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def names(self, service: str, environment: str) -> list[str]:
        """The gates that are asked for a service there, each once."""
        fitting = (entry for entry in self.entries if entry.fits(service, environment))
        return list(dict.fromkeys(name for entry in fitting for name in entry.named()))

    def settings_of(self, gate: AnyGate, service: str, environment: str) -> GateSettings:
        """A gate's settings for a service there: the general ones, and over them the first entry's that has some."""
        own: Mapping[str, Any] = {}
        for entry in self.entries:
            if entry.fits(service, environment) and entry.named().get(gate.name):
                own = entry.named()[gate.name]
                break
        made: GateSettings = gate.settings.model_validate({**self.settings.get(gate.name, {}), **own})
        return made


def load_gates(documents: Sequence[Document], gates: Mapping[str, AnyGate]) -> Asked:
    """The section, which may stand once. Raises ConfigErrors: every problem with file and line."""
    found = [each for each in documents if isinstance(each.value, dict) and each.value.get("gates") is not None]
    if not found:
        return Asked()
    problems: list[ConfigError] = []
    for again in found[1:]:
        place = f"{found[0].file}:{found[0].line(('gates',))}"
        problems.append(again.problem(("gates",), f"'gates' is already at {place}"))
    asked = _Loader(found[0], gates, problems).load()
    if problems:
        raise ConfigErrors(problems)
    return asked


def check_names(documents: Sequence[Document], environments: Collection[str], services: Collection[str]) -> None:
    """The names in the section are of the estate: a misspelt one would be asked nothing, ever. Raises ConfigErrors."""
    known = {"environment": environments, "environments": environments, "services": services}
    problems = [
        document.problem(path, f"{name!r} is not in the estate", did_you_mean(name, known[key]))
        for document in documents
        if isinstance(document.value, dict)
        for path, key, name in _names(document.value.get("gates"), ("gates",), known)
        if "*" not in name and "?" not in name and name not in known[key]
    ]
    if problems:
        raise ConfigErrors(problems)


def _names(value: Any, path: Path, keys: Collection[str]) -> Iterator[tuple[Path, str, str]]:
    """Every text that stands below one of the keys, with its path and that key."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in pairs:
        place = (*path, step)
        if step not in keys:
            yield from _names(each, place, keys)
        elif isinstance(each, list):
            yield from (((*place, index), str(step), name) for index, name in enumerate(each))
        elif each:
            yield place, str(step), each


class _Loader:
    def __init__(self, document: Document, gates: Mapping[str, AnyGate], problems: list[ConfigError]) -> None:
        self._document, self._gates, self._problems = document, gates, problems

    def load(self) -> Asked:
        section = self._document.value["gates"]
        if not isinstance(section, dict):
            self._problems.append(self._document.problem(("gates",), "'gates' must be a map"))
            return Asked()
        settings: dict[str, Mapping[str, Any]] = {}
        for name, value in section.items():
            if name != ASK and self._known(("gates", name), name) and self._fits(("gates", name), name, value or {}):
                settings[name] = value or {}
        return Asked(tuple(self._entries(section.get(ASK) or [], settings)), settings)

    def _entries(self, value: Any, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Entry]:
        if not isinstance(value, list):
            self._problems.append(self._document.problem(("gates", ASK), "'gates.ask' must be a list"))
            return
        for number, each in enumerate(value):
            path = ("gates", ASK, number)
            try:
                entry = self._document.check(path, each, Entry)
            except ConfigErrors as errors:
                self._problems += errors.problems
                continue
            for name, own in entry.named().items():
                place = (*path, "gates", name)
                if self._known(place, name):
                    self._fits(place, name, {**settings.get(name, {}), **own})
            yield entry

    def _known(self, path: tuple[str | int, ...], name: str) -> bool:
        if name in self._gates:
            return True
        hint = did_you_mean(name, [*self._gates, ASK] if len(path) == 2 else self._gates)
        self._problems.append(self._document.problem(path, f"there is no gate {name!r}", hint))
        return False

    def _fits(self, path: tuple[str | int, ...], name: str, value: Any) -> bool:
        try:
            self._document.check(path, value, self._gates[name].settings)
        except ConfigErrors as errors:
            self._problems += errors.problems
            return False
        return True
