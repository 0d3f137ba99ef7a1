"""A team's lead times of a window, out of its kept weeks: rows are read only of the weeks that it cuts."""

from array import array

import sqlalchemy as sa
from sqlalchemy import Connection

from app.measures.scope import PRODUCTION
from app.store.ask import ask
from app.store.fact_records import number, param
from app.store.fact_tables import fact_arrivals, fact_weeks

_w, _r = fact_weeks.c, fact_arrivals.c
_start, _end = number("start_"), number("end_")
_WHOLE = sa.and_(_w.first_at >= _start, _w.last_at < _end)
_WEEKS = sa.select(_w.first_at, _w.last_at, sa.case((_WHOLE, _w.lead_times))).where(
    _w.team == param("team_"), _w.first_at < _end, _w.last_at >= _start
)
_BETWEEN = sa.select(_r.lead_seconds).where(
    _r.tier == PRODUCTION, _r.clock == "commit", _r.team == param("team_"), _r.live_at >= _start, _r.live_at < _end,
    _r.lead_seconds.is_not(None),
)  # fmt: skip


def kept_leads(connection: Connection, team: str, start: int, end: int) -> "array[float] | None":
    """Seconds, in no order, of what went live in production from `start` up to `end` (µs); None if no week is whole."""
    here = {"team_": team, "start_": start, "end_": end}
    weeks = ask(connection, _WEEKS, here)
    whole = [week for week in weeks if week[2] is not None]
    if not whole:
        return None
    low, high = min(week[0] for week in whole), max(week[1] for week in whole)
    if any(week[0] <= high and week[1] >= low for week in weeks if week[2] is None):
        return None  # after a change of the time zone weeks may lie across each other until the next rebuild
    found = array("d")
    for week in whole:
        found.frombytes(week[2])
    for since, until in ((start, low), (high + 1, end)):
        found.extend(row[0] for row in ask(connection, _BETWEEN, here | {"start_": since, "end_": until}))
    return found
