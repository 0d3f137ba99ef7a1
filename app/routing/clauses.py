"""Reads a match as it was written, and holds every path, type and value in it against the event models."""

from typing import Any, get_args

from app.events import EVENT_TYPES
from app.events.fields import Field, field_catalogue, find_field
from app.kernel.yaml import did_you_mean
from app.routing.known import Known
from app.routing.match import Branches, Clause, How, Match
from app.routing.operators import OPERATORS, Mistake, Test, check_value, equals, is_number
from app.routing.written import Problems, Written

ALL_TYPES: tuple[str, ...] = tuple(EVENT_TYPES)
_BRANCHES: tuple[How, ...] = get_args(How)
_NAMES = (*OPERATORS, "not")
_MAX_DEPTH = 8


def read_match(written: Written, known: Known, problems: Problems, types: tuple[str, ...] = ALL_TYPES) -> Match:
    """The match that stands there; what is wrong with it goes to `problems`. `types` are those it can meet."""
    raw = written.value
    if not isinstance(raw, dict):
        problems.append(written.problem("expected a map of fields", "e.g. {type: deployment.finished}"))
        return Match()
    clauses: list[Clause] = []
    branches: list[Branches] = []
    if "type" in raw:
        clauses = _read_field("type", written.at("type"), known, problems, types)
        met = narrow(clauses, types)
        if not met:
            problems.append(written.at("type").problem("fits no type of event"))
        types = met or types
    for key in raw:
        if key in _BRANCHES:
            branches.append(_read_branches(key, written.at(key), known, problems, types))
        elif key != "type":
            clauses.extend(_read_field(key, written.at(key), known, problems, types))
    return Match(tuple(clauses), tuple(branches))


def narrow(clauses: list[Clause] | tuple[Clause, ...], types: tuple[str, ...] = ALL_TYPES) -> tuple[str, ...]:
    """Those of the types for which all clauses on `type` hold."""
    tests = [clause.test for clause in clauses if clause.path == "type"]
    return tuple(name for name in types if all(test(name) for test in tests))


def find_path(path: str, written: Written, problems: Problems, types: tuple[str, ...]) -> Field | None:
    """The field that a rule may name, or None and a problem at `written`."""
    catalogue = field_catalogue(types)
    found = find_field(catalogue, path)
    elsewhere = find_field(field_catalogue(), path)
    if "[]" in path or elsewhere is None:
        paths = [name for name in catalogue if "[]" not in name]
        problems.append(written.problem(f"unknown field {path!r}", did_you_mean(path, [*paths, *_BRANCHES])))
        return None
    if found is None:
        hint = f"only events of {_some(elsewhere.types)} have it"
        problems.append(written.problem(f"events of {_some(types)} have no field {path!r}", hint))
    return found


def _some(types: tuple[str, ...]) -> str:
    return ", ".join(types[:3]) + (" …" if len(types) > 3 else "")


def _read_branches(how: How, written: Written, known: Known, problems: Problems, types: tuple[str, ...]) -> Branches:
    if not isinstance(written.value, list) or not written.value:
        problems.append(written.problem(f"{how!r} takes a list of maps"))
        return Branches(how, ())
    if sum(written.path.count(name) for name in _BRANCHES) > _MAX_DEPTH:
        problems.append(written.problem(f"any, all and none more than {_MAX_DEPTH} deep"))
        return Branches(how, ())
    matches = [read_match(written.at(index), known, problems, types) for index in range(len(written.value))]
    return Branches(how, tuple(matches))


def _read_field(path: str, written: Written, known: Known, problems: Problems, types: tuple[str, ...]) -> list[Clause]:
    found = find_path(path, written, problems, types)
    if found is None:
        return []
    if not isinstance(written.value, dict):
        test = _equals(found, written, known, problems)
        return [Clause(path, found.keys, "equals", written.value, test)] if test else []
    if not written.value:
        problems.append(written.problem("an empty map asks nothing", f"known: {', '.join(_NAMES)}"))
    low, high = _bounds(written.value, "gt", "gte"), _bounds(written.value, "lt", "lte")
    if low and high and max(low) > min(high):
        problems.append(written.problem(f"no {path} is within these bounds"))
    tests = {name: _operator(found, name, written.at(name), known, problems) for name in written.value}
    return [Clause(path, found.keys, name, written.value[name], test) for name, test in tests.items() if test]


def _bounds(asked: dict[str, Any], *names: str) -> list[Any]:
    """The numbers that these operators hold the field against."""
    return [asked[name] for name in names if is_number(asked.get(name))]


def _operator(field: Field, name: str, written: Written, known: Known, problems: Problems) -> Test | None:
    """The test for one operator of a field, or None and a problem."""
    if name == "not":
        return _not(field, written, known, problems)
    operator = OPERATORS.get(name)
    try:
        if operator is None:
            raise Mistake(f"unknown operator {name!r}", _operator_hint(field, name))
        if field.kind not in operator.kinds:
            raise Mistake(f"{name!r} cannot be asked of {field.path}, which is a {field.kind}")
        test = operator.make(field, written.value)
        _can_hold(field, test, written, known)
    except Mistake as mistake:
        problems.append(written.problem(mistake.message, mistake.hint))
        return None
    return test


def _operator_hint(field: Field, name: str) -> str:
    if find_field(field_catalogue(), f"{field.path}.{name}") is not None:
        return f"write {field.path}.{name} for the field"
    return did_you_mean(name, _NAMES)


def _equals(field: Field, written: Written, known: Known, problems: Problems) -> Test | None:
    """Equal to a value, or to any of a list."""
    raw = written.value
    places = [written.at(index) for index in range(len(raw))] if isinstance(raw, list) else [written]
    if not places:
        problems.append(written.problem("an empty list matches nothing"))
        return None
    before = len(problems)
    for place in places:
        try:
            check_value(field, place.value, known.values(field))
        except Mistake as mistake:
            problems.append(place.problem(mistake.message, mistake.hint))
    return equals(tuple(place.value for place in places)) if len(problems) == before else None


def _not(field: Field, written: Written, known: Known, problems: Problems) -> Test | None:
    """The opposite of a value, of any of a list, or of all of a map of operators; holds for a missing field, too."""
    if not isinstance(written.value, dict):
        inner = [_equals(field, written, known, problems)]
    else:
        inner = [_operator(field, name, written.at(name), known, problems) for name in written.value]
    tests = [test for test in inner if test is not None]
    if len(tests) < len(inner):
        return None
    if not tests:
        problems.append(written.problem("an empty map asks nothing"))
        return None
    return lambda got: not all(test(got) for test in tests)


def _can_hold(field: Field, test: Test, written: Written, known: Known) -> None:
    """A pattern over a closed list must fit something in it."""
    allowed = known.values(field)
    if allowed and not (any(test(value) for value in allowed) or test(None)):
        raise Mistake(f"{written.value!r} fits no value of {field.path}", f"known: {', '.join(allowed[:20])}")
