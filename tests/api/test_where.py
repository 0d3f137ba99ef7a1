"""Where something is: services, tickets, commits, tags and versions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from app.facts.claims import Claim
from app.kernel.clock import DAY, HOUR, MINUTE
from app.store import collected, fact_claims
from app.store import fact_tables as tables
from app.store.collected import LOOKED, Seen
from tests.api.conftest import Api, StartApi
from tests.api.test_environments import arrived, place, ticket
from tests.measures.rows import add, row
from tests.measures.week import us
from tests.running.rules import rewrite

AT = us("07T10:00")
PICKED, MERGED, OWN, OLD, NEW = (digit * 40 for digit in "abcde")
STAGES = """\
version: 1
environments: {dev: {tier: development}, qa: {tier: testing}, prod: {tier: production}}
services: {pay: {aliases: [acme-pay]}, web: {}}
"""


def chain(environment: str, service: str = "pay") -> tuple[sa.Table, dict[str, Any]]:
    return tables.fact_chains, {
        "service": service, "environment": environment, "repository": f"acme/{service}", "tier": None,
    }  # fmt: skip


def deployed(id_: str, environment: str, at: int, sha: str, version: str) -> tuple[sa.Table, dict[str, Any]]:
    return row("deployment", id=id_, environment=environment, live_at=at, sha=sha, artifact=sha, version=version)


def story(connection: Connection) -> None:
    """1 is everywhere; 2 (a squashed pull request) came to dev and qa, and dev went back to 1."""
    add(
        connection,
        *(chain(name) for name in ("dev", "qa", "prod")),
        *(deployed(f"{name}-1", name, AT, OLD, "1") for name in ("dev", "qa", "prod")),
        *(deployed(f"{name}-2", name, AT + HOUR, MERGED, "2") for name in ("dev", "qa")),
        deployed("dev-3", "dev", AT + 2 * HOUR, OLD, "1"),
        *(arrived(OWN, name, AT + HOUR, deployment_id=f"{name}-2") for name in ("dev", "qa")),
        row("environment", environment="dev", desired_version="1", actual_version="1"),
        row("environment", environment="qa", desired_version="2", actual_version="2", in_sync=True),
        row("environment", environment="prod", desired_version="1", actual_version="1", in_sync=True),
        row("commit", sha=OLD, committed_at=AT - DAY),
        row("commit", sha=MERGED, message="PAY-2 Pay by card", committed_at=AT + MINUTE, tickets='["PAY-2"]'),
        row("commit", sha=OWN, message="PAY-2 pay", committed_at=AT + 1, pull_request=7, tickets='["PAY-2"]'),
        row("commit", sha=NEW, message="PAY-4 open", committed_at=AT + HOUR, pull_request=8, tickets='["PAY-4"]'),
        row("commit", sha=PICKED, message="long ago", committed_at=AT - DAY),
        row("pull", id=7, merge_commit=MERGED[:12], merged_at=AT + MINUTE, commits=f'["{OWN}"]'),
        row("pull", id=8),
        (tables.fact_names, {"service": "pay", "name": "v2", "repository": "acme/pay", "sha": MERGED}),
        place("PAY-2", "qa", AT + HOUR), ticket("PAY-2"), place("PAY-3", "qa"), ticket("PAY-3", restricted=True),
    )  # fmt: skip


@pytest.fixture
async def told(start: StartApi, settings: Mapping[str, str]) -> Api:
    rewrite(Path(settings["SHIPBELL_RULES_DIR"]) / "estate.yaml", STAGES)
    api = await start()
    await api.parts.database.write(story)
    return api


async def where(api: Api, anything: str) -> dict[str, Any]:
    answer: dict[str, Any] = await api.get(f"/api/v1/where/{anything}")
    return answer


def states(answer: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    (service,) = answer["services"]
    return [(each["environment"], each["state"], each["waits_for"]) for each in service["environments"]]


async def test_how_far_a_commit_has_got_by_whatever_it_is_called(told: Api) -> None:
    got = [
        ("dev", "gone", "a deployment to dev"), ("qa", "there", None),
        ("prod", "not_there", "a promotion of 2 from qa"),
    ]  # fmt: skip
    for name in (MERGED, MERGED[:7].upper(), OWN[:9], "2", "v2"):
        assert states(await where(told, name)) == got, name
    one = (await where(told, OWN[:9]))["services"][0]
    assert (one["sha"], one["commit"]["pull_request"]["id"]) == (OWN, 7)
    assert one["environments"][1]["deployment_id"] == "qa-2"
    assert one["environments"][1]["since"].startswith("2025")


async def test_what_is_open_is_older_than_all_or_is_wanted_already(told: Api) -> None:
    assert states(await where(told, NEW)) == [
        ("dev", "not_there", "pull request 8 to be merged"), ("qa", "not_there", "dev, where it is not yet"),
        ("prod", "not_there", "qa, where it is not yet"),
    ]  # fmt: skip
    assert [state for _, state, _ in states(await where(told, PICKED))] == ["unknown"] * 3
    wanted = sa.update(tables.fact_environments).where(tables.fact_environments.c.environment == "prod")
    await told.parts.database.write(lambda c: c.execute(wanted.values(desired_version="2", in_sync=False)))
    assert states(await where(told, "2"))[2] == ("prod", "not_there", "the sync: 2 is wanted, 1 runs")
    back = sa.update(tables.fact_environments).where(tables.fact_environments.c.environment == "qa")
    await told.parts.database.write(lambda c: c.execute(back.values(actual_version="1", in_sync=False)))
    assert states(await where(told, "2"))[1] == ("qa", "gone", "the sync: 2 is wanted, 1 runs")


async def test_a_ticket_with_its_places_and_commits_and_nothing_of_a_restricted_one(told: Api) -> None:
    found = await where(told, "pay-2")
    assert (found["what"], found["ticket"]["summary"], found["ticket"]["stale"]) == ("ticket", "about PAY-2", False)
    (service,) = found["services"]
    assert [(each["environment"], each["since"][:10]) for each in service["environments"]] == [("qa", "2025-01-07")]
    assert {each["sha"]: each["live_in"] for each in found["commits"]} == {MERGED: [], OWN: ["pay/qa"]}  # gone in dev
    hidden = (await where(told, "PAY-3"))["ticket"]
    assert {name for name, value in hidden.items() if value} == {"key", "restricted"}
    only_named = await where(told, "PAY-4")
    assert (only_named["services"], only_named["ticket"]) == ([], {"key": "PAY-4", "missing": False, "looked_at": None})
    assert [each["sha"] for each in only_named["commits"]] == [NEW]
    await told.parts.database.write(lambda c: collected.note(c, [Seen("ticket", "PAY-4", collected.MISSING, AT)]))
    assert (await where(told, "PAY-4"))["ticket"]["missing"] is True


async def test_a_service_with_what_cannot_be_read_and_how_old_that_is(told: Api) -> None:
    now, database = told.parts.clock(), told.parts.database
    manifest = {"path": "overlays/qa/kustomization.yaml", "line": 7, "problem": "newTag is no text"}
    seen = Claim("e1", "observed", "environment.observed", "pay", "qa", "s", now - DAY, "", {"manifest": manifest})
    await database.write(lambda c: fact_claims.add(c, [seen]))

    async def qa(name: str = "pay") -> dict[str, Any]:
        environments = (await where(told, name))["services"][0]["environments"]
        assert [each["environment"] for each in environments] == ["dev", "qa", "prod"]
        assert [each["stale"] for each in environments if each["environment"] != "qa"] == [False, False]
        return dict(environments[1])

    first = await qa()
    assert (first["manifest"], first["stale"]) == (manifest, True)
    await database.write(lambda c: collected.note(c, [Seen(LOOKED, "environments", "", now)]))
    assert (await qa("acme-pay"))["stale"] is False
    assert [each["stale"] for each in (await told.get("/api/v1/environments"))["items"]] == [False] * 3


async def test_what_nobody_knows_is_404_and_says_where_was_looked(told: Api) -> None:
    for name in ("moon", "f" * 40, "abc", "PAY-99", "no/such tag", "%25"):
        answer = await told.ask("GET", f"/api/v1/where/{name}")
        assert answer.status_code == 404, name
        assert "looked among 2 services, tickets, commits" in answer.json()["title"]


async def test_what_ran_on_a_day_and_since_when(told: Api) -> None:
    async def ran(on: str, **more: str) -> list[tuple[str, str | None]]:
        items = (await told.get("/api/v1/environments", on=on, **more))["items"]
        return [(each["environment"], each["actual_version"]) for each in items]

    assert await ran("2025-01-06") == []
    assert await ran("2025-01-07", environment="dev") == [("dev", "1"), ("dev", "2"), ("dev", "1")]
    assert await ran("2025-01-07T11:30:00Z") == [("dev", "2"), ("prod", "1"), ("qa", "2")]
    assert await ran("2025-01-08") == [("dev", "1"), ("prod", "1"), ("qa", "2")]
    bare = row("deployment", id="bare", environment="dev", live_at=AT + DAY, artifact="ci:run:12")
    await told.parts.database.write(lambda connection: add(connection, bare))
    assert await ran("2025-01-09", environment="dev") == [("dev", None)]
    ((first, *_),) = ((await told.get("/api/v1/environments", on="2025-01-07", environment="qa"))["items"],)
    assert (first["since"], first["until"]) == ("2025-01-07T10:00:00.000000Z", "2025-01-07T11:00:00.000000Z")
    for wrong in ({"on": "0001-01-01"}, {"on": "2025-01-07", "drift": "true"}, {"on": "tuesday"}):
        assert (await told.ask("GET", "/api/v1/environments", params=wrong)).status_code == 422
