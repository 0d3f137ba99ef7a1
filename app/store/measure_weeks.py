"""The five measures of every team and week at once, as they are kept with the facts (`app.store.fact_weeks`)."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.measures.durations import seconds, with_open
from app.store.ask import ask
from app.store.fact_records import number
from app.store.fact_tables import fact_weeks
from app.store.fact_weeks import Cell

_w = fact_weeks.c
_WEEKS = sa.select(
    _w.team, _w.week, _w.deployments, _w.commits, _w.lead_p50, _w.lead_p90, _w.fail_ratio, _w.rework_ratio,
    _w.recovered, _w.open_since,
).where(_w.week.between(number("first_"), number("last_")))  # fmt: skip


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


def weeks(connection: Connection, first: int, last: int, as_of: int) -> Mapping[Cell, Week]:
    """Every team's weeks in production from `first` to `last`, both included; one without anything is not there."""
    found = {}
    for team, week, *counted, recovered, open_since in ask(connection, _WEEKS, {"first_": first, "last_": last}):
        deployments, commits, p50, p90, failed, rework = counted
        closed: list[float] = orjson.loads(recovered)
        waiting = [seconds(since, as_of) for since in orjson.loads(open_since)]
        lasted = with_open(closed, waiting).values
        found[team, week] = Week(deployments, commits, p50, p90, failed, len(closed), len(waiting), lasted["p50"],
                                 lasted["p90"], rework)  # fmt: skip
    return found
