"""The five measures of every team and week at once: exact percentiles of millions of commits, by an index alone.

`fact_arrivals_week` holds the lead times of a team and week in their order, so a percentile is a place in it: of n
values it is found by walking past the ones before it, from the nearer end. Nothing is sorted, nothing estimated.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from app.measures.durations import with_open
from app.measures.quantiles import place
from app.store.fact_tables import fact_arrivals, fact_deployments

_d, _r = fact_deployments.c, fact_arrivals.c
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
    _leads(connection, tier, first, last, found)
    return dict(found)


def _deployments(connection: Connection, tier: str, first: int, last: int, found: Mapping[Cell, Week]) -> None:
    counts = sa.case((_d.counts, 1), else_=0)
    failed = sa.case((_d.counts & _d.failed_by.is_not(None), 1), else_=0)
    hotfix = sa.case((_d.counts & (_d.kind == "hotfix"), 1), else_=0)
    back = sa.case((_d.kind == "rollback", sa.case((_d.outcome == "succeeded", 1), else_=0)), else_=0)
    query = (
        sa.select(_d.team, _d.week, *(sa.func.sum(each) for each in (counts, failed, hotfix, back)))
        .where(_d.tier == tier, _d.team.is_not(None), _d.week.between(first, last))
        .group_by(_d.team, _d.week)
    )
    for team, week, deployed, bad, urgent, taken_back in connection.execute(query):
        cell = found[team, week]
        cell.deployments = deployed
        cell.fail_ratio = bad / deployed if deployed else None
        rework = deployed + taken_back
        cell.rework_ratio = (urgent + taken_back) / rework if rework else None


def _recoveries(
    connection: Connection, tier: str, first: int, last: int, as_of: int, found: Mapping[Cell, Week]
) -> None:
    query = sa.select(_d.team, _d.week, _d.live_at, _d.recovered_at).where(
        _d.tier == tier, _d.team.is_not(None), _d.week.between(first, last), _d.failed_by.is_not(None), _d.counts
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


def _leads(connection: Connection, tier: str, first: int, last: int, found: Mapping[Cell, Week]) -> None:
    query = (
        sa.select(_r.team, _r.week, sa.func.count(_r.lead_seconds))
        .where(_r.tier == tier, _r.clock == "commit", _r.team.is_not(None), _r.week.between(first, last))
        .group_by(_r.team, _r.week)
    )
    counts = {(team, week): n for team, week, n in connection.execute(query) if n}
    for (cell, q), value in _quantiles(connection, tier, counts):
        week = found[cell]
        week.commits = counts[cell]
        if q == _HALF:
            week.lead_p50 = value
        else:
            week.lead_p90 = value


_HALF, _NINETY = 0.5, 0.9
Wanted = tuple[Cell, float]


def _quantiles(connection: Connection, tier: str, counts: Mapping[Cell, int]) -> Iterator[tuple[Wanted, float]]:
    """The median and the 90th percentile of every cell."""
    wanted = [(cell, q) for cell in counts for q in (_HALF, _NINETY)]
    for start in range(0, len(wanted), _TOGETHER):
        some = wanted[start : start + _TOGETHER]
        pairs: defaultdict[int, list[float]] = defaultdict(list)
        for number, value in connection.execute(_places(len(some)), _where(tier, some, counts)):
            pairs[number].append(value)
        for number, (cell, q) in enumerate(some):
            _, rest = place(counts[cell], q)
            values = sorted(pairs[number])
            yield (cell, q), values[0] if len(values) == 1 else values[0] + (values[1] - values[0]) * rest


def _places(count: int) -> sa.TextClause:
    """Two neighbours in the order of lead times, for each of so many cells; counted from the end, as it is nearer."""
    one = (
        "SELECT * FROM (SELECT {0} AS number, lead_seconds FROM fact_arrivals WHERE tier = :tier AND clock = 'commit'"
        " AND team = :team{0} AND week = :week{0} AND lead_seconds IS NOT NULL"
        " ORDER BY lead_seconds DESC LIMIT 2 OFFSET :skip{0}) AS place{0}"
    )
    return sa.text(" UNION ALL ".join(one.format(number) for number in range(count)))


def _where(tier: str, some: Sequence[Wanted], counts: Mapping[Cell, int]) -> dict[str, str | int]:
    values: dict[str, str | int] = {"tier": tier}
    for number, ((team, week), q) in enumerate(some):
        low, _ = place(counts[team, week], q)
        skip = max(counts[team, week] - 2 - low, 0)
        values |= {f"team{number}": team, f"week{number}": week, f"skip{number}": skip}
    return values
