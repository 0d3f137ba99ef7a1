"""SARIF's rules: they stand in the tool or in its extensions, and a result points at one in four ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from app.kernel.shapes import Shape
from app.sources.scans.lenient import Several, Things, Word
from app.sources.scans.naming import cve_in, cwe

_TAGS = 50
_LONGEST = 300
_SECRETIVE = ("secret", "credential")


class Rule(Shape):
    """A rule. What it says is the tool's own text, not the code's."""

    id: Word = None
    name: Word = None
    shortDescription: Things = {}  # noqa: N815
    fullDescription: Things = {}  # noqa: N815
    defaultConfiguration: Things = {}  # noqa: N815
    properties: Things = {}

    @cached_property
    def title(self) -> str | None:
        """The first of its texts that says something."""
        texts = (self.shortDescription.get("text"), self.fullDescription.get("text"), self.name)
        return next((text for text in texts if isinstance(text, str) and text.strip()), None)

    @property
    def level(self) -> str | None:
        level = self.defaultConfiguration.get("level")
        return level if isinstance(level, str) else None

    @cached_property
    def words(self) -> list[str]:
        """The short texts in which the rule may name a CVE, a CWE or that it is about secrets."""
        tags = self.properties.get("tags")
        named = [self.id, self.name, *(tags[:_TAGS] if isinstance(tags, list) else []), self.title]
        return [text[:_LONGEST] for text in named if isinstance(text, str)]

    @cached_property
    def cwe(self) -> str | None:
        said = self.properties.get("cwe")
        first = said[0] if isinstance(said, list) and said else said
        # A rule that is called `89` is not by that a CWE.
        return next(filter(None, map(cwe, [first, *(text for text in self.words if "cwe" in text.lower())])), None)

    @cached_property
    def cve(self) -> str | None:
        return next(filter(None, map(cve_in, self.words)), None)

    @cached_property
    def secretive(self) -> bool:
        """Whether it finds secrets: then nothing but its id may be shown."""
        return any(word in text.lower() for text in self.words for word in _SECRETIVE)


class Component(Shape):
    """The tool's driver, or an extension of it."""

    name: Word = None
    rules: Several[Rule] = []


@dataclass(frozen=True, slots=True)
class Pointer:
    """How a result points at its rule: by id, by place in a list, or both; the list may be an extension's."""

    id: str | None
    index: int | None
    extension: int | None


class Rules:
    """All rules of a run, found by index first and then by id."""

    def __init__(self, driver: Component, extensions: Sequence[Component]) -> None:
        self._driver, self._extensions = driver, extensions
        self._by_id = {rule.id: rule for part in (*reversed(extensions), driver) for rule in part.rules if rule.id}

    def of(self, pointer: Pointer) -> Rule:
        """The rule that is pointed at; an empty one when there is none."""
        return self._indexed(pointer) or self._named(pointer.id) or Rule(id=pointer.id)

    def _indexed(self, pointer: Pointer) -> Rule | None:
        """By its place, unless the rule there has another id."""
        part, index = self._driver, pointer.index
        if pointer.extension is not None:
            if not 0 <= pointer.extension < len(self._extensions):
                return None
            part = self._extensions[pointer.extension]
        if index is None or not 0 <= index < len(part.rules):
            return None
        rule = part.rules[index]
        return rule if pointer.id is None or _is_or_below(pointer.id, rule.id) else None

    def _named(self, rule_id: str | None) -> Rule | None:
        """By its id, or that of the rule above it: `CA1000/1` is of `CA1000`."""
        if rule_id is None:
            return None
        return self._by_id.get(rule_id) or self._by_id.get(rule_id.rpartition("/")[0])


def _is_or_below(rule_id: str, above: str | None) -> bool:
    return above is not None and (rule_id == above or rule_id.startswith(above + "/"))
