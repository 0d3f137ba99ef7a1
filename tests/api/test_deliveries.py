"""Deliveries over HTTP, and what a person may do to them."""

import sqlalchemy as sa
from sqlalchemy import Connection

from app.store import counters
from app.store.deliveries import delivery_key
from app.store.tables import attempts
from tests.api.conftest import TOKENS, Api
from tests.api.rows import add_delivery, at, audit_trail, hex_id
from tests.conftest import START
from tests.store.rows import add_events


async def owed(api: Api, state: str, number: int = 1, **changes: object) -> int:
    def work(connection: Connection) -> int:
        add_events(connection, [hex_id(number)], START + number)
        return add_delivery(connection, number, state, **changes)

    return await api.parts.database.write(work)


async def counted(api: Api) -> dict[tuple[str, tuple[str, ...]], int]:
    return await api.parts.database.read(counters.values)


async def test_deliveries_are_found_by_event_channel_state_ref_and_time(api: Api) -> None:
    first = await owed(api, "delivered", 1)
    second = await owed(api, "dead", 2, channel="other")
    ref = (await api.get(f"/api/v1/deliveries/{first}"))["ref"]
    assert delivery_key(hex_id(1), "sink", 0).startswith(ref)

    async def found(**filters: str) -> list[int]:
        return [item["id"] for item in (await api.get("/api/v1/deliveries", **filters))["items"]]

    assert await found() == [second, first]
    assert await found(event=hex_id(1)) == [first]
    assert await found(channel="other") == [second]
    assert await found(state="dead") == [second]
    assert await found(ref=ref) == [first]
    assert await found(since=at(2)) == [second]
    for name, value in (("event", "x"), ("state", "lost"), ("ref", "%"), ("ref", "g")):
        assert (await api.ask("GET", "/api/v1/deliveries", params={name: value})).status_code == 422, name


async def test_a_delivery_shows_every_attempt_the_oldest_first(api: Api) -> None:
    number = await owed(api, "dead", reason="http_400", http_status=400, tries=2, finished_at=START + 9)

    def work(connection: Connection) -> None:
        for fence in (2, 1):
            row = {"delivery_id": number, "fence": fence, "started_at": START + fence, "ended_at": START + fence,
                   "verdict": "permanent", "reason": "http_400", "http_status": 400, "retry_after": None}  # fmt: skip
            connection.execute(sa.insert(attempts), row)

    await api.parts.database.write(work)
    shown = await api.get(f"/api/v1/deliveries/{number}")
    assert (shown["event"], shown["channel"], shown["card"], shown["rule"]) == (hex_id(1), "sink", "pipeline", "builds")
    assert (shown["state"], shown["attempts"], shown["reason"], shown["http_status"]) == ("dead", 2, "http_400", 400)
    assert [each["started_at"] for each in shown["history"]] == [at(1), at(2)]


async def test_a_dead_letter_is_owed_again_once_however_often_the_button_is_pressed(api: Api) -> None:
    number = await owed(api, "dead")
    answers = [
        await api.ask("POST", f"/api/v1/deliveries/{number}/retry", as_=TOKENS["operate"], json={"reason": "mended"})
        for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert {answer.json()["id"] for answer in answers} == {number + 1}
    assert (answers[0].json()["generation"], answers[0].json()["state"]) == (1, "pending")
    assert (await api.get(f"/api/v1/deliveries/{number}"))["state"] == "dead"  # never opened again
    assert await api.parts.database.read(audit_trail) == [("operateer", "retry", str(number), "mended")] * 3
    assert await counted(api) == {("deliveries_planned_total", ("sink",)): 1}


async def test_a_delivery_that_waits_is_taken_back(api: Api) -> None:
    number = await owed(api, "pending")
    answer = await api.ask("POST", f"/api/v1/deliveries/{number}/cancel")
    assert (answer.status_code, answer.json()["state"], answer.json()["reason"]) == (200, "cancelled", "cancelled")
    assert await api.parts.database.read(audit_trail) == [("boss", "cancel", str(number), "")]
    assert await counted(api) == {("deliveries_total", ("sink", "cancelled")): 1}


async def test_what_is_in_another_state_is_409_and_nothing_changes(api: Api) -> None:
    for n, (state, verb) in enumerate(
        [("pending", "retry"), ("inflight", "retry"), ("delivered", "retry"), ("cancelled", "retry"),
         ("inflight", "cancel"), ("delivered", "cancel"), ("dead", "cancel"), ("cancelled", "cancel")], 1,
    ):  # fmt: skip
        number = await owed(api, state, n)
        answer = await api.ask("POST", f"/api/v1/deliveries/{number}/{verb}")
        assert answer.status_code == 409, (state, verb)
        assert (await api.get(f"/api/v1/deliveries/{number}"))["state"] == state
    assert await api.parts.database.read(audit_trail) == []
    assert await counted(api) == {}


async def test_an_unknown_delivery_is_404_and_what_is_no_number_is_422(api: Api) -> None:
    for number, status in (("9", 404), ("0", 422), ("-1", 422), ("x", 422), ("9" * 30, 422), (str(2**63), 422)):
        assert (await api.ask("GET", f"/api/v1/deliveries/{number}")).status_code == status, number
        for verb in ("retry", "cancel"):
            answer = await api.ask("POST", f"/api/v1/deliveries/{number}/{verb}", json={"reason": "x"})
            assert answer.status_code == status, (number, verb)


async def test_a_reason_is_bounded(api: Api) -> None:
    number = await owed(api, "dead")
    for body in ({"reason": "x" * 501}, {"why": "x"}):
        assert (await api.ask("POST", f"/api/v1/deliveries/{number}/retry", json=body)).status_code == 422
    assert await api.parts.database.read(audit_trail) == []
