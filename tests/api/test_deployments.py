"""Deployments over HTTP: the listing, and the whole story of one."""

from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import HOUR, MINUTE, iso
from app.store import fact_tables as tables
from app.store.tables import events
from tests.api.conftest import TOKENS, Api
from tests.api.rows import hex_id
from tests.measures.rows import add, row
from tests.measures.week import us

AT = us("07T10:00")
BAD, MEND = hex_id(1), hex_id(2)


def happened(number: int, kind: str, at: int, **fields: Any) -> tuple[sa.Table, dict[str, Any]]:
    subject = fields.get("subject", f"s{number}")
    view = {"id": hex_id(number), "type": kind, "service": "pay", "subject": subject, "occurred_at": iso(at), **fields}
    return events, {
        "id": hex_id(number), "receipt_id": "r", "type": kind, "status": None, "source": "argocd", "service": "pay",
        "environment": None, "subject": subject, "occurred_at": at, "received_at": at, "data": orjson.dumps(view),
    }  # fmt: skip


def scan(name: str, at: int, **what: Any) -> tuple[sa.Table, dict[str, Any]]:
    return tables.fact_scans, {
        "id": name, "service": "pay", "environment": None, "at": at, "tool": "veracode", "kind": "static",
        "scan_id": None, "verdict": "passed", "critical": 0, "high": 1, "medium": 0, "low": 0, "advisory": False,
        "version": None, "sha": None, "report_url": None, **what,
    }  # fmt: skip


def story(connection: Connection) -> None:
    sha = "9f" * 20
    add(
        connection,
        row("deployment", id=BAD, live_at=AT, sha=sha, version="1.2", failed_by="rollback", failed_because=MEND,
            recovered_by=MEND, recovered_at=AT + HOUR, evidence=f'["{hex_id(7)}"]', tickets='["PAY-1"]'),
        row("deployment", id=MEND, live_at=AT + HOUR, kind="rollback", previous_id=BAD, sha="0" * 40, version="1.1"),
        row("attempt", id="first", at=AT - HOUR, outcome="failed", changed=False, deployment_id=BAD, error="no image"),
        row("attempt", id="second", at=AT, deployment_id=BAD),
        row("arrival", sha="c1", deployment_id=BAD, live_at=AT, authored_at=AT - HOUR, pull_request=5),
        row("commit", sha="c1", message="PAY-1 round up\n\nbody", tickets='["PAY-1"]'),
        row("pull", id=5, title="Round up"),
        row("incident", id="I1", opened_at=AT + MINUTE, deployment_id=BAD, link="window"),
        scan("of-it", AT - HOUR, sha=sha[:12]),
        scan("of-its-version", AT - HOUR, version="1.2"),
        scan("of-another", AT - HOUR, sha="1" * 40, version="1.2"),
        happened(7, "deployment.finished", AT),
        happened(8, "pipeline.finished", AT - HOUR, commit={"sha": sha}, status="error"),
        happened(10, "pipeline.finished", AT - HOUR - MINUTE, commit={"sha": sha}, subject="s8", failed_step="build"),
        happened(9, "pipeline.finished", AT - HOUR, commit={"sha": "1" * 40}),
        (tables.fact_restatements, {
            "at": AT + HOUR, "event_id": hex_id(7), "service": "pay", "environment": "prod",
            "what": "deployment.failed_by", "object": BAD, "before": None, "after": "rollback",
        }),
    )  # fmt: skip


@pytest.fixture
async def told(api: Api) -> Api:
    await api.parts.database.write(story)
    return api


async def test_the_whole_story_of_a_change(told: Api) -> None:
    found = await told.get(f"/api/v1/deployments/{BAD}")
    assert found["deployment"]["live_at"] == iso(AT)
    assert found["deployment"]["tickets"] == ["PAY-1"]
    assert [each["id"] for each in found["attempts"]] == ["first", "second"]
    assert [(each["sha"], each["message"]) for each in found["commits"]] == [("c1", "PAY-1 round up")]
    assert [each["title"] for each in found["pull_requests"]] == ["Round up"]
    (run,) = found["pipelines"]  # told by two
    assert (run["id"], run["status"], run["failed_step"]) == (hex_id(8), "error", "build")
    assert [each["id"] for each in found["scans"]] == ["of-it", "of-its-version"]
    assert [each["id"] for each in found["incidents"]] == ["I1"]
    assert (found["failed_because"]["what"], found["failed_because"]["kind"]) == ("deployment", "rollback")
    assert found["recovered_by"]["id"] == MEND
    assert [each["after"] for each in found["restatements"]] == ["rollback"]
    assert [each["id"] for each in found["evidence"]] == [hex_id(7)]
    assert (found["tests"], found["gates"], found["previous"]) == ([], [], None)


async def test_one_of_which_little_is_known(told: Api) -> None:
    found = await told.get(f"/api/v1/deployments/{MEND}")
    assert found["previous"]["id"] == BAD
    assert (found["failed_because"], found["commits"], found["pull_requests"]) == (None, [], [])


async def test_deployments_are_found_by_what_they_are(told: Api) -> None:
    async def found(**filters: str) -> list[str]:
        return [item["id"] for item in (await told.get("/api/v1/deployments", **filters))["items"]]

    assert await found() == [MEND, BAD]
    assert await found(kind="rollback") == [MEND]
    assert await found(failed="true") == [BAD]
    assert await found(failed="false") == [MEND]
    assert await found(service="checkout") == []
    assert await found(environment="prod", team="team-a") == [MEND, BAD]
    assert await found(since=iso(AT + 1)) == [MEND]
    assert await found(until=iso(AT + 1)) == [BAD]


async def test_deployments_come_page_by_page_also_those_of_one_moment(api: Api) -> None:
    made = [row("deployment", id=hex_id(number), live_at=AT) for number in range(1, 8)]
    await api.parts.database.write(lambda connection: add(connection, *made))
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        page = await api.get("/api/v1/deployments", limit="2", **({"cursor": cursor} if cursor else {}))
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
    assert (seen, cursor) == ([hex_id(number) for number in range(1, 8)], None)


async def test_only_readers_are_answered_and_only_of_what_there_is(api: Api) -> None:
    for path in ("/api/v1/deployments", f"/api/v1/deployments/{BAD}"):
        assert (await api.ask("GET", path, as_=TOKENS["ingest"])).status_code == 403
    assert (await api.ask("GET", f"/api/v1/deployments/{BAD}")).status_code == 404
    assert (await api.ask("GET", "/api/v1/deployments", params={"kind": "miracle"})).status_code == 422
