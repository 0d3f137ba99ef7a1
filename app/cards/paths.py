"""Checks what a template reads of an event against the catalogue of fields: a typo is found at load, with its line."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from jinja2 import nodes

from app.cards.language import NAMES, Fault
from app.events.fields import Field, field_catalogue, find_field
from app.kernel.yaml import did_you_mean

Scope = Mapping[str, str | None]
"""Names that a template may use, each with its place in the catalogue: "" is the event, None is not of the event."""

OUTERMOST: Scope = {name: "" if name == "e" else None for name in sorted(NAMES)}

_FACTS = (
    Field("lead_time_seconds", "number", None, (), "from the oldest commit to its being in production"),
    Field("previous_version", "text", None, (), "what was deployed before"),
    Field("recovered", "flag", None, (), "the first success after a failure"),
    Field("why_url", "text", None, (), "page that says why this message was sent"),
    Field("commits", "list", None, (), "commits since the previous version", "part"),
    Field("tickets[].title", "text", None, (), "the ticket's summary, if it may be shown"),
    Field("tickets[].fix_versions", "list", None, (), "versions that the ticket is planned for", "text"),
)


@lru_cache(maxsize=1)
def card_fields() -> Mapping[str, Field]:
    """What a card may read: every event's fields, and what facts know at the time of rendering."""
    return {**{field.path: field for field in _FACTS}, **field_catalogue()}


def item_scope(scope: Scope, name: str, place: str | None) -> Scope:
    """The scope inside a loop in which `name` is an item of the list at this place."""
    return {**scope, name: None if place is None else f"{place}[]"}


def check_paths(tree: nodes.Node, scope: Scope) -> Iterator[Fault]:
    """Paths that no event has, groups of fields that are printed, values that are not of a field's closed list."""
    if isinstance(tree, nodes.Compare):
        yield from _compared(tree, scope)
    elif isinstance(tree, nodes.Output):
        yield from _printed(tree, scope)
    place = place_of(tree, scope) if isinstance(tree, nodes.Getattr | nodes.Getitem) else None
    if place and _is_unknown(place):
        yield _unknown(place)
        return
    inner = scope
    if isinstance(tree, nodes.For) and isinstance(tree.target, nodes.Name):
        inner = item_scope(scope, tree.target.name, place_of(tree.iter, scope))
    for child in tree.iter_child_nodes():
        outside = isinstance(tree, nodes.For) and child is tree.iter
        yield from check_paths(child, scope if outside else inner)


def _is_unknown(place: str) -> bool:
    return not place.endswith("[]") and find_field(card_fields(), place) is None


def place_of(node: nodes.Node, scope: Scope) -> str | None:
    """Where in the catalogue an expression points: `e.tickets[0].key` is at `tickets[].key`."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name)
    if isinstance(node, nodes.Getattr):
        return _inside(place_of(node.node, scope), node.attr)
    if isinstance(node, nodes.Getitem):
        outer = place_of(node.node, scope)
        if isinstance(node.arg, nodes.Slice):
            return outer
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if isinstance(key, str):
            return _inside(outer, key)
        return f"{outer}[]" if outer and isinstance(key, int) else None
    if isinstance(node, nodes.Filter) and node.name in ("sort", "unique", "selectattr", "rejectattr") and node.node:
        return place_of(node.node, scope)
    return None


def _inside(outer: str | None, name: str) -> str | None:
    if outer is None:
        return None
    return f"{outer}.{name}" if outer else name


def _unknown(place: str) -> Fault:
    """Names the first part of the path that is not there: what follows it cannot be told."""
    known = card_fields()
    parts = place.split(".")
    place = next(part for part in (".".join(parts[:n]) for n in range(1, len(parts) + 1)) if _is_unknown(part))
    head, _, _ = place.rpartition(".")
    siblings = [path for path in known if path.rpartition(".")[0] == head]
    return Fault(f"no event has the field {place!r}", did_you_mean(place, siblings or known))


def _printed(output: nodes.Output, scope: Scope) -> Iterator[Fault]:
    for node in output.nodes:
        place = place_of(node, scope)
        field = find_field(card_fields(), place) if place else None
        if field is not None and field.kind in ("part", "map"):
            parts = [path for path in card_fields() if path.startswith(f"{place}.")]
            yield Fault(f"{place!r} is a group of fields: print one of them", ", ".join(parts[:8]))


def _compared(compare: nodes.Compare, scope: Scope) -> Iterator[Fault]:
    """`e.status == "succeded"` is never true: the field has a closed list."""
    place = place_of(compare.expr, scope)
    field = find_field(card_fields(), place) if place else None
    if field is None or not field.enum:
        return
    for operand in compare.ops:
        other = operand.expr
        for const in other.items if isinstance(other, nodes.List | nodes.Tuple) else [other]:
            value = const.value if isinstance(const, nodes.Const) else None
            if isinstance(value, str) and value not in field.enum:
                yield Fault(f"{place!r} is never {value!r}", did_you_mean(value, field.enum))
