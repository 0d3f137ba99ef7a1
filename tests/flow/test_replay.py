"""Receipts read anew: what a mended parser understands is told, what a mended estate names is not told twice."""

import pytest

from app.kernel.errors import BadPayload
from app.sources import bitbucket
from tests.fake_teams import FakeTeams
from tests.running.database import counts
from tests.running.hooks import TOKEN, build
from tests.running.in_process import Service
from tests.running.rules import ESTATE, rewrite
from tests.running.wait import until

KEY = "repo:commit_status_updated"


async def replay(service: Service, **wish: object) -> dict[str, object]:
    response = await service.call("POST", "/api/v1/replay", json=wish)
    assert response.status_code == 200, response.text
    answer: dict[str, object] = response.json()
    return answer


async def test_after_a_parser_was_mended(service: Service, teams: FakeTeams, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(key: str, body: object) -> object:
        raise BadPayload("a state that nobody knew", "commit_status.state")

    with monkeypatch.context() as patch:
        patch.setitem(bitbucket.READERS, KEY, fails)
        receipt = await service.taken(build(1))
    assert (receipt["state"], receipt["reason"]) == ("quarantined", "commit_status.state: a state that nobody knew")
    assert (await counts(service.database_url))["events"] == 0

    dry = await replay(service, source="bitbucket", state="quarantined", dry_run=True)
    assert dry["receipts"] == [receipt["id"]]
    assert (await service.get(f"/api/v1/receipts/{receipt['id']}"))["state"] == "quarantined"

    assert (await replay(service, source="bitbucket", state="quarantined"))["receipts"] == [receipt["id"]]
    mended = await service.settled(receipt["id"])
    assert (mended["state"], len(mended["events"])) == ("processed", 1)
    [post] = await teams.wait_for(1)
    assert post.json["event"]["build"]["number"] == 1
    await service.deliveries(ended=1)

    await replay(service, receipts=[receipt["id"]])
    assert (await service.settled(receipt["id"]))["events"] == mended["events"]
    assert (await counts(service.database_url))["deliveries"] == 1
    assert len(teams.posts) == 1


async def test_after_a_defect_of_a_room(service: Service, teams: FakeTeams, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setitem(bitbucket.READERS, KEY, lambda key, body: body["nobody"]["thought"]["of this"])
        monkeypatch.setattr("app.ingest.outcome.RETRY_AFTER", 0)
        receipt = await service.taken(build(2))
    assert receipt["state"] == "quarantined"
    assert receipt["reason"].startswith("defect: KeyError")
    await replay(service, receipts=[receipt["id"]])
    assert (await service.settled(receipt["id"]))["state"] == "processed"
    await teams.wait_for(1)


async def test_after_the_estate_was_mended(service: Service, teams: FakeTeams) -> None:
    estate = service.rules / "estate.yaml"
    loaded_at = (await service.get("/api/v1/rules"))["loaded_at"]
    hook = build(3)
    hook = type(hook)(hook.source, hook.body.replace(b"acme/checkout", b"acme/parcels"), hook.headers)
    receipt = await service.taken(hook)
    [event_id] = receipt["events"]
    event = await service.get(f"/api/v1/events/{event_id}")
    assert event["service"] == "unmapped"
    assert "parcels" in event["remedy"]
    await teams.wait_for(1)

    rewrite(estate, ESTATE + "  parcels: {team: payments, repositories: [acme/parcels]}\n")

    async def taken() -> bool:
        rules = await service.get("/api/v1/rules")
        assert rules["problems"] == []
        return bool(rules["loaded_at"] != loaded_at)

    await until(taken, "the new estate")
    await replay(service, receipts=[receipt["id"]])
    assert (await service.settled(receipt["id"]))["events"] == [event_id]
    event = await service.get(f"/api/v1/events/{event_id}")
    assert event["service"] == "parcels"
    assert event["owner"]["team"] == "payments"
    assert event.get("remedy") is None
    await service.deliveries(ended=1)
    assert (await counts(service.database_url))["deliveries"] == 1
    assert len(teams.posts) == 1


async def test_whoever_may_only_read_may_not_replay(service: Service) -> None:
    receipt = await service.taken(build(4))
    answer = await service.request("POST", "/api/v1/replay", json={"receipts": [receipt["id"]]})
    assert answer.status_code == 401
    assert TOKEN not in answer.text
    assert (await service.get(f"/api/v1/receipts/{receipt['id']}"))["flags"] is None
