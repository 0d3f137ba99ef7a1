"""YAML 1.2 for people: line numbers, duplicate keys are errors, no tags, no exploding aliases."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from app.kernel.errors import ConfigError, ConfigErrors

Path = tuple[str | int, ...]
T = TypeVar("T")

MAX_NODES = 50_000
MAX_BYTES = 1 << 20


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
        message = item["msg"].removeprefix("Value error, ")
        return self.problem(where, f"{name}: {message}" if name else message)


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
    try:
        tree = YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = str(error.problem or error.context or "not YAML").split("\n")[0]
        raise ConfigErrors([ConfigError(f"not YAML: {problem}", file=file, line=line)]) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise ConfigErrors([ConfigError(f"not YAML: {str(error).splitlines()[0][:200]}", file=file)]) from None
    lines: dict[Path, int] = {}
    return Document(file, _plain(tree, (), lines, file, 1), lines)


def _plain(node: Any, path: Path, lines: dict[Path, int], file: str, line: int) -> Any:
    lines[path] = line
    if len(lines) > MAX_NODES:
        raise ConfigErrors([ConfigError(f"more than {MAX_NODES} values, aliases included", file=file, line=line)])
    if isinstance(node, TaggedScalar) or getattr(getattr(node, "tag", None), "value", None):
        raise ConfigErrors([ConfigError("tags are not allowed", file=file, line=line, hint="remove the '!…'")])
    if isinstance(node, CommentedMap):
        plain = {}
        for key, value in node.items():
            if not isinstance(key, str):
                raise ConfigErrors([ConfigError(f"the key {key!r} is not text", file=file, line=line, hint="quote it")])
            at = node.lc.data.get(key)
            plain[str(key)] = _plain(value, (*path, str(key)), lines, file, at[0] + 1 if at else line)
        return plain
    if isinstance(node, CommentedSeq):
        return [
            _plain(value, (*path, index), lines, file, node.lc.data[index][0] + 1 if index in node.lc.data else line)
            for index, value in enumerate(node)
        ]
    return _scalar(node)


def _scalar(node: Any) -> Any:
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return str(node)  # YAML 1.2 dates and the like: text, as they were written


def _field_names(model: Any, loc: Iterable[Any]) -> list[str]:
    """The names of the model at `loc` inside `model`, for a suggestion; empty when it cannot tell."""
    for part in loc:
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
        found = model.model_fields.get(str(part))
        if found is None:
            return []
        model = found.annotation
        for argument in getattr(model, "__args__", ()):
            if isinstance(argument, type) and issubclass(argument, BaseModel):
                model = argument
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [found.alias or name for name, found in model.model_fields.items()]
    return []
