"""Which rules an event can meet at all: found by its type and by what comes again and again, before more is asked."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from app.routing.match import View, look_up
from app.routing.operators import Test
from app.routing.rulebook import Candidate, Candidates, Rule

_KEYS = ("service", "environment", "status", "repository.full_name", "build.ref", "commit.author.email")
"""What says the same for many events, so that what the rules ask of it need not be asked of each of them."""
_PLACES = tuple(tuple(path.split(".")) for path in _KEYS)
_KEPT = 1024
"""Combinations kept for each type: some hundred services, of their authors."""
_KEEPABLE = frozenset({str, type(None)})
"""What an event has there; anything else is perhaps not even hashable."""


def candidates(rules: tuple[Rule, ...], event_type: str) -> Candidates:
    """For an event of this type: the rules that it can meet, in order, each with what is asked of it."""
    every = _compiled(rules, {"type": event_type})
    found = [(rule, _asked(rule)) for _, rule in every]

    @lru_cache(maxsize=_KEPT)  # made when such an event comes: of all the combinations few ever do
    def narrowed(*values: str | None) -> tuple[Candidate, ...]:
        met = (rule for rule, asked in found if all(test(values[at]) for at, test in asked))
        return _compiled(met, {"type": event_type, **dict(zip(_KEYS, values, strict=True))})

    def meeting(view: View) -> tuple[Candidate, ...]:
        values = [look_up(view, keys) for keys in _PLACES]
        return narrowed(*values) if _KEEPABLE.issuperset(map(type, values)) else every

    return meeting


def _compiled(rules: Iterable[Rule], known: Mapping[str, str | None]) -> tuple[Candidate, ...]:
    return tuple((holds, rule) for rule in rules if (holds := rule.compile(known)) is not None)


def _asked(rule: Rule) -> list[tuple[int, Test]]:
    """What a rule asks of the keys, whatever the operator: (place in _KEYS, test)."""
    asked = [(_KEYS.index(clause.path), clause.test) for clause in rule.match.clauses if clause.path in _KEYS]
    for at, key in enumerate(_KEYS):
        values = rule.pattern.values(key) if rule.pattern is not None else None
        if values is not None:
            asked.append((at, values.__contains__))
    return asked
