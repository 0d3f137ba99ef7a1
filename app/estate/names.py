"""Finds which of our names a source's name means: by its own entry first, then by the shape of the name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from app.estate.patterns import is_glob, names_expression, placed
from app.kernel.globs import compile_glob
from app.kernel.text import TITLE_LIMIT, clean

CACHED = 8192

Known = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Our name -> kind of hint -> the names that it has elsewhere (globs among them)."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """The `names:` section, compiled: per kind of hint, the expressions in the order of the file."""

    by_kind: Mapping[str, tuple[Any, ...]]


class Names:
    """All names of one sort: of the services, or of the environments. Answers are cached."""

    def __init__(self, sort: Literal["service", "environment"], known: Known, shapes: Shapes) -> None:
        self._sort = sort
        self._shapes = shapes
        self._exact: dict[tuple[str, str], str] = {}
        self._globs: dict[str, list[tuple[Callable[[str], bool], str]]] = {}
        for name, kinds in known.items():
            self._exact["name", name.lower()] = name
            for kind, texts in kinds.items():
                for text in texts:
                    self._add(kind, text, name)
        self.find = lru_cache(CACHED)(self._find)

    def _add(self, kind: str, text: str, name: str) -> None:
        if is_glob(text):
            self._globs.setdefault(kind, []).append((compile_glob(text.lower()), name))
        else:
            self._exact.setdefault((kind, text.lower()), name)

    def first(self, hints: Iterable[tuple[str, str]]) -> tuple[str | None, str | None]:
        """Our name and the vendor's that said it; of hints that say nothing to us, `None` and the first one."""
        heard = None
        for kind, value in hints:
            if not value:
                continue
            name = self.find(kind, value[:TITLE_LIMIT])
            if name is not None:
                return name, value
            heard = heard or value
        return None, heard

    def _find(self, kind: str, value: str) -> str | None:
        """One name: its own entry, an exact alias (whatever the kind), a glob, then the shapes of names."""
        value = clean(value)
        lower = value.lower()
        name = self._exact.get((kind, lower)) or self._exact.get(("name", lower))
        if name is not None:
            return name
        for glob, owner in self._globs.get(kind, ()):
            if glob(lower):
                return owner
        for shape in self._shapes.by_kind.get(kind, ()):
            fits = shape.fullmatch(value)
            if fits:
                return self._find("name", fits.group(self._sort))
        return None


def spoken(known: Known) -> list[str]:
    """Every text that may stand for one of the names inside a longer one: the names and their aliases."""
    return [text for name, kinds in known.items() for text in (name, *kinds.get("name", ()))]


def shapes_for(
    sort: Literal["service", "environment"], patterns: Mapping[str, tuple[str, ...]], services: Known, stages: Known
) -> Shapes:
    """The `names:` section for one sort.

    A service is only believed beside an environment that we know. An environment is also believed beside an
    unknown service, so that a new service shows up in the right place; known services are tried first.
    """
    service, environment = names_expression(spoken(services)), names_expression(spoken(stages))
    tries = [service] if sort == "service" else [service, ".+?"]
    mark = "{" + sort + "}"
    return Shapes(
        {
            kind: tuple(
                placed(text, service=known, environment=environment)
                for known in tries
                for text in texts
                if mark in text
            )
            for kind, texts in patterns.items()
        }
    )
