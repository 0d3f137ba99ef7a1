"""What facts know beside events, told as the service tells it: a change from its merge to what it broke."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from app.events.cdevents import Join
from app.kernel.clock import MINUTE, iso
from app.store import Database
from app.store.cdevent_joins import joins
from tests.conftest import START
from tests.events.cdevents.views import REPOSITORY, SHA, View, view
from tests.world.stored import tell

OTHER = SHA[:12] + "0" * 28
KEY = "bitbucket:{1f}"


def story(short: str = SHA[:12]) -> dict[str, View]:
    """A merge, its push, its build, a rollout that knows its version alone, and an incident about it."""
    told: dict[str, tuple[str, dict[str, Any]]] = {
        "merged": ("pull_request.merged", {"subject": "pull_request:{1f}:7", "commit": {"sha": short},
                   "pull_request": {"id": 7, "merge_commit": short}, "environment": None}),
        "pushed": ("change.pushed", {"ref": "main", "ref_kind": "branch", "after": SHA, "environment": None,
                   "commits": [{"sha": SHA, "message": "Keep the card", "authored_at": iso(START)}]}),
        "built": ("pipeline.finished", {"status": "succeeded", "commit": {"sha": short}, "environment": None}),
        "deployed": ("deployment.finished", {"status": "succeeded", "version": f"main-{SHA[:9]}", "repository": None,
                     "healthy": True}),
        "broken": ("incident.opened", {"title": "402", "priority": "P1", "repository": None}),
    }  # fmt: skip
    found = {}
    for number, (name, (kind, fields)) in enumerate(told.items()):
        when = iso(START + number * MINUTE)
        times = {"id": f"{number:032x}", "occurred_at": when, "received_at": when, "subject": f"{name}:1"}
        found[name] = view(kind, **{**times, "repository": REPOSITORY, **fields})
    return found


async def known(database: Database, views: dict[str, View], *asked: str) -> dict[str, Join]:
    await database.write(lambda c: tell(c, list(views.values())))

    def look(connection: Connection) -> dict[str, Join]:
        found = joins(connection, [views[name] for name in asked or views])
        return {name: found[views[name]["id"]] for name in asked or views}

    return await database.read(look)


async def test_merge_build_rollout_and_incident_have_one_commit_and_lead_back(database: Database) -> None:
    found = await known(database, told := story())
    assert {name: (each.repository, each.sha) for name, each in found.items() if name != "pushed"} == dict.fromkeys(
        ("merged", "built", "deployed", "broken"), (KEY, SHA)
    )
    ids = {name: each["id"] for name, each in told.items()}
    came_from = {name: each.came_from for name, each in found.items()}
    assert came_from == {
        "merged": (),
        "pushed": (),
        "built": (ids["merged"],),
        "deployed": (ids["merged"],),
        "broken": (ids["deployed"],),
    }


async def test_the_beginning_of_two_commits_is_made_whole_to_neither(database: Database) -> None:
    told = story()
    told["pushed"] = told["pushed"] | {"commits": [{"sha": SHA, "message": "a"}, {"sha": OTHER, "message": "b"}]}
    found = await known(database, told, "built")
    assert found["built"] == Join(KEY, SHA[:12], (told["merged"]["id"],))


async def test_what_no_fact_speaks_of_has_what_the_event_says(database: Database) -> None:
    told = story()
    alone = {name: told[name] for name in ("built", "deployed", "broken")}
    found = await known(database, alone)
    assert found["built"] == Join(KEY, SHA[:12])
    assert found["deployed"].came_from == ()
    assert found["broken"].came_from == (told["deployed"]["id"],)


async def test_a_commit_that_two_repositories_have_has_no_home(database: Database) -> None:
    told = story()
    fork = told["pushed"] | {"id": "e" * 32, "repository": REPOSITORY | {"uuid": "{2f}"}, "service": "fork"}
    found = await known(database, told | {"fork": fork}, "deployed")
    assert found["deployed"] == Join(None, SHA)


async def test_nothing_is_asked_for_nothing(database: Database) -> None:
    assert await database.read(lambda c: joins(c, [])) == {}


@pytest.mark.parametrize("of", ["a", "b"])
async def test_each_reporter_of_a_rollout_is_found_or_left_alone(database: Database, of: str) -> None:
    """Two targets are one deployment, which is known by the first: the other event keeps what it says itself."""
    told = story()
    first = told["deployed"] | {"target": {"cluster": "a"}}
    second = first | {"id": "f" * 32, "subject": "deployed:2", "target": {"cluster": "b"}}
    found = await known(database, {**told, "a": first, "b": second}, of)
    assert found[of].sha == (SHA if of == "a" else None)


async def test_no_question_reads_a_whole_table(database: Database) -> None:
    if database.dialect != "sqlite":
        return  # on so few rows PostgreSQL rightly reads them all
    told = story()
    await database.write(lambda c: tell(c, list(told.values())))
    asked: list[tuple[str, Any]] = []

    def look(connection: Connection) -> list[str]:
        note = lambda _, __, statement, values, *___: asked.append((statement, values))  # noqa: E731
        sa.event.listen(connection, "before_cursor_execute", note)
        joins(connection, list(told.values()))
        sa.event.remove(connection, "before_cursor_execute", note)
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values) for text, values in asked]
        return [row[-1] for plan in plans for row in plan]

    plans = await database.read(look)
    assert len(asked) >= 6
    assert [step for step in plans if step.startswith("SCAN")] == []
