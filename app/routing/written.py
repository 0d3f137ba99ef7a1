"""A value as a person wrote it, with its place: whoever finds a fault in it can name file and line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.yaml import Document, Path, did_you_mean

T = TypeVar("T")

Problems = list[ConfigError]
"""Where the readers put what they find, so that a person sees all of it at once."""


@dataclass(frozen=True, slots=True)
class Written:
    """`value` stands at `path` in `document`."""

    value: Any
    document: Document
    path: Path = ()

    @property
    def file(self) -> str:
        """The file that it stands in."""
        return self.document.file

    @property
    def line(self) -> int:
        """The line that it stands on, from 1."""
        return self.document.line(self.path)

    def at(self, *keys: str | int) -> "Written":
        """What stands below, at these keys; None where there is nothing."""
        value = self.value
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else value[key]
        return Written(value, self.document, (*self.path, *keys))

    def problem(self, message: str, hint: str = "") -> ConfigError:
        """A problem with this value."""
        return self.document.problem(self.path, message, hint)

    def read_as(self, model: type[T], problems: Problems) -> T | None:
        """The value as the model, or None when it is wrong; what is wrong goes to `problems`."""
        try:
            return self.document.check(self.path, self.value, model)
        except ConfigErrors as error:
            problems.extend(error.problems)
            return None

    def without(self, *keys: str) -> "Written":
        """The same mapping without these keys."""
        return Written({k: v for k, v in self.value.items() if k not in keys}, self.document, self.path)

    def check_names(self, what: str, names: Iterable[str], known: Iterable[str], problems: Problems) -> None:
        """Every one of `names` must be known; `self` is the text or the list that they stand in."""
        words = set(known)
        for index, name in enumerate(names):
            if name not in words:
                place = self.at(index) if isinstance(self.value, list) else self
                problems.append(place.problem(f"unknown {what} {name!r}", did_you_mean(name, words)))
