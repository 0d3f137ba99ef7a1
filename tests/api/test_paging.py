"""Pages: every row once, and cursors that nobody but us may write."""

import pytest
from fastapi import HTTPException

from app.api.paging import hex_id, numbers, page, us_of
from app.kernel.timestamps import parse_timestamp
from tests.api.conftest import Api
from tests.api.rows import add_delivery, add_receipts
from tests.api.rows import hex_id as hex_of
from tests.conftest import START
from tests.store.rows import add_events

HOSTILE = [
    "",
    " ",
    "-",
    "--5",
    "5-",
    "+5",
    "1.5.1",
    "²",
    "٣",
    "1_000",
    "0x1",
    "nan",
    "9" * 19,
    "1;DROP",
    "\x00",
    "9" * 80,
]


async def walk(api: Api, path: str, limit: int, **filters: str) -> list[list[object]]:
    """The ids of each page."""
    pages: list[list[object]] = []
    cursor = None
    while True:
        answer = await api.get(path, limit=limit, **filters, **({"cursor": cursor} if cursor else {}))
        pages.append([item["id"] for item in answer["items"]])
        cursor = answer["next"]
        if cursor is None:
            return pages


async def test_receipts_are_paged_newest_first(api: Api) -> None:
    ids = await api.parts.database.write(lambda c: add_receipts(c, 7))
    assert await walk(api, "/api/v1/receipts", 3) == [ids[:3:-1], ids[3:0:-1], ids[:1]]
    assert await walk(api, "/api/v1/receipts", 7) == [ids[::-1]]  # exactly full: no empty page behind it


async def test_events_of_one_moment_are_paged_without_loss(api: Api) -> None:
    ids = [hex_of(number) for number in range(1, 8)]
    await api.parts.database.write(lambda c: add_events(c, ids, START))
    assert await walk(api, "/api/v1/events", 2) == [ids[:4:-1], ids[4:2:-1], ids[2:0:-1], ids[:1]]


async def test_deliveries_are_paged_under_a_filter(api: Api) -> None:
    def work(connection: object) -> list[int]:
        return [add_delivery(connection, n, "dead" if n % 2 else "delivered") for n in range(1, 8)]  # type: ignore[arg-type]

    ids = await api.parts.database.write(work)
    assert await walk(api, "/api/v1/deliveries", 2, state="dead") == [[ids[6], ids[4]], [ids[2], ids[0]]]


async def test_an_empty_listing_is_one_empty_page(api: Api) -> None:
    for path in ("/api/v1/receipts", "/api/v1/events", "/api/v1/deliveries"):
        assert await api.get(path) == {"items": [], "next": None}


async def test_a_hostile_cursor_is_422(api: Api) -> None:
    for path in ("/api/v1/receipts", "/api/v1/events", "/api/v1/deliveries"):
        for cursor in HOSTILE:
            answer = await api.ask("GET", path, params={"cursor": cursor})
            assert answer.status_code == 422, (path, cursor)


async def test_a_limit_is_from_1_to_500(api: Api) -> None:
    for limit, status in ((0, 422), (-1, 422), (501, 422), (1, 200), (500, 200)):
        for path in ("/api/v1/receipts", "/api/v1/events", "/api/v1/deliveries"):
            assert (await api.ask("GET", path, params={"limit": limit})).status_code == status


async def test_a_time_is_taken_with_and_without_a_zone_and_refused_in_words(api: Api) -> None:
    for time in ("2026-11-22", "2026-11-22T10:00:00", "2026-11-22T10:00:00+02:00", "0001-01-01T00:00:00+14:00",
                 "9999-12-31T23:59:59-14:00"):  # fmt: skip
        for path in ("/api/v1/receipts", "/api/v1/events", "/api/v1/deliveries"):
            assert (await api.ask("GET", path, params={"since": time})).status_code == 200, time
    for time in ("nan", "inf", "yesterday", "", "1e400", "2026-13-01"):
        assert (await api.ask("GET", "/api/v1/events", params={"until": time})).status_code == 422, time


def test_a_time_without_a_zone_is_utc() -> None:
    assert us_of(parse_timestamp("2026-11-22T10:00:00Z")) == 1795341600000000
    assert us_of(parse_timestamp("2026-11-22T12:00:00+02:00")) == 1795341600000000
    assert us_of(None) is None


def test_cursors_that_we_wrote_are_read() -> None:
    assert numbers("-12.34", 2) == (-12, 34)
    assert numbers(None, 2) is None
    assert hex_id("0" * 32) == "0" * 32
    with pytest.raises(HTTPException, match="cursor"):
        hex_id("0" * 31 + "G")


def test_the_last_page_has_no_next() -> None:
    assert page([1, 2], 2, ["a", "b"]).next is None
    assert page([1, 2, 3], 2, ["a", "b", "c"]).model_dump() == {"items": [1, 2], "next": "b"}
