"""The catalogue of the flat view: every path that a rule or a card may name, read off the event models."""

import types
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from app.events.event import EVENT_MODELS, EVENT_TYPES
from app.events.parts import Iso

Kind = Literal["text", "integer", "number", "flag", "time", "list", "part", "map"]
"""What stands at a path. A time is ISO text, a part has paths of its own, a map has free keys with texts."""

_SCALARS: dict[Any, Kind] = {str: "text", bool: "flag", int: "integer", float: "number", Iso: "time"}


@dataclass(frozen=True, slots=True)
class Field:
    """One path of the flat view.

    `path` is dotted; the parts of a list's items are written `worst[].title` (cards loop over them, a rule cannot
    name them). `enum` is the closed list of its values, if it has one; `items` the kind of a list's items; `types`
    the event types that have it; `description` may be empty; `keys` the way into the view (a label's key has dots).
    """

    path: str
    kind: Kind
    enum: tuple[str, ...] | None
    types: tuple[str, ...]
    description: str
    items: Kind | None = None
    keys: tuple[str, ...] = ()


def field_catalogue(event_types: Collection[str] | None = None) -> Mapping[str, Field]:
    """Every path that events of these types have (of all types, if None is given), in the models' order.

    What is the same path in several types is one field: its lists of values and of types are joined.
    Raises KeyError for a type that is not in EVENT_TYPES.
    """
    wanted = frozenset(EVENT_TYPES if event_types is None else event_types)
    if not wanted <= EVENT_TYPES.keys():
        raise KeyError(min(wanted - EVENT_TYPES.keys()))
    return _catalogue(wanted)


def find_field(catalogue: Mapping[str, Field], path: str) -> Field | None:
    """The field at a path, or None. `labels.anything` is a text, whatever stands after `labels.`."""
    found = catalogue.get(path)
    if found is not None:
        return found
    head, dot, key = path.partition(".")
    parent = catalogue.get(head)
    if dot and key and parent is not None and parent.kind == "map":
        return Field(path, "text", None, parent.types, parent.description, keys=(head, key))
    return None


@lru_cache(maxsize=256)
def _catalogue(event_types: frozenset[str]) -> Mapping[str, Field]:
    found: dict[str, Field] = {}
    for model in EVENT_MODELS:
        names = tuple(name for name, of in EVENT_TYPES.items() if of is model and name in event_types)
        for new in _fields(model, "", names) if names else ():
            old = found.get(new.path)
            found[new.path] = new if old is None else _join(old, new)
    return types.MappingProxyType(found)


def _fields(model: type[BaseModel], prefix: str, event_types: tuple[str, ...]) -> Iterator[Field]:
    for name, info in model.model_fields.items():
        kind, enum, items, inner = _read(info.annotation)
        path = prefix + name
        if path == "status" and enum is None:
            continue  # the envelope's place for it: a type without a closed list of its own has no outcome
        if path == "type":
            enum = event_types
        text = info.description or (" ".join((inner.__doc__ or "").split()) if inner else "")
        yield Field(path, kind, enum, event_types, text, items, tuple(path.split(".")))
        if inner is not None:
            yield from _fields(inner, f"{path}[]." if kind == "list" else f"{path}.", event_types)


def _read(annotation: Any) -> tuple[Kind, tuple[str, ...] | None, Kind | None, type[BaseModel] | None]:
    """(kind, closed list of values, kind of the items, model of the part or of the items)."""
    bare = _bare(annotation)
    origin = get_origin(bare)
    if origin is Literal:
        return "text", get_args(bare), None, None
    if origin is list:
        kind, _, _, inner = _read(get_args(bare)[0])
        return "list", None, kind, inner
    if origin is dict:
        return "map", None, None, None
    if bare in _SCALARS:
        return _SCALARS[bare], None, None, None
    return "part", None, None, bare


def _bare(annotation: Any) -> Any:
    """The type itself: without its validators and without `| None`."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, types.UnionType):
            (annotation,) = (one for one in get_args(annotation) if one is not type(None))
        else:
            return annotation


def _join(old: Field, new: Field) -> Field:
    if (old.kind, old.items) != (new.kind, new.items):
        raise TypeError(
            f"{new.path} is {old.kind} in {old.types[0]} and {new.kind} in {new.types[0]}: pick other names"
        )
    enum = None if old.enum is None or new.enum is None else tuple(dict.fromkeys(old.enum + new.enum))
    return replace(old, enum=enum, types=old.types + new.types, description=old.description or new.description)
