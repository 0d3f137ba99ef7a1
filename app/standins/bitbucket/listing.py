"""How Bitbucket lists: filter, order, pages with `next`, and the fields that were asked for."""

import operator
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from app.kernel.timestamps import parse_timestamp
from app.standins.answers import answer, at, only

_CLAUSE = re.compile(r'\s*([a-z_.]+)\s*(>=|<=|!=|=|>|<|~)\s*(?:"([^"]*)"|([^\s"]+))\s*')
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
    "~": lambda one, other: str(other).lower() in str(one).lower(),
}


def error(status: int, message: str, **data: object) -> Response:
    """An error as Bitbucket writes it."""
    more = {"data": data} if data else {}
    return answer({"type": "error", "error": {"message": message, **more}}, status)


def listed(
    request: Request,
    values: Sequence[dict[str, Any]],
    *,
    default: int = 10,
    most: int = 100,
    sized: bool = True,
    linked: bool = True,
    given: Sequence[tuple[str, str]] | None = None,
) -> Response:
    """One page. `sized`: with `size` and `page`; `linked`: with `next`; `given`: what was asked, if not by the URL."""
    try:
        pagelen, page = int(request.query_params.get("pagelen", default)), int(request.query_params.get("page", 1))
        wanted = _ordered(_filtered(values, request.query_params.get("q", "")), request.query_params.get("sort", ""))
    except ValueError as fault:
        return error(400, str(fault) or "Invalid query")
    if not 1 <= pagelen <= most or page < 1:
        return error(400, f"Invalid pagelen: at most {most}" if page >= 1 else "Invalid page")
    shown = wanted[(page - 1) * pagelen : page * pagelen]
    told: dict[str, Any] = {"values": shown, "pagelen": pagelen}
    if sized:
        told |= {"size": len(wanted), "page": page}
    if linked and page * pagelen < len(wanted):
        asked = [(name, value) for name, value in given or request.query_params.multi_items() if name != "page"]
        told["next"] = str(request.url.replace(query=urlencode([*asked, ("page", str(page + 1))])))
    return answer(fields(request, told))


def fields(request: Request, value: Any) -> Any:
    """What `fields=` asks for: plain names are all that comes; `+` adds what is there already, `-` takes away."""
    named = [name.strip() for text in request.query_params.getlist("fields") for name in text.split(",") if name]
    plain = [name for name in named if name[0] not in "+- "]
    value = only(value, plain) if plain else value
    for name in named:
        if name[0] == "-":
            value = _without(value, name[1:].split("."))
    return value


def _without(value: Any, path: Sequence[str]) -> Any:
    if isinstance(value, list):
        return [_without(each, path) for each in value]
    if not isinstance(value, dict) or path[0] not in value:
        return value
    kept = {name: each for name, each in value.items() if name != path[0]}
    return kept if len(path) == 1 else {**kept, path[0]: _without(value[path[0]], path[1:])}


def _filtered(values: Sequence[dict[str, Any]], query: str) -> list[dict[str, Any]]:
    """Clauses joined by AND. Raises ValueError for anything else."""
    kept = list(values)
    for clause in re.split(r"\s+AND\s+", query.strip(), flags=re.IGNORECASE) if query else []:
        found = _CLAUSE.fullmatch(clause)
        if found is None:
            raise ValueError(f"Invalid query: {clause}")
        name, test, wanted = found[1], _TESTS[found[2]], _comparable(found[1], found[3] or found[4] or "")
        kept = [each for each in kept if at(each, name) is not None and test(_comparable(name, at(each, name)), wanted)]
    return kept


def _comparable(name: str, value: Any) -> Any:
    """Times compare as times, in whatever form they are written."""
    if name.endswith("_on"):
        moment = parse_timestamp(value)
        if moment is None:
            raise ValueError(f"Invalid date: {value}")
        return moment
    return str(value)


def _ordered(values: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """By a dotted path; `-` is falling. What has no such field comes last."""
    if not by:
        return values
    name = by.lstrip("-")
    having = [each for each in values if at(each, name) is not None]
    without = [each for each in values if at(each, name) is None]
    return [*sorted(having, key=lambda each: _key(at(each, name)), reverse=by.startswith("-")), *without]


def _key(value: Any) -> tuple[int, str]:
    return (value, "") if isinstance(value, int) else (0, str(value))
