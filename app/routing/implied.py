"""Whether every event that fits one match fits another: what the lint needs to find a rule that can never win."""

from app.routing.match import Branches, Clause, Match


def implies(narrow: Match, wide: Match) -> bool:
    """Whether `wide` surely holds wherever `narrow` does. False when it cannot tell."""
    return all(any(_clause_implies(one, clause) for one in narrow.clauses) for clause in wide.clauses) and all(
        branches in narrow.branches or _some_branch(narrow, branches) for branches in wide.branches
    )


def _some_branch(narrow: Match, wide: Branches) -> bool:
    if wide.how == "any":
        return any(implies(narrow, match) for match in wide.matches)
    return wide.how == "all" and all(implies(narrow, match) for match in wide.matches)


def _clause_implies(narrow: Clause, wide: Clause) -> bool:
    if narrow == wide:
        return True
    if narrow.operator == "equals":
        values = narrow.wanted if isinstance(narrow.wanted, list) else [narrow.wanted]
        if narrow.path == wide.path:
            return all(wide.test(value) for value in values)
    # Whatever is asked of a field that must be there also says that it, and the part it stands in, is there.
    asks_presence = narrow.operator not in ("not", "exists") or narrow.wanted is True
    below = narrow.path == wide.path or narrow.path.startswith(wide.path + ".")
    return wide.operator == "exists" and wide.wanted is True and asks_presence and below
