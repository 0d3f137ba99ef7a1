"""What the measures of a year cost: a million deployments, five million commits, twenty thousand incidents, one file.

Beside them the shape in which peers ask: the numbers worked out anew at each look, by joins and window functions over
all rows. Both run in this process on one core, on the same file with the same indexes, and must say the same. Ours are
kept week by week with the facts (what that costs with each event is in `freshness`); to count them all again is told.
"""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.windows import week_of
from app.kernel.clock import DAY
from app.measures import answer
from app.measures.found import MEASURES
from app.measures.scope import Scope
from app.store.fact_weeks import keep_all
from app.store.measure_points import read
from app.store.measure_weeks import Week, weeks
from bench.bench import Bench
from bench.fact_world import END, FIRST, fill, team
from bench.figures import Figure, Must, ratios
from bench.per_render import per_render
from bench.saturate import Unusable

_FULL, _QUICK = 1_000_000, 50_000
_FIVE = ("deployment_frequency", "change_lead_time", "change_fail_rate", "failed_deployment_recovery", "rework_rate")
_TEAM = Scope((("prod", "production"),), team=team(7))
T = TypeVar("T")


def run(bench: Bench) -> list[Figure]:
    """Seconds of CPU, round by round; the first look at a file is not counted, as a service has looked before."""
    deployments = _FULL if bench.seconds > 2 else _QUICK
    with bench.folder() as folder:
        path = folder / "facts.db"
        bench.say(f"  writing {deployments:,} deployments")
        commits = fill(path, deployments, deployments // 50)
        size = path.stat().st_size / 1e9
        return _figures(
            bench, path, f"{deployments:,} deployments, {commits:,} commits, 50 teams, a year; {size:.1f} GB"
        )


def _figures(bench: Bench, path: Path, ran: str) -> list[Figure]:
    engine = sa.create_engine(f"sqlite+pysqlite:///{path}")
    with engine.begin() as connection:
        kept, _ = _timed(lambda: keep_all(connection))
        bench.say(f"  all weeks counted: {kept:.1f} s")
    with engine.connect() as connection:
        _all(connection)
        ours, theirs, team_ms, clocks_ms = [], [], [], []
        for number in range(bench.rounds):
            seconds, mine = _timed(lambda: _all(connection))
            ours.append(seconds)
            team_ms.append(_timed(lambda: _one(connection, pulls=False))[0] * 1e3)
            clocks_ms.append(_timed(lambda: _one(connection, pulls=True))[0] * 1e3)
            bench.say(f"  every team and week: {seconds * 1e3:.0f} ms; a team's 90 days: {team_ms[-1]:.0f} ms")
            if number == 0:
                seconds, others = _timed(lambda: per_render(connection))
                _agree(mine, others)
                bench.say(f"  worked out anew at each look: {seconds:.1f} s")
                theirs.append(seconds)
    engine.dispose()
    return [
        Figure("dora: five measures, every team and week of a year", ours, Must("≤", 2), "s", ran),
        Figure(
            "dora: the same worked out anew at each look / ours",
            ratios(theirs[:1], ours[:1]),
            Must("≥", 50),
            "times",
            ran,
        ),
        Figure("dora: all weeks counted again from their rows", [kept], None, "s", ran),
        Figure("dora: five measures with p50 and p90, one team, 90 days", team_ms, Must("≤", 50), "ms", ran),
        Figure("dora: the same with the clocks of pull requests", clocks_ms, None, "ms", ran),
    ]


def _all(connection: Connection) -> Mapping[tuple[str, int], Week]:
    return weeks(connection, week_of(FIRST // DAY), week_of(END // DAY), END)


def _one(connection: Connection, *, pulls: bool) -> None:
    """A team's last 90 days, as the API answers them."""
    kinds = {kind for name in _FIVE for kind in MEASURES[name].facts if pulls or kind != "pulls"}
    seen = read(connection, _TEAM, kinds, END - 90 * DAY, END, END, split=False)
    for name in _FIVE:
        answer(MEASURES[name], seen)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


def _agree(ours: Mapping[tuple[str, int], Week], theirs: Mapping[tuple[str, int], Week]) -> None:
    """A quicker answer that is another one is worth nothing. Raises Unusable."""
    if ours.keys() != theirs.keys():
        raise Unusable("the two ways find other teams and weeks")
    for key, mine in ours.items():
        other = theirs[key]
        for name in Week.__dataclass_fields__:
            one, two = getattr(mine, name), getattr(other, name)
            if one != two and (one is None or two is None or abs(one - two) > 1e-6 * max(abs(one), 1)):
                raise Unusable(f"{key}: {name} is {one} here and {two} there")
