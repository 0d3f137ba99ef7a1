"""YAML as text: every scalar keeps how it was written and in which line, nothing is turned into a number."""

from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from app.gitops.model import Unreadable
from app.gitops.nodes import Items, Node, Scalar, Table
from app.gitops.scalars import Kind, plain_kind

MAX_NODES = 50_000
MAX_DEPTH = 100

# libyaml, of which the parser of kustomize is a translation. A YAML object for each file would look for plug-ins on the
# disk each time.
_PARSER: Any = YAML(typ="safe", plug_ins=[]).Parser
_TAGS = "tag:yaml.org,2002:"
_KINDS: dict[str, Kind] = {"int": "number", "float": "number", "bool": "bool", "null": "null"}


def documents(data: bytes, path: str) -> list[Node]:
    """The documents of a file; empty ones are left out. Raises Unreadable."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8", path, data.count(b"\n", 0, error.start) + 1) from None
    try:
        found = list(_Composer(text, path).documents())
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Unreadable(f"not YAML: {_first_line(error.problem or error.context)}", path, line) from None
    except (YAMLError, ValueError) as error:
        raise Unreadable(f"not YAML: {_first_line(error)}", path) from None
    return [node for node in found if not (isinstance(node, Scalar) and node.kind == "null")]


def _events(text: str) -> Iterator[Any]:
    parser = _PARSER(text)
    while parser.check_event():
        yield parser.get_event()


def _first_line(reason: object) -> str:
    return (str(reason or "").splitlines() or ["cannot be parsed"])[0][:200]


class _Composer:
    """Makes nodes of libyaml's events; aliases are written out, within bounds.

    ruamel's own composer in C has no bound to its depth: a file of brackets would end the process.
    """

    def __init__(self, text: str, path: str) -> None:
        self._events = _events(text)
        self._path = path
        self._count = 0
        self._anchors: dict[str, tuple[Node, int]] = {}

    def documents(self) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._anchors = {}
                yield self._node(next(self._events), 0)

    def _node(self, event: Any, depth: int) -> Node:
        line, before = event.start_mark.line + 1, self._count
        self._grow(1, depth, line)
        if isinstance(event, AliasEvent):
            node, size = self._anchors.get(event.anchor, (None, 0))
            if node is None:
                raise Unreadable(f"the anchor {event.anchor[:60]!r} is not there yet", self._path, line)
            self._grow(size, depth, line)
            return node
        if isinstance(event, MappingStartEvent):
            node = Table(self._entries(depth), line)
        elif isinstance(event, SequenceStartEvent):
            node = Items(tuple(self._node(item, depth + 1) for item in self._until(SequenceEndEvent)), line)
        else:
            node = Scalar(event.value, self._kind(event, line), line)
        if event.anchor:
            self._anchors[event.anchor] = node, self._count - before
        return node

    def _grow(self, by: int, depth: int, line: int) -> None:
        self._count += by
        if self._count > MAX_NODES or depth > MAX_DEPTH:
            raise Unreadable(f"more than {MAX_NODES} values or {MAX_DEPTH} levels, aliases included", self._path, line)

    def _until(self, end: type) -> Iterator[Any]:
        for event in self._events:
            if isinstance(event, end):
                return
            yield event

    def _kind(self, event: Any, line: int) -> Kind:
        """What kustomize takes a scalar for; a tag decides before the way of writing does."""
        if event.tag is None:
            return "text" if event.style else plain_kind(event.value)
        name = event.tag.removeprefix(_TAGS)
        if name == "binary":
            raise Unreadable("binary text is not read", self._path, line)
        return _KINDS.get(name, "text")

    def _entries(self, depth: int) -> dict[str, Node]:
        own: dict[str, Node] = {}
        merged: dict[str, Node] = {}
        for key in self._until(MappingEndEvent):
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarEvent):
                raise Unreadable("a key of several parts", self._path, line)
            value = self._node(next(self._events), depth + 1)
            if key.value == "<<" and not key.style:
                merged = self._merged(value) | merged
            elif key.value in own:
                raise Unreadable(f"the key {key.value[:60]!r} stands there twice", self._path, line)
            else:
                own[key.value] = value
        return merged | own

    def _merged(self, found: Node) -> dict[str, Node]:
        """What `<<: *anchor` brings; of a list the first that has a key wins."""
        merged: dict[str, Node] = {}
        for source in found.entries if isinstance(found, Items) else (found,):
            if not isinstance(source, Table):
                raise Unreadable("'<<' takes maps only", self._path, found.line)
            merged = source.entries | merged
        return merged
