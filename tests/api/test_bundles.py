"""Bundles over HTTP: what waits, why, and until when; what was told lately."""

import sqlalchemy as sa
from sqlalchemy import Connection

from app.kernel.clock import MINUTE
from app.routing.calm import Wait
from app.store.deliveries import plan
from app.store.tables import bundles
from tests.api.conftest import Api
from tests.api.rows import at, hex_id
from tests.conftest import START
from tests.store.rows import add_events, want


async def waiting(api: Api, *numbers: int, channel: str = "sink") -> None:
    def work(connection: Connection) -> None:
        for number in numbers:
            add_events(connection, [hex_id(number)], START + number)
            wait = Wait("group", "batches", f"{channel} dev", "batch", START + number, 2 * MINUTE, 10 * MINUTE)
            plan(connection, [want(hex_id(number), channel, wait=wait)], START)

    await api.parts.database.write(work)


async def closed(api: Api, number: int, key: str | None) -> None:
    done = sa.update(bundles).where(bundles.c.id == number).values(closed_at=START + 9, delivery_key=key)
    await api.parts.database.write(lambda c: c.execute(done))


async def test_a_bundle_says_what_waits_why_and_until_when(api: Api) -> None:
    assert await api.get("/api/v1/bundles") == {"items": [], "next": None}
    await waiting(api, 1, 2, 3)
    (shown,) = (await api.get("/api/v1/bundles"))["items"]
    assert shown == {
        "id": 1, "channel": "sink", "how": "group", "by": "batches", "card": "batch", "state": "open", "items": 3,
        "first_at": at(1), "last_at": at(3), "due_at": at(3 + 2 * MINUTE), "closed_at": None, "delivery": None,
    }  # fmt: skip
    await closed(api, 1, "3a5b7c" + "0" * 26)
    (shown,) = (await api.get("/api/v1/bundles"))["items"]
    assert (shown["state"], shown["closed_at"], shown["delivery"]) == ("closed", at(9), "3a5b7c")


async def test_bundles_are_found_by_channel_and_state_in_pages(api: Api) -> None:
    for number, channel in enumerate(("sink", "qa", "ops", "dev"), 1):
        await waiting(api, number, channel=channel)
    await closed(api, 1, None)

    async def found(**filters: object) -> list[int]:
        return [item["id"] for item in (await api.get("/api/v1/bundles", **filters))["items"]]

    assert await found() == [4, 3, 2, 1]
    assert await found(state="open") == [4, 3, 2]
    assert await found(state="closed") == [1]
    assert await found(channel="qa", state="open") == [2]
    first = await api.get("/api/v1/bundles", limit=3)
    assert [item["id"] for item in first["items"]] == [4, 3, 2]
    assert await found(limit=3, cursor=first["next"]) == [1]
    for name, value in (("state", "lost"), ("cursor", "x"), ("limit", "0")):
        assert (await api.ask("GET", "/api/v1/bundles", params={name: value})).status_code == 422, name
