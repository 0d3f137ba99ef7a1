"""Which rules an event can meet at all: found by its type and service, before anything is asked."""

from app.routing.match import Predicate
from app.routing.rulebook import Candidates, Rule


def candidates(rules: tuple[Rule, ...], event_type: str) -> Candidates:
    """The rules that events of this type can meet, in order, each with what is left to ask."""
    compiled = [(rule.match.compile(event_type), rule) for rule in rules]
    found = [(holds, rule) for holds, rule in compiled if holds is not None]
    named = set().union(*(_services(rule) or () for _, rule in found))
    return Candidates(
        others=_for_service(found, None),
        by_service={service: _for_service(found, service) for service in named},
    )


def _for_service(found: list[tuple[Predicate, Rule]], service: str | None) -> tuple[tuple[Predicate, Rule], ...]:
    """Without the rules that ask for another service."""
    return tuple((holds, rule) for holds, rule in found if (wanted := _services(rule)) is None or service in wanted)


def _services(rule: Rule) -> frozenset[str] | None:
    """The services that a rule asks for by name, or None when it asks otherwise or not at all."""
    for clause in rule.match.clauses:
        if clause.path == "service" and clause.operator == "equals":
            return frozenset(clause.wanted if isinstance(clause.wanted, list) else [clause.wanted])
    return None
