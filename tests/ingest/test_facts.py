"""Facts kept up to date with events that come in any order, again, changed, or to several processors at once."""

import asyncio

import pytest
from sqlalchemy import Connection

import app.ingest.facts
from app import telemetry
from app.ingest.facts import Touched, keep_facts, note_history
from app.ingest.facts_chain import Cause
from app.kernel.clock import DAY, HOUR, MINUTE
from app.store import Database, fact_log
from app.store.fact_records import ARRIVALS, DEPLOYMENTS, INCIDENTS
from app.store.opening import open_database
from tests.conftest import HandClock, PostgresCluster
from tests.ingest.facts_told import dump, tell
from tests.world.telling import View, build, commit, deploy, incident, merge, push, sha, us

START = us("2026-03-02T00:00Z")


def kinds(connection: Connection) -> list[tuple[str, str | None]]:
    rows = DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {})
    return [(each.kind, each.failed_by) for each in sorted(rows, key=lambda each: each.live_at)]


def story(count: int) -> list[View]:
    """A push and its deployment an hour later, every two hours."""
    told: list[View] = [deploy("checkout", START - HOUR, "n-1")]
    for number in range(count):
        at = START + number * 2 * HOUR
        told.append(push("checkout", at, f"n{number - 1}", [commit(f"n{number}", at - MINUTE)]))
        told.append(deploy("checkout", at + HOUR, f"n{number}"))
    return told


async def test_a_late_rollback_restates_what_it_changes_and_nothing_else(database: Database) -> None:
    views = story(12)
    late = deploy("checkout", START + 9 * HOUR + 30 * MINUTE, "n3", began=START + 9 * HOUR + 20 * MINUTE)
    await database.write(lambda connection: tell(connection, *views))
    before = await database.read(dump)
    await database.write(lambda connection: tell(connection, late))
    after = await database.read(dump)
    log = await database.read(lambda connection: fact_log.newest(connection, 100))

    failed = [each for each in log if each.what == "deployment" and '"failed_by":"rollback"' in (each.after or "")]
    assert len(failed) == 1
    assert {each.event_id for each in log} == {late["id"]}
    assert '"failed_by":null' in (failed[0].before or "")
    told = [set(before["fact_deployments"]), set(after["fact_deployments"])]
    assert len(told[1] - told[0]) == 3  # the rollback, what failed by it, and what came after it: it came back, too
    assert before["fact_arrivals"] == after["fact_arrivals"]


async def test_late_commits_are_found_by_the_deployments_that_wait_for_them(database: Database) -> None:
    def told(connection: Connection) -> None:
        tell(connection, deploy("checkout", START, "c0"))
        tell(connection, deploy("checkout", START + HOUR, "a1"))
        assert [each.flags for each in DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {})].count(
            ("unknown_lineage",)
        ) == 1
        tell(connection, push("checkout", START + 2 * HOUR, "c0", [commit("a1", START - HOUR)]))

    await database.write(told)
    arrivals = await database.read(lambda connection: ARRIVALS.find(connection, ARRIVALS.select, {}))
    assert [(each.sha, each.lead_seconds) for each in arrivals] == [(sha("a1"), 7200.0)]
    log = await database.read(lambda connection: fact_log.newest(connection, 10))
    assert any('"commits":1' in (each.after or "") for each in log)


async def test_a_late_name_is_found_by_the_deployments_that_wait_for_it(database: Database) -> None:
    def told(connection: Connection) -> tuple[list[str | None], list[str | None]]:
        tell(connection, deploy("checkout", START, version="1.4.2"))
        before = [each.sha for each in DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {})]
        others = [build("checkout", START + HOUR, "b0", "1.4.1"), build("basket", START + HOUR, "b1", "1.4.2")]
        tell(connection, *others, build("checkout", START + HOUR, "c0", "v1.4.2"))
        return before, [each.sha for each in DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {})]

    assert await database.write(told) == ([None], [sha("c0")])


async def test_a_late_pull_request_puts_its_own_commits_in_the_place_of_the_squash(database: Database) -> None:
    own = [commit("a1", START - 20 * HOUR), commit("a2", START - 10 * HOUR)]

    def told(connection: Connection) -> set[str]:
        tell(connection, push("checkout", START, "c0", [commit("s1", START)]))
        tell(connection, deploy("checkout", START - HOUR, "c0"))
        tell(connection, deploy("checkout", START + HOUR, "s1"))
        first = {each.sha for each in ARRIVALS.find(connection, ARRIVALS.select, {})}
        tell(connection, merge("checkout", START + MINUTE, 7, "s1", own))
        return first

    assert await database.write(told) == {sha("s1")}
    arrivals = await database.read(lambda connection: ARRIVALS.find(connection, ARRIVALS.select, {}))
    assert {(each.sha, each.pull_request, each.flags) for each in arrivals} == {
        (sha("a1"), 7, ("squashed",)),
        (sha("a2"), 7, ("squashed",)),
    }


async def test_a_replay_that_reads_events_otherwise_moves_their_facts(database: Database) -> None:
    views = story(3)

    def told(connection: Connection) -> None:
        tell(connection, *views)
        moved = [{**view, "service": "till"} if view["type"].startswith("deployment.") else view for view in views]
        tell(connection, *moved, again=True)

    await database.write(told)
    found = await database.read(lambda connection: DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {}))
    assert {each.service for each in found} == {"till"}
    assert len(found) == 4


