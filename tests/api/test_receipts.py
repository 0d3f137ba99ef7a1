"""Receipts over HTTP."""

from tests.api.conftest import ALL, TOKENS, Api, StartApi
from tests.api.rows import BODY, add_receipts, at, hex_id
from tests.running.hooks import bitbucket, sample


async def test_a_webhook_is_seen_as_its_receipt(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    hook = sample("bitbucket", "pipeline-failed")
    taken = await api.ask("POST", hook.path, as_=None, content=hook.body, headers=hook.signed())
    assert (taken.status_code, taken.json()["outcome"]) == (202, "accepted")
    receipt = await api.settled(taken.json()["receipt"])
    assert (receipt["source"], receipt["state"], receipt["reason"], len(receipt["events"])) == (
        "bitbucket", "processed", None, 1)  # fmt: skip
    assert receipt["headers"]["x-event-key"] == hook.headers["x-event-key"]
    assert "x-hub-signature" not in receipt["headers"]
    assert receipt["processed_at"] >= receipt["received_at"]
    event = await api.get(f"/api/v1/events/{receipt['events'][0]}")
    assert event["receipt"] == receipt["id"]


async def test_what_cannot_be_read_is_quarantined_with_the_reason(start: StartApi) -> None:
    api = await start(SHIPBELL_ROLES="ingest process")
    hook = bitbucket(b"no json")
    taken = await api.ask("POST", hook.path, as_=None, content=hook.body, headers=hook.signed())
    receipt = await api.settled(taken.json()["receipt"])
    assert (receipt["state"], receipt["events"]) == ("quarantined", [])
    assert "not JSON" in receipt["reason"]


async def test_receipts_are_found_by_source_state_and_time(api: Api) -> None:
    def work(connection):  # type: ignore[no-untyped-def]
        add_receipts(connection, 2, source="argocd", state="ignored")
        add_receipts(connection, 2, source="bitbucket", state="quarantined")
        add_receipts(connection, 1, source="argocd", state="quarantined")

    await api.parts.database.write(work)

    async def found(**filters: str) -> list[int]:
        return [int(item["id"], 16) for item in (await api.get("/api/v1/receipts", **filters))["items"]]

    assert await found(source="argocd") == [5, 2, 1]
    assert await found(state="quarantined") == [5, 4, 3]
    assert await found(source="argocd", state="quarantined") == [5]
    assert await found(since=at(4)) == [5, 4]  # from that time on
    assert await found(source="gitlab") == []
    assert (await api.ask("GET", "/api/v1/receipts", params={"state": "lost"})).status_code == 422


async def test_the_raw_body_comes_as_it_was_and_only_to_operators(api: Api) -> None:
    await api.parts.database.write(lambda c: add_receipts(c, 1))
    answer = await api.ask("GET", f"/api/v1/receipts/{hex_id(1)}/body", as_=TOKENS["operate"])
    assert (answer.content, answer.headers["content-type"]) == (BODY, "application/octet-stream")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await api.ask("GET", f"/api/v1/receipts/{hex_id(1)}/body", as_=TOKENS["read"])).status_code == 403


async def test_an_unknown_receipt_is_404_and_what_is_no_id_is_422(api: Api) -> None:
    for path, status in ((hex_id(9), 404), (f"{hex_id(9)}/body", 404), ("x", 422), (hex_id(10).upper(), 422)):
        assert (await api.ask("GET", f"/api/v1/receipts/{path}", as_=ALL)).status_code == status, path
