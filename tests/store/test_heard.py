"""Whether a name was ever told: answered without a look at every event."""

import pytest
import sqlalchemy as sa

from app import telemetry
from app.store import Connection, Database, events, heard
from app.store.counters import add as count
from app.store.events import NewEvent
from app.store.heard import heard_of
from tests.measures.rows import add, row

UNINDEXED = {"platform", "pod", "business_area", "component", "channel"}


def event(number: int, kind: str, environment: str, service: str = "checkout") -> NewEvent:
    return NewEvent(f"{number:032x}", "0" * 32, kind, None, "reports", service, environment, "s", number, number, b"{}")


async def test_an_environment_that_the_estate_has_lost_is_known_by_whatever_told_of_it(database: Database) -> None:
    def told(connection: Connection) -> None:
        events.add(connection, [event(1, "pipeline.finished", "lab"), event(2, "security.scan_finished", "bench"),
                                event(3, "deployment.finished", "attic", "unmapped")])  # fmt: skip
        add(connection, row("environment", environment="cellar"), row("incident", id="I1", environment="roof",
                                                                      opened_at=1))  # fmt: skip
        known = ("lab", "bench", "attic", "cellar", "roof")
        assert [heard_of(connection, "environment", name) for name in known] == [True] * 5
        assert not heard_of(connection, "environment", "lib")

    await database.write(told)


async def test_a_team_and_a_source_of_the_past_are_known(database: Database) -> None:
    def told(connection: Connection) -> None:
        add(connection, row("deployment", id="D1", live_at=1, tier="testing", team="gone"))
        count(connection, {(telemetry.RECEIVED, ("retired",)): 1})
        assert heard_of(connection, "team", "gone")
        assert heard_of(connection, "source", "retired")
        assert not heard_of(connection, "team", "gon")
        assert not heard_of(connection, "source", "retire")
        assert not heard_of(connection, "type", "deployment.finisht")

    await database.write(told)


@pytest.mark.parametrize("what", sorted(heard._KEPT.keys() - UNINDEXED))
async def test_no_large_table_is_read_for_a_misspelt_name(database: Database, what: str) -> None:
    def plans(connection: Connection) -> str:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SET LOCAL enable_seqscan = off"))  # an empty table is read without it
        how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        found = []
        for each in heard._KEPT[what]("nope"):
            query = sa.select(sa.exists().where(each))
            text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
            found.append(str(connection.exec_driver_sql(f"{how} {text}").all()))
        return "\n".join(found)

    plan = await database.write(plans)
    for table in ("events", "fact_deployments", "fact_arrivals", "receipts"):
        assert f"SCAN {table}" not in plan, plan
        assert f"Seq Scan on {table}" not in plan, plan
