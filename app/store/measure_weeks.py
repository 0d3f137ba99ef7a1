"""The five measures of every team and week at once: exact percentiles of millions of commits, by an index alone.

`fact_arrivals_week` holds the lead times of a team and week in their order, so a percentile is a place in it: of n
values it is found by walking past the ones before it, from the nearer end. Nothing is sorted, nothing estimated.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from app.measures.durations import with_open
from app.measures.quantiles import place
from app.store.fact_tables import fact_deployments

_HALF, _NINETY = 0.5, 0.9
_d = fact_deployments.c
_TOGETHER = 120
"""How many places are looked up in one statement: a round trip each would cost more than the look-up."""

Cell = tuple[str, int]
"""A team and a week (`app.facts.windows.week_of`)."""


@dataclass(slots=True)
class Week:
    """The five measures of a team in a week. Seconds and shares; None where there is no data."""

    deployments: int = 0
    commits: int = 0
    lead_p50: float | None = None
    lead_p90: float | None = None
    fail_ratio: float | None = None
    recovered: int = 0
    open: int = 0
    recovery_p50: float | None = None
    recovery_p90: float | None = None
    rework_ratio: float | None = None


def weeks(connection: Connection, tier: str, first: int, last: int, as_of: int) -> Mapping[Cell, Week]:
    """Every team's weeks from `first` to `last`, both included; a team and week without anything is not there."""
    found: defaultdict[Cell, Week] = defaultdict(Week)
    _deployments(connection, tier, first, last, found)
    _recoveries(connection, tier, first, last, as_of, found)
    _leads(connection, tier, found)
    return dict(found)


def _deployments(connection: Connection, tier: str, first: int, last: int, found: Mapping[Cell, Week]) -> None:
    rows = sa.func.count()
    back = rows.filter(_d.kind == "rollback", _d.outcome == "succeeded")
    counted = rows.filter(_d.counts), rows.filter(*_FAILED), rows.filter(*_FAILED, ~_d.counts)
    query = (
        sa.select(_d.team, _d.week, *counted, rows.filter(_d.counts, _d.kind == "hotfix"), back)
        .select_from(fact_deployments)
        .where(_d.tier == tier, _d.team.is_not(None), _within(_d.week, first, last))
        .group_by(_d.team, _d.week)
    )
    for team, week, deployed, bad, stopped, urgent, taken_back in connection.execute(query):
        cell, rework, stake = found[team, week], deployed + taken_back, deployed + stopped
        cell.deployments = deployed
        cell.fail_ratio = bad / stake if stake else None
        cell.rework_ratio = (urgent + taken_back) / rework if rework else None


_FAILED = _d.failed_by.is_not(None), sa.or_(_d.counts, _d.outcome == "failed")
"""Those that stopped half-way fail, too, though they are no throughput."""


def _within(week: sa.Column[int], first: int, last: int) -> sa.ColumnElement[bool]:
    """A condition that is looked at row by row: as a bound, SQLite would leave the order of the index for it."""
    return (week + 0).between(first, last)


def _recoveries(
    connection: Connection, tier: str, first: int, last: int, as_of: int, found: Mapping[Cell, Week]
) -> None:
    query = sa.select(_d.team, _d.week, _d.live_at, _d.recovered_at).where(
        _d.tier == tier, _d.team.is_not(None), _within(_d.week, first, last), *_FAILED
    )
    closed: defaultdict[Cell, list[float]] = defaultdict(list)
    waiting: defaultdict[Cell, list[float]] = defaultdict(list)
    for team, week, live_at, recovered_at in connection.execute(query):
        if recovered_at is None:
            waiting[team, week].append((as_of - live_at) / 1e6)
        else:
            closed[team, week].append((recovered_at - live_at) / 1e6)
    for key in {*closed, *waiting}:
        cell, numbers = found[key], with_open(closed[key], waiting[key])
        cell.recovered, cell.open = len(closed[key]), len(waiting[key])
        cell.recovery_p50, cell.recovery_p90 = numbers.values["p50"], numbers.values["p90"]


def _leads(connection: Connection, tier: str, found: Mapping[Cell, Week]) -> None:
    """Lead times of the teams and weeks in which there were deployments: there are none elsewhere."""
    cells = [*found]
    for some in _pieces(cells):
        for number, count in connection.execute(_counts(len(some)), _names(tier, some)):
            found[some[number]].commits = count
    wanted = [(cell, q) for cell in cells if found[cell].commits for q in (_HALF, _NINETY)]
    for batch in _pieces(wanted):
        skips = {f"skip{number}": _skip(found[cell].commits, q) for number, (cell, q) in enumerate(batch)}
        places = connection.execute(_places(len(batch)), _names(tier, [cell for cell, _ in batch]) | skips)
        pairs: defaultdict[int, list[float]] = defaultdict(list)
        for number, value in places:
            pairs[number].append(value)
        for number, (cell, q) in enumerate(batch):
            value = _between(sorted(pairs[number]), found[cell].commits, q)
            if q == _HALF:
                found[cell].lead_p50 = value
            else:
                found[cell].lead_p90 = value


def _skip(n: int, q: float) -> int:
    """How many of n values lie behind the two neighbours of a quantile; the end is nearer than the beginning."""
    return max(n - 2 - place(n, q)[0], 0)


def _between(neighbours: Sequence[float], n: int, q: float) -> float:
    if len(neighbours) == 1:
        return neighbours[0]
    return neighbours[0] + (neighbours[1] - neighbours[0]) * place(n, q)[1]


_OF_CELL = (
    "FROM fact_arrivals WHERE tier = :tier AND clock = 'commit' AND team = :team{0} AND week = :week{0}"
    " AND lead_seconds >= 0"
)


@cache
def _counts(cells: int) -> sa.TextClause:
    """How many lead times each of so many cells has."""
    return _together(f"SELECT {{0}} AS number, count(*) AS n {_OF_CELL}", cells)


@cache
def _places(cells: int) -> sa.TextClause:
    """Two neighbours in the order of lead times, for each of so many cells."""
    two = f"SELECT {{0}} AS number, lead_seconds {_OF_CELL} ORDER BY lead_seconds DESC LIMIT 2 OFFSET :skip{{0}}"
    return _together(f"SELECT * FROM ({two}) AS place{{0}}", cells)  # noqa: S608  every value is bound


def _together(one: str, count: int) -> sa.TextClause:
    return sa.text(" UNION ALL ".join(one.format(number) for number in range(count)))


def _names(tier: str, cells: Sequence[Cell]) -> dict[str, str | int]:
    values: dict[str, str | int] = {"tier": tier}
    for number, (team, week) in enumerate(cells):
        values |= {f"team{number}": team, f"week{number}": week}
    return values


T = TypeVar("T")


def _pieces(items: Sequence[T]) -> list[Sequence[T]]:
    return [items[start : start + _TOGETHER] for start in range(0, len(items), _TOGETHER)]
