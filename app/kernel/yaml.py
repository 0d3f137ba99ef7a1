"""YAML 1.2 for people: line numbers, duplicate keys are errors, no tags, no exploding aliases."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import MappingEndEvent, MappingStartEvent, SequenceEndEvent, SequenceStartEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.yaml_hints import hint_of_syntax, hint_of_type

Path = tuple[str | int, ...]
T = TypeVar("T")

MAX_NODES = 50_000
MAX_DEPTH = 50
MAX_BYTES = 1 << 20
_STEPS = {MappingStartEvent: 1, SequenceStartEvent: 1, MappingEndEvent: -1, SequenceEndEvent: -1}


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain values; `lines` has the line of every path in it, from 1."""

    file: str
    value: Any
    lines: Mapping[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path, message: str, hint: str = "") -> ConfigError:
        """A ConfigError that names this file and the path's line."""
        return ConfigError(message, file=self.file, line=self.line(path), hint=hint)

    def check(self, path: Path, value: Any, model: type[T]) -> T:
        """`value` (which stands at `path`) as the model. Raises ConfigErrors: every problem, with its line."""
        try:
            return TypeAdapter(model).validate_python(value)
        except ValidationError as error:
            raise ConfigErrors([self._explain(path, item, model) for item in error.errors()]) from None

    def _explain(self, path: Path, item: Any, model: Any) -> ConfigError:
        where = path + tuple(item["loc"])
        name = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            hint = did_you_mean(str(item["loc"][-1]), _field_names(model, item["loc"][:-1]))
            return self.problem(where, f"unknown field {name!r}", hint)
        if item["type"] == "missing":
            return self.problem(where, f"{name!r} is missing")
        message = item["msg"].removeprefix("Value error, ").split(" or instance of ")[0]
        hint = hint_of_type(item["type"], item["input"], _field_names(model, item["loc"]))
        return self.problem(where, f"{name}: {message}" if name else message, hint)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint: the nearest known word, else the list of them."""
    words = sorted(known)
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(words)}" if 0 < len(words) <= 20 else ""


def load(text: str, file: str) -> Document:
    """Read one document. Raises ConfigErrors with file and line; nothing in the text is ever executed."""
    if len(text) > MAX_BYTES:
        raise ConfigErrors([ConfigError("larger than 1 MiB", file=file)])
    reader = YAML(typ="safe", pure=True)
    try:
        tree = _compose(reader, text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = str(error.problem or error.context or "not YAML").split("\n")[0]
        raise ConfigErrors(
            [ConfigError(f"not YAML: {problem}", file=file, line=line, hint=hint_of_syntax(problem))]
        ) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise ConfigErrors([ConfigError(f"not YAML: {str(error).splitlines()[0][:200]}", file=file)]) from None
    plain = _Plain(file, reader.constructor)
    return Document(file, None if tree is None else plain.value(tree, ()), plain.lines)


def _compose(reader: YAML, text: str) -> Any:
    """The nodes of a document. libyaml is ten times quicker, but stops at 1.2's `{at: 19:00}`: then Python reads it."""
    try:
        _measure(text)
        return YAML(typ="safe").compose(text)
    except (YAMLError, ValueError):
        return reader.compose(text)


def _measure(text: str) -> None:
    """Raises RecursionError for what is nested so deeply that libyaml's composer would end the process."""
    depth = 0
    for event in YAML(typ="safe").parse(text):
        depth += _STEPS.get(type(event), 0)
        if depth > MAX_DEPTH:
            raise RecursionError(f"more than {MAX_DEPTH} levels")


class _Plain:
    """Turns the nodes of a document into plain values, and notes the line of each."""

    def __init__(self, file: str, constructor: Any) -> None:
        self.lines: dict[Path, int] = {}
        self._file = file
        self._scalars: dict[str, Callable[[Any], Any]] = {
            "int": constructor.construct_yaml_int,
            "float": constructor.construct_yaml_float,
            "bool": constructor.construct_yaml_bool,
            "null": lambda _: None,
            "str": lambda node: node.value,
            "timestamp": lambda node: node.value,  # text, as it was written
        }

    def value(self, node: Any, path: Path) -> Any:
        """The plain value of a node. Raises ConfigErrors."""
        line = node.start_mark.line + 1
        self.lines[path] = line
        if len(self.lines) > MAX_NODES or len(path) > MAX_DEPTH:
            raise self._problem(f"more than {MAX_NODES} values or {MAX_DEPTH} levels, aliases included", line)
        kind = str(node.tag).removeprefix("tag:yaml.org,2002:")
        if isinstance(node, MappingNode) and kind == "map":
            return self._map(node, path)
        if isinstance(node, SequenceNode) and kind == "seq":
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        make = self._scalars.get(kind) if isinstance(node, ScalarNode) else None
        if make is None:
            raise self._problem("tags are not allowed", line, "remove the '!…'")
        try:
            return make(node)
        except ValueError:
            raise self._problem(f"{node.value!r} is no number", line, "quote it") from None

    def _map(self, node: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, item in node.value:
            line, name = key.start_mark.line + 1, key.value
            if not isinstance(key, ScalarNode) or str(key.tag) != "tag:yaml.org,2002:str":
                shown = repr(name) if isinstance(key, ScalarNode) else "of several parts"
                raise self._problem(f"the key {shown} is not text", line, "quote it")
            if name in found:
                raise self._problem(
                    f"not YAML: found duplicate key {name!r}, as in line {self.lines[(*path, name)]}", line
                )
            found[name] = self.value(item, (*path, name))
            self.lines[(*path, name)] = line
        return found

    def _problem(self, message: str, line: int, hint: str = "") -> ConfigErrors:
        return ConfigErrors([ConfigError(message, file=self._file, line=line, hint=hint)])


def _field_names(model: Any, loc: Iterable[Any]) -> list[str]:
    """The names of the model at `loc` inside `model`, for a suggestion; empty when it cannot tell."""
    for part in loc:
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
        found = model.model_fields.get(str(part))
        if found is None:  # an index, or a key of a map: the same model stands at each
            continue
        model = found.annotation
        for argument in getattr(model, "__args__", ()):
            if isinstance(argument, type) and issubclass(argument, BaseModel):
                model = argument
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [found.alias or name for name, found in model.model_fields.items()]
    return []
