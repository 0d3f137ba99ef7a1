"""The measures of every team's weeks in production, kept beside the facts: counted again when a row of them changes.

What is kept is exact, and made by the measures themselves: ordered lead times, of which any percentile can be taken.
"""

from array import array
from collections.abc import Collection, Iterable, Sequence

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from app.measures import Seen, answer
from app.measures.durations import seconds, spread
from app.measures.found import MEASURES
from app.measures.points import DeploymentPoint
from app.measures.scope import PRODUCTION
from app.store.ask import Row, ask
from app.store.bulk import Bulk, BulkInsert
from app.store.fact_records import number, param
from app.store.fact_tables import fact_arrivals, fact_deployments, fact_weeks
from app.store.measure_points import plain

Cell = tuple[str, int]
"""A team and a week (`app.facts.windows.week_of`)."""

_d, _r, _w = fact_deployments.c, fact_arrivals.c, fact_weeks.c
_POINTS = sa.select(*(plain(_d[name]) for name in ("live_at", *DeploymentPoint._fields[1:]))).where(
    _d.tier == PRODUCTION, _d.team == param("team_"), _d.week == number("week_")
)
_LEADS = (
    sa.select(_r.lead_seconds)
    .where(_r.tier == PRODUCTION, _r.clock == "commit", _r.team == param("team_"), _r.week == number("week_"))
    .where(_r.lead_seconds.is_not(None))
    .order_by(_r.lead_seconds)
)
_CELLS = sa.select(_d.team, _d.week).where(_d.tier == PRODUCTION, _d.team.is_not(None)).distinct()
_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:team_, 1))")
_DELETE = Bulk(sa.delete(fact_weeks).where(_w.team == param("team_"), _w.week == number("week_")), "team_", "week_")
_INSERT = BulkInsert(fact_weeks, *(column.name for column in fact_weeks.columns))


def cells(columns: Sequence[str], rows: Iterable[Row]) -> set[Cell]:
    """The weeks that rows of deployments or arrivals belong to, as far as weeks are kept of them."""
    tier, team, week = (columns.index(name) for name in ("tier", "team", "week"))
    return {(row[team], row[week]) for row in rows if row[tier] == PRODUCTION and row[team] is not None}


def keep(connection: Connection, changed: Collection[Cell]) -> None:
    """Count weeks again. On PostgreSQL whoever changes a team's rows at the same time waits, and sees this."""
    if connection.dialect.name == "postgresql":
        for team in sorted({team for team, _ in changed}):
            connection.execute(_LOCK, {"team_": f"shipbell weeks {team}"})
    _DELETE.run(connection, sorted(changed))
    _INSERT.run(connection, [row for cell in sorted(changed) if (row := _counted(connection, *cell))])


def keep_all(connection: Connection) -> None:
    """Count all weeks again."""
    connection.execute(sa.delete(fact_weeks))
    keep(connection, [(team, week) for team, week in ask(connection, _CELLS, {})])


def _counted(connection: Connection, team: str, week: int) -> Row | None:
    """A week as it is kept; None if there was no deployment."""
    here = {"team_": team, "week_": week}
    points = [DeploymentPoint._make(row) for row in ask(connection, _POINTS, here)]
    if not points:
        return None
    leads = array("d", (row[0] for row in ask(connection, _LEADS, here)))
    times, lead = [point.at for point in points], spread(leads)
    seen = Seen(min(times), max(times) + 1, 0, known=True, deployments=points)
    delivered, recovery = MEASURES["deployment_frequency"].judge, MEASURES["failed_deployment_recovery"].judge
    waiting = [point.at for point in points if recovery(point) == "open"]
    ended = [point for point in points if recovery(point) is None]
    lasted = sorted(seconds(point.at, point.recovered_at) for point in ended if point.recovered_at is not None)
    return (
        team,
        week,
        min(times),
        max(times),
        sum(delivered(point) is None for point in points),
        len(leads),
        lead["p50"],
        lead["p90"],
        answer(MEASURES["change_fail_rate"], seen).values["ratio"],
        answer(MEASURES["rework_rate"], seen).values["ratio"],
        orjson.dumps(lasted).decode(),
        orjson.dumps(sorted(waiting)).decode(),
        leads.tobytes(),
    )
