"""Environments and tickets over HTTP."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import HOUR
from app.store import differences
from app.store import fact_tables as tables
from app.store.differences import Difference
from tests.api.conftest import TOKENS, Api, StartApi
from tests.measures.rows import add, row
from tests.measures.week import us
from tests.running.rules import rewrite

AT = us("07T10:00")


def arrived(sha: str, environment: str, at: int, **more: Any) -> tuple[sa.Table, dict[str, Any]]:
    return row("arrival", sha=sha, environment=environment, tier=None, live_at=at, authored_at=at - HOUR, **more)


def place(key: str, environment: str, at: int = AT) -> tuple[sa.Table, dict[str, Any]]:
    return tables.fact_ticket_places, {
        "key": key, "service": "pay", "environment": environment, "deployment_id": "d", "since": at,
    }  # fmt: skip


def ticket(key: str, **what: Any) -> tuple[sa.Table, dict[str, Any]]:
    return tables.fact_tickets, {
        "key": key, "summary": f"about {key}", "status": "Done", "status_category": "done",
        "fix_versions": '["2026.11"]', "restricted": False, "as_of": AT, "event_id": "e", **what,
    }  # fmt: skip


def estate(connection: Connection) -> None:
    add(
        connection,
        row("environment", environment="prod", desired_version="2", actual_version="1", in_sync=True),
        row("environment", environment="qa", desired_version="2", actual_version="2", in_sync=True),
        row("environment", service="web", environment="prod", in_sync=False, team="team-b"),
        row("environment", service="web", environment="qa", in_sync=None, team="team-b"),
        row("deployment", id="seed", environment="prod", live_at=AT),
        row("deployment", id="next", environment="prod", artifact="b", live_at=AT + HOUR),
        arrived("before", "qa", AT - HOUR),
        arrived("both", "qa", AT + 1), arrived("both", "prod", AT + HOUR),
        arrived("new", "qa", AT + 2, pull_request=7), row("pull", id=7, title="Flyway: add the column"),
        arrived("newer", "qa", AT + 3, author="Ines"),
        arrived("picked", "qa", AT + 4, original="both"),
        arrived("other", "qa", AT + 5, service="web"),
        row("commit", sha="newer", message="PAY-2 first line\nnew db/migrations/7.sql", tickets='["PAY-2"]'),
        place("PAY-1", "qa"), place("PAY-1", "prod"), place("PAY-2", "qa", AT + 3), place("PAY-3", "qa", AT + 2),
        ticket("PAY-1"), ticket("PAY-2"), ticket("PAY-3", restricted=True),
    )  # fmt: skip


@pytest.fixture
async def filled(start: StartApi, settings: Mapping[str, str]) -> Api:
    stages = (
        "version: 1\nenvironments: {qa: {tier: testing}, prod: {tier: production}}\nservices: {web: {team: team-b}}\n"
    )
    rewrite(Path(settings["SHIPBELL_RULES_DIR"]) / "estate.yaml", stages)
    api = await start()
    await api.parts.database.write(estate)
    return api


async def test_what_runs_where_and_where_it_drifted(filled: Api) -> None:
    async def found(**filters: str) -> list[tuple[str, str]]:
        items = (await filled.get("/api/v1/environments", **filters))["items"]
        return [(item["service"], item["environment"]) for item in items]

    assert await found() == [("pay", "prod"), ("pay", "qa"), ("web", "prod"), ("web", "qa")]
    assert await found(drift="true") == [("pay", "prod"), ("web", "prod")]
    assert await found(drift="false") == [("pay", "qa"), ("web", "qa")]
    assert await found(service="pay", environment="qa") == [("pay", "qa")]
    assert await found(team="team-b") == [("web", "prod"), ("web", "qa")]
    first = await filled.get("/api/v1/environments", limit="3")
    rest = await filled.get("/api/v1/environments", limit="3", cursor=first["next"])
    assert [item["environment"] for item in rest["items"]] == ["qa"]
    assert rest["next"] is None


async def test_what_waits_between_two_environments(filled: Api) -> None:
    found = await filled.get("/api/v1/environments/waiting", **{"from": "qa", "to": "prod", "service": "pay"})
    assert [each["sha"] for each in found["commits"]] == ["newer", "new"]
    assert found["commits"][0]["message"] == "PAY-2 first line"
    total = found["sum"]
    assert (total["commits"], total["tickets"], total["authors"]) == (2, 2, {"unknown": 1, "Ines": 1})
    assert [(each["sha"], each["message"]) for each in total["migrations"]] == [
        ("newer", "PAY-2 first line"), ("new", ""),
    ]  # fmt: skip
    assert (total["reverts"], total["oldest_at"]) == ([], "2025-01-07T10:00:00.000002Z")
    assert [each["key"] for each in found["tickets"]] == ["PAY-2", "PAY-3"]
    everything = await filled.get("/api/v1/environments/waiting", **{"from": "qa", "to": "prod", "limit": "1"})
    assert [each["sha"] for each in everything["commits"]] == ["other"]
    following = {"from": "qa", "to": "prod", "limit": "2", "cursor": everything["next"]}
    assert [each["sha"] for each in (await filled.get("/api/v1/environments/waiting", **following))["commits"]] == [
        "newer", "new",
    ]  # fmt: skip
    back = await filled.get("/api/v1/environments/waiting", **{"from": "prod", "to": "qa"})
    assert (back["commits"], back["tickets"]) == ([], [])


async def test_what_a_rollback_took_out_waits_again_and_what_it_took_back_here_does_not(filled: Api) -> None:
    async def waiting() -> list[str]:
        found = await filled.get("/api/v1/environments/waiting", **{"from": "qa", "to": "prod", "service": "pay"})
        return [each["sha"] for each in found["commits"]]

    def rolled_back(connection: Connection) -> None:
        add(connection, row("deployment", id="back", kind="rollback", environment="prod", live_at=AT + 2 * HOUR))

    def rolled_back_here(connection: Connection) -> None:
        made = [
            row("deployment", id=f"qa{number}", environment="qa", artifact=artifact, live_at=at)
            for number, (artifact, at) in enumerate([("x", AT + 2), ("y", AT + 3), ("x", AT + 3 * HOUR)])
        ]
        add(connection, *made)

    assert await waiting() == ["newer", "new"]
    await filled.parts.database.write(rolled_back)
    assert await waiting() == ["picked", "newer", "new", "both"]
    await filled.parts.database.write(rolled_back_here)
    assert await waiting() == ["new", "both"]


async def test_tickets_that_were_there_before_anything_was_seen_in_the_other_environment_do_not_wait(
    filled: Api,
) -> None:
    await filled.parts.database.write(lambda connection: add(connection, place("PAY-0", "qa", AT - 1)))
    found = await filled.get("/api/v1/environments/waiting", **{"from": "qa", "to": "prod", "service": "pay"})
    assert "PAY-0" not in [each["key"] for each in found["tickets"]]


async def test_how_much_a_promotion_changes_and_of_whom_nobody_knows(filled: Api) -> None:
    async def size() -> Any:
        return (await filled.get("/api/v1/environments/waiting", **{"from": "qa", "to": "prod"}))["sum"]["size"]

    assert await size() is None  # nobody compared anything yet
    other = Difference("pay", "0", "2", 9, 9, 9, (), True)
    told = Difference("pay", "1", "2", 3, 40, 2, ("db/migrations/7.sql",), True)
    await filled.parts.database.write(lambda connection: differences.note(connection, [other, told, told]))
    assert await size() == {
        "files": 3, "lines_added": 40, "lines_removed": 2, "complete": False, "unknown": ["web"],
        "migrations": [{"service": "pay", "path": "db/migrations/7.sql"}],
    }  # fmt: skip
    alone = await filled.get("/api/v1/environments/waiting", **{"from": "qa", "to": "prod", "service": "pay"})
    assert (alone["sum"]["size"]["complete"], alone["sum"]["size"]["unknown"]) == (True, [])
    back = await filled.get("/api/v1/environments/waiting", **{"from": "prod", "to": "qa", "service": "pay"})
    assert back["sum"]["size"] is None
    same = {"from": "qa", "to": "prod", "service": "same"}
    same_there = [row("environment", service="same", environment=name, actual_version="1") for name in ("qa", "prod")]
    await filled.parts.database.write(lambda connection: add(connection, *same_there))
    assert (await filled.get("/api/v1/environments/waiting", **same))["sum"]["size"] == {
        "files": 0, "lines_added": 0, "lines_removed": 0, "complete": True, "unknown": [], "migrations": [],
    }  # fmt: skip


async def test_tickets_in_an_environment_and_nothing_of_the_restricted(filled: Api) -> None:
    found = (await filled.get("/api/v1/tickets", environment="qa"))["items"]
    assert [(each["key"], each["summary"]) for each in found] == [
        ("PAY-2", "about PAY-2"), ("PAY-3", None), ("PAY-1", "about PAY-1"),
    ]  # fmt: skip
    assert found[0]["fix_versions"] == ["2026.11"]
    told = {name for name, value in found[1].items() if value}
    assert told == {"key", "service", "environment", "deployment_id", "since", "restricted"}
    one = (await filled.get("/api/v1/tickets", key="PAY-1"))["items"]
    assert [each["environment"] for each in one] == ["prod", "qa"]
    first = await filled.get("/api/v1/tickets", environment="qa", limit="2")
    rest = await filled.get("/api/v1/tickets", environment="qa", limit="2", cursor=first["next"])
    assert [each["key"] for each in rest["items"]] == ["PAY-1"]


async def test_only_readers_are_answered_and_only_of_what_there_is(api: Api) -> None:
    for path in ("/api/v1/environments", "/api/v1/tickets", "/api/v1/environments/waiting?from=qa&to=prod"):
        assert (await api.ask("GET", path, as_=TOKENS["ingest"])).status_code == 403
    for params in ({"from": "qa"}, {"from": "moon", "to": "prod"}, {"from": "prod", "to": "prod"}):
        assert (await api.ask("GET", "/api/v1/environments/waiting", params=params)).status_code == 422
