"""Every team and week at once says what each of them says for itself, on both engines."""

import random
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.facts.windows import day_of, week_of
from app.kernel.clock import DAY, HOUR, MINUTE
from app.measures import answer
from app.measures.found import MEASURES
from app.measures.scope import Scope
from app.measures.windows import buckets
from app.store import Database
from app.store.measure_points import read
from app.store.measure_weeks import weeks
from tests.measures.rows import add, row
from tests.measures.week import NOW, STAGES

ZONE = ZoneInfo("America/New_York")
FIVE = ("deployment_frequency", "change_lead_time", "change_fail_rate", "failed_deployment_recovery", "rework_rate")


def world() -> list[tuple[sa.Table, dict[str, Any]]]:
    """Six weeks of three teams, small and crowded ones, with failures that are open."""
    dice = random.Random(5)
    made = []
    for number in range(220):
        at = NOW - dice.randrange(42 * DAY)
        when = {"live_at": at, "day": day_of(at, ZONE), "week": week_of(day_of(at, ZONE))}
        team = dice.choice(("a", "a", "a", "b", "c"))
        failed = dice.random() < 0.2
        made.append(
            row("deployment", id=f"{number:032x}", team=team, **when, failed_by="rollback" if failed else None,
                kind=dice.choice(("release", "release", "config", "hotfix", "rollback", "heal")),
                outcome=dice.choice(("succeeded",) * 9 + ("failed",)),
                recovered_at=at + dice.randrange(600) * MINUTE if failed and dice.random() < 0.7 else None)
        )  # fmt: skip
        made += [
            row(
                "arrival",
                sha=f"{number}-{each}",
                team=team,
                **when,
                authored_at=at - dice.randrange(-60, 5000) * MINUTE,
            )
            for each in range(dice.randrange(4))
        ]
    return made


async def test_all_weeks_at_once_are_each_week_for_itself(database: Database) -> None:
    await database.write(lambda connection: add(connection, *world()))
    edges = buckets("week", 7, NOW, NOW, ZONE)
    numbers = [week_of(day_of(edge.start, ZONE)) for edge in edges]
    together = await database.read(lambda connection: weeks(connection, numbers[0], numbers[-1], NOW))
    assert len(together) > 15
    kinds = {kind for name in FIVE for kind in MEASURES[name].facts}
    for team in ("a", "b", "c"):
        for number, edge in zip(numbers, edges, strict=True):
            scope = Scope(STAGES, team=team)
            seen = await database.read(lambda c, s=scope, e=edge: read(c, s, kinds, e.start, e.end, NOW))
            one = {name: answer(MEASURES[name], seen) for name in FIVE}
            cell = together.get((team, number))
            if cell is None:
                assert {found.n for found in one.values()} == {0}
                continue
            recovery = one["failed_deployment_recovery"]
            assert cell.deployments == one["deployment_frequency"].n
            assert cell.commits == one["change_lead_time"].n
            assert (cell.recovered, cell.open) == (recovery.n, recovery.open_n)
            for mine, theirs in (
                (cell.lead_p50, one["change_lead_time"].values["p50"]),
                (cell.lead_p90, one["change_lead_time"].values["p90"]),
                (cell.fail_ratio, one["change_fail_rate"].values["ratio"]),
                (cell.rework_ratio, one["rework_rate"].values["ratio"]),
                (cell.recovery_p50, recovery.values["p50"]),
                (cell.recovery_p90, recovery.values["p90"]),
            ):
                assert mine is theirs is None or abs((mine or 0) - (theirs or 0)) < 1e-6, (team, number)


async def test_lead_times_of_whole_weeks_are_those_of_the_rows(database: Database) -> None:
    await database.write(lambda connection: add(connection, *world()))
    for first, last in ((42, 0), (40, 3), (33, 12), (9, 5), (4, 1)):
        for team in ("a", "b", "nobody"):
            ask = partial(read, scope=Scope(STAGES, team=team), kinds={"commits"}, start=NOW - first * DAY,
                          end=NOW - last * DAY, as_of=NOW)  # fmt: skip
            by_rows, kept = await database.read(ask), await database.read(partial(ask, split=False))
            assert sorted(kept.leads.seconds) == sorted(by_rows.leads.seconds), (first, last, team)


async def test_weeks_that_lie_across_each_other_are_read_by_row(database: Database) -> None:
    """As after a change of the time zone: a row at the week's end is still in the next one."""
    at = NOW - 20 * DAY
    made = [
        row("deployment", id=f"{number:032x}", team="a", live_at=at + hours * HOUR, day=0, week=week)
        for number, (hours, week) in enumerate(((0, 1), (9, 1), (5, 2), (300, 2)))
    ]
    made += [
        row("arrival", sha=f"{number}", team="a", live_at=each["live_at"], authored_at=each["live_at"] - HOUR, day=0,
            week=each["week"])
        for number, (_, each) in enumerate(made)
    ]  # fmt: skip
    await database.write(lambda connection: add(connection, *made))
    scope = Scope(STAGES, team="a")
    found = await database.read(lambda c: read(c, scope, {"commits"}, at, at + 10 * HOUR, NOW, split=False))
    assert len(found.leads.seconds) == 3


async def test_no_facts_no_weeks(database: Database) -> None:
    assert await database.read(lambda connection: weeks(connection, 0, 5000, NOW)) == {}
