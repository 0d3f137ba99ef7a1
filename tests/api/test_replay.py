"""Replay over HTTP: which receipts, one page at a time, with a trace of who asked."""

from typing import Any

import pytest

from app.api import replay as room
from tests.api.conftest import Api, StartApi
from tests.api.rows import add_receipts, audit_trail, hex_id
from tests.running.hooks import sample


async def ask(api: Api, status: int = 200, **wish: Any) -> Any:
    answer = await api.ask("POST", "/api/v1/replay", json=wish)
    assert answer.status_code == status, answer.text
    return answer.json()


async def states(api: Api) -> dict[int, str]:
    return {int(item["id"], 16): item["state"] for item in (await api.get("/api/v1/receipts"))["items"]}


async def test_receipts_are_read_anew_by_id_and_unknown_ones_are_left_out(api: Api) -> None:
    await api.parts.database.write(lambda c: add_receipts(c, 3, state="quarantined"))
    answer = await ask(api, receipts=[hex_id(2), hex_id(9), hex_id(2)], reason="mended")
    assert answer == {"receipts": [hex_id(2)], "next": None, "dry_run": False}
    assert await states(api) == {1: "quarantined", 2: "received", 3: "quarantined"}
    assert await api.parts.database.read(audit_trail) == [("boss", "replay", hex_id(2), "1 receipts; mended")]


async def test_a_dry_run_changes_nothing(api: Api) -> None:
    await api.parts.database.write(lambda c: add_receipts(c, 2, state="ignored"))
    assert (await ask(api, state="ignored", dry_run=True))["receipts"] == [hex_id(2), hex_id(1)]
    assert await states(api) == {1: "ignored", 2: "ignored"}
    assert await api.parts.database.read(audit_trail) == []


async def test_more_than_a_page_goes_on_with_the_cursor(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST", 2)
    await api.parts.database.write(lambda c: add_receipts(c, 5, state="quarantined"))
    seen, cursor = [], None
    for _ in range(3):
        answer = await ask(api, state="quarantined", cursor=cursor)
        seen.append([int(each, 16) for each in answer["receipts"]])
        cursor = answer["next"]
    assert (seen, cursor) == ([[5, 4], [3, 2], [1]], None)
    assert set((await states(api)).values()) == {"received"}


async def test_nothing_in_particular_is_422(api: Api) -> None:
    assert "say which" in (await ask(api, 422))["title"]
    assert "say which" in (await ask(api, 422, since="2026-01-01"))["title"]  # everything since then is no choice
    for wish in ({"state": "received"}, {"state": "lost"}, {"receipts": ["x"]}, {"cursor": "x", "state": "ignored"},
                 {"receipts": [hex_id(1)] * 501}, {"sate": "ignored"}):  # fmt: skip
        await ask(api, 422, **wish)


async def test_known_news_is_not_sent_again(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    hook = sample("bitbucket", "pipeline-failed")
    taken = await api.ask("POST", hook.path, as_=None, content=hook.body, headers=hook.signed())
    receipt = (await api.settled(taken.json()["receipt"]))["id"]
    before = (await api.get("/api/v1/deliveries"))["items"]
    assert len(before) == 1
    await ask(api, receipts=[receipt])
    assert (await api.settled(receipt))["state"] == "processed"
    assert (await api.get("/api/v1/deliveries"))["items"] == before
    assert len((await api.get("/api/v1/events"))["items"]) == 1
