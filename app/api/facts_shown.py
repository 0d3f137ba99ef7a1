"""How rows of facts are asked for and answered: times as ISO 8601, pages by time."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Query

from app.api.paging import Page, numbers, page
from app.kernel.clock import iso

HereName = Annotated[str | None, Query(max_length=100, description="Our name.", examples=["checkout"])]

_TIMES = frozenset({"at", "since", "until", "as_of"})


def shown(value: Any) -> Any:
    """A row, or rows within rows, with times of µs as ISO 8601."""
    if isinstance(value, Mapping):
        return {
            name: iso(each) if isinstance(each, int) and (name in _TIMES or name.endswith("_at")) else shown(each)
            for name, each in value.items()
        }
    return [shown(each) for each in value] if isinstance(value, list) else value


def since_and_number(cursor: str | None) -> tuple[int, int] | None:
    """A cursor of `behind`."""
    found = numbers(cursor, 2)
    return (found[0], max(found[1], 0)) if found else None


def behind(
    rows: Sequence[Mapping[str, Any]], limit: int, moment: str, after: tuple[int, int] | None
) -> Page[dict[str, Any]]:
    """The page of a query that asked for one row more; its cursor is a time and how many rows of it were answered."""
    cursors = []
    at, seen = after or (None, 0)
    for row in rows:
        at, seen = row[moment], seen + 1 if row[moment] == at else 1
        cursors.append(f"{at}.{seen}")
    return page([shown(row) for row in rows], limit, cursors)
