"""The rules walked one by one, clause by clause: what an index and compiled tests are measured, and held, against."""

from app.routing.match import Match, View, look_up
from app.routing.rulebook import Rule

_HOW = {"any": any, "all": all}


def walk(rules: tuple[Rule, ...], view: View) -> list[str]:
    """The names of the rules that match, in order."""
    return [rule.name for rule in rules if holds(rule.match, view)]


def holds(match: Match, view: View) -> bool:
    """Whether all of a match holds, as it is written."""
    if not all(clause.test(look_up(view, clause.keys)) for clause in match.clauses):
        return False
    for branches in match.branches:
        held = [holds(inner, view) for inner in branches.matches]
        if not (not any(held) if branches.how == "none" else _HOW[branches.how](held)):
            return False
    return True
