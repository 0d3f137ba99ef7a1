"""Whether the weeks that are kept begin where they should by now: a change of a time zone moves none of them."""

import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.windows import Zones, day_of, week_of
from app.store.fact_tables import fact_deployments

_d = fact_deployments.c
_WEEKS = sa.select(_d.tier, _d.team, _d.week, sa.func.min(_d.live_at), sa.func.max(_d.live_at)).group_by(
    _d.tier, _d.team, _d.week
)


def misplaced(connection: Connection, zones: Zones) -> list[str | None]:
    """The teams with a deployment in a week in which it is not, by their zone; all weeks of all teams are looked at."""
    teams = {
        team
        for _, team, week, first, last in connection.execute(_WEEKS)
        for live_at in (first, last)
        if week_of(day_of(live_at, zones.of(team))) != week
    }
    return sorted(teams, key=lambda team: team or "")