async def test_what_nobody_can_place_is_no_chain(database: Database) -> None:
    lost = [
        {**deploy("checkout", START, "c0"), "service": "unmapped"},
        {**deploy("till", START, "c0"), "environment": None},
    ]
    await database.write(lambda connection: tell(connection, *lost, incident(None, START, "I1")))
    found = await database.read(dump)
    assert (found["fact_deployments"], found["fact_chains"]) == ([], [])
    assert len(found["fact_incidents"]) == 1


async def test_an_incident_of_production_blames_the_nearest_chain_of_production(database: Database) -> None:
    """Two environments of production: the later deployment is it, also when it is told later."""
    eu = deploy("checkout", START, "c0")
    us_ = {**deploy("checkout", START + HOUR, "c1", target="green"), "environment": "prod-us"}
    bad = incident("checkout", START + 2 * HOUR, "I1", priority="P1")

    def told(connection: Connection) -> list[str | None]:
        tell(connection, eu, bad)
        first = DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {})[0].failed_by
        tell(connection, us_)
        found = {each.environment: each.failed_by for each in DEPLOYMENTS.find(connection, DEPLOYMENTS.select, {})}
        return [first, found["prod"], found["prod-us"]]

    assert await database.write(told) == ["incident", None, "incident"]
    assert (await database.read(lambda connection: INCIDENTS.find(connection, INCIDENTS.select, {})))[
        0
    ].link == "window"


async def test_the_cost_of_an_event_does_not_grow_with_history(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read for one more deployment is the same after 20 and after 120 of them."""
    import app.ingest.facts_chain as derivation

    sizes: list[int] = []
    claims = derivation._claims

    def counted(*arguments: object) -> object:
        found = claims(*arguments)  # type: ignore[arg-type]
        sizes.append(len(found))
        return found

    monkeypatch.setattr(derivation, "_claims", counted)
    for view in story(120):
        await database.write(lambda connection, one=view: tell(connection, one))
    assert max(sizes[20:40]) == max(sizes[100:])


async def test_a_defect_costs_no_event(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a defect")

    view = deploy("checkout", START, "c0")
    failed = telemetry.ROUTING_ERRORS.labels("facts")
    before = failed._value.get()
    with monkeypatch.context() as broke:
        broke.setattr(app.ingest.facts, "read_claim", broken)
        await database.write(lambda connection: keep_facts(connection, {view["id"]: view}, []))
    assert failed._value.get() == before + 1
    assert await database.read(kinds) == []
    await database.write(lambda connection: keep_facts(connection, {view["id"]: view}, []))
    assert await database.read(kinds) == [("release", None)]


async def test_processors_that_store_the_same_chains_at_once_agree(postgres: PostgresCluster) -> None:
    """Two replicas take turns event by event, at the same time; the facts are as if one had done it all."""
    views = [*story(12), incident("checkout", START + 2 * HOUR, "I1"), deploy("checkout", START + 2 * DAY, "n3")]
    urls = [postgres.new_database(), postgres.new_database()]
    alone, *replicas = (open_database(url, HandClock()) for url in (urls[0], urls[1], urls[1]))
    for each in (alone, *replicas):
        await each.start()
    await alone.write(lambda connection: tell(connection, *views))

    async def some(replica: Database, mine: list[View]) -> None:
        for view in mine:
            await replica.write(lambda connection, one=view: tell(connection, one))

    await asyncio.gather(*(some(replica, views[start::2]) for start, replica in enumerate(replicas)))
    expected, found = await alone.read(dump), await replicas[0].read(dump)
    for each in (alone, *replicas):
        await each.close()
    assert found == expected


async def test_what_is_restated_is_counted_by_measure(database: Database) -> None:
    """A rollback that comes late: a failure, its recovery, a rollback more; no commit's lead time is another."""
    views = story(12)
    late = deploy("checkout", START + 9 * HOUR + 30 * MINUTE, "n3", began=START + 9 * HOUR + 20 * MINUTE)
    views.append(late)

    def kept(connection: Connection, *told: View) -> dict[str, int]:
        found = keep_facts(connection, {view["id"]: view for view in told}, [])
        return {name: number for (_, (name,)), number in found.items()}

    assert await database.write(lambda connection: kept(connection, *views[:-1])) == {}
    tally = await database.write(lambda connection: kept(connection, late))
    assert tally == {"change_fail_rate": 1, "failed_deployment_recovery": 1}
    assert await database.write(lambda connection: kept(connection, late)) == {}
    assert set(tally) < set(telemetry.RESTATED) == set(fact_log.MEASURES)
    fix = push("checkout", START - 2 * HOUR, "n-2", [commit("n-1", START - 3 * HOUR)])
    assert await database.write(lambda connection: kept(connection, fix)) == {}


async def test_commits_that_are_told_late_restate_the_lead_time(database: Database) -> None:
    live = deploy("checkout", START, "n0"), deploy("checkout", START + HOUR, "n1")
    late = push("checkout", START + MINUTE, "n0", [commit("n1", START)])

    def kept(connection: Connection, *told: View) -> dict[str, int]:
        found = keep_facts(connection, {view["id"]: view for view in told}, [])
        return {name: number for (_, (name,)), number in found.items()}

    assert await database.write(lambda connection: kept(connection, *live)) == {}
    assert await database.write(lambda connection: kept(connection, late)) == {"change_lead_time": 1}


async def test_a_branch_off_what_is_live_is_no_news_to_its_chain(database: Database) -> None:
    branch = push("checkout", START + 30 * HOUR, "n2", [commit("b1", START + 29 * HOUR)], ref="feature/card")

    def told(connection: Connection) -> object:
        tell(connection, *story(3))
        touched = Touched()
        note_history(connection, [branch], [], {branch["id"]: Cause(branch["id"], START)}, touched)
        return touched.pop()

    assert await database.write(told) is None
