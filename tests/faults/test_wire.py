"""Requests that are too large, too slow, cut off or told in two ways: A of the catalogue, what is seen at the wire."""

import asyncio
import itertools
import time
from collections.abc import Iterator

import pytest

from tests.fake_teams import FakeTeams
from tests.running.client import total
from tests.running.database import counts
from tests.running.engines import sqlite_only
from tests.running.fixtures import StartService
from tests.running.hooks import Hook, bitbucket, build, raw
from tests.running.in_process import Service
from tests.running.invariants import check_flat_memory, check_reconciled
from tests.running.process import Process, resident_kib
from tests.running.wire import Answer, Lost, Wire, say

MIB = 1 << 20
LARGE = 50 * MIB


async def pour(wire: Wire, pieces: Iterator[bytes]) -> int:
    """Send until it is done or the other side has closed; how many bytes were taken."""
    taken = 0
    for piece in pieces:
        if not await wire.send(piece):
            break
        taken += len(piece)
    return taken


def length(size: int) -> bytes:
    """The head of a genuine request of this size."""
    return build(1).wire(content_length=str(size)).partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def chunked() -> bytes:
    headers = {**build(1).signed(), "transfer-encoding": "chunked"}
    return raw("POST", "/hooks/bitbucket", headers)


def chunks(size: int) -> Iterator[bytes]:
    piece = b"%x\r\n%s\r\n" % (1 << 16, b"x" * (1 << 16))
    yield from itertools.repeat(piece, size >> 16)
    yield b"0\r\n\r\n"


async def refusal(wire: Wire) -> Answer | None:
    """The answer, if it was heard before the connection was gone."""
    try:
        return await wire.answer()
    except (Lost, ConnectionError):
        return None


@sqlite_only
async def test_F01_F02_fifty_megabytes_are_not_read_and_not_kept(process: Process) -> None:
    client = await process.start()
    await client.taken(build(1))
    before = resident_kib(process.pid)
    async with Wire(client.port) as wire:
        await wire.send(length(LARGE))
        answer = await wire.answer()  # not a byte of the body has been sent
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert await wire.rest() == b""
    for _ in range(3):
        async with Wire(client.port) as wire:
            await wire.send(chunked())
            taken = await pour(wire, chunks(LARGE))
            answer_or_none = await refusal(wire)
            assert answer_or_none is None or answer_or_none.status == 413
            assert taken < LARGE // 2, "it went on reading"
    check_flat_memory(before, resident_kib(process.pid), 30 * 1024)
    assert (await counts(process.environ["SHIPBELL_DATABASE_URL"]))["receipts"] == 1


async def test_F02_a_chunked_body_is_whole_or_refused(service: Service) -> None:
    hook = build(2)
    head = raw("POST", hook.path, {**hook.signed(), "transfer-encoding": "chunked"})
    body = b"".join(b"%x\r\n%c\r\n" % (1, byte) for byte in hook.body) + b"0\r\n\r\n"
    answer = await say(service.port, head + body)
    assert answer.status == 202
    receipt = (await service.get("/api/v1/receipts"))["items"][0]["id"]
    stored = await service.call("GET", f"/api/v1/receipts/{receipt}/body")
    assert stored.content == hook.body

    just_too_large = bitbucket(b'{"x": "' + b"y" * MIB + b'"}')
    head = raw("POST", hook.path, {**just_too_large.signed(), "transfer-encoding": "chunked"})
    answer = await say(service.port, head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(just_too_large.body), just_too_large.body))
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert (await counts(service.database_url))["receipts"] == 1


async def test_F03_a_body_that_stops_is_timed_out_and_not_stored(start: StartService) -> None:
    service = await start(SHIPBELL_RECEIVE_TIMEOUT="1s")
    whole = build(3).wire()
    began = time.monotonic()
    async with Wire(service.port) as wire:
        await wire.send(whole[:-100])
        assert (await wire.answer(15)).status == 408
        assert await wire.rest() == b""
    assert 0.9 < time.monotonic() - began < 10
    assert (await counts(service.database_url))["receipts"] == 0
    assert total(await service.counted(), "webhook_events_received_total") == 0
    assert (await service.post(build(3))).status_code == 202


@sqlite_only
async def test_F04_hundreds_of_slow_senders_do_not_hold_up_a_good_one(start: StartService) -> None:
    service = await start(SHIPBELL_RECEIVE_TIMEOUT="3s")
    began = time.monotonic()
    whole = build(4).wire()

    async def slow(index: int) -> float:
        """Every second one says nothing at all; returns when it was closed."""
        async with Wire(service.port) as wire:
            closed = asyncio.create_task(wire.rest(30))
            for byte in whole if index % 2 else b"":
                if closed.done() or not await wire.send(bytes([byte])):
                    break
                await asyncio.sleep(1)
            await closed
            return time.monotonic() - began

    crowd = [asyncio.create_task(slow(index)) for index in range(500)]
    times = []
    for number in range(100, 150):
        sent = time.monotonic()
        assert (await service.post(build(number))).status_code == 202
        times.append(time.monotonic() - sent)
    assert sorted(times)[int(len(times) * 0.99)] < 1.0
    assert max(await asyncio.gather(*crowd)) < 15
    assert (await counts(service.database_url))["receipts"] == 50


@sqlite_only
async def test_F05_F10_what_is_packed_or_a_form_is_not_opened(service: Service) -> None:
    hook = build(5)
    for change in (
        {"content_encoding": "gzip"},
        {"content_encoding": "deflate, gzip"},
        {"content_encoding": "br"},
        {"content_type": "multipart/form-data; boundary=x"},
        {"content_type": "application/x-www-form-urlencoded"},
        {"content_type": "Multipart/Form-Data; boundary=x"},
    ):
        assert (await service.post(hook, **change)).status_code == 415, change
    assert (await service.post(hook, content_encoding="identity")).status_code == 202
    assert (await counts(service.database_url))["receipts"] == 1


def told_twice(hook: Hook) -> list[tuple[str, bytes]]:
    """Requests that two parsers may read in two ways, or that are nothing but a burden."""
    whole = hook.wire()
    head, _, body = whole.partition(b"\r\n\r\n")
    smuggled = b"POST /hooks/bitbucket HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}"
    size = b"content-length: %d" % len(hook.body)
    return [
        ("both lengths", head + b"\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled),
        (
            "chunked first",
            head.replace(size, b"transfer-encoding: chunked\r\n" + size) + b"\r\n\r\n0\r\n\r\n" + smuggled,
        ),
        ("two lengths", head + b"\r\ncontent-length: 5\r\n\r\n" + body),
        ("two equal lengths", head + b"\r\n" + size + b"\r\n\r\n" + body),
        ("no number", head.replace(size, b"content-length: +12") + b"\r\n\r\n" + body),
        ("a space before the colon", head.replace(b"content-length:", b"content-length :") + b"\r\n\r\n" + body),
        ("a folded line", head + b"\r\nx-folded: a\r\n b\r\n\r\n" + body),
        ("a large header", head + b"\r\nx-large: " + b"y" * 100_000 + b"\r\n\r\n" + body),
        ("1000 headers", head + b"".join(b"\r\nx-%d: y" % n for n in range(1000)) + b"\r\n\r\n" + body),
        ("a NUL", head + b"\r\nx-nul: a\x00b\r\n\r\n" + body),
        ("a strange encoding", head.replace(size, b"transfer-encoding: gzip, chunked") + b"\r\n\r\n0\r\n\r\n"),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    ]


@sqlite_only
async def test_F16_a_request_that_says_two_things_is_refused_and_its_connection_closed(service: Service) -> None:
    for what, data in told_twice(build(6)):
        async with Wire(service.port) as wire:
            await wire.send(data)
            said = await wire.rest(30)
        assert said.count(b"HTTP/1.1 ") == 1, what
        assert said.startswith((b"HTTP/1.1 400", b"HTTP/1.1 431")), (what, said[:40])
    assert (await counts(service.database_url))["receipts"] == 0
    assert (await service.post(build(6))).status_code == 202


@sqlite_only
async def test_F16_a_large_header_is_refused_in_pieces_too(service: Service) -> None:
    async with Wire(service.port) as wire:
        await wire.send(b"POST /hooks/bitbucket HTTP/1.1\r\nhost: x\r\nx-large: ")
        taken = await pour(wire, itertools.repeat(b"y" * 4096, 4096))
        assert taken < 4 * MIB
    assert (await service.post(build(7))).status_code == 202


NOWHERE = [
    ("GET", "/hooks/bitbucket", 405),
    ("PUT", "/hooks/bitbucket", 405),
    ("DELETE", "/hooks/bitbucket", 405),
    ("OPTIONS", "/hooks/bitbucket", 405),
    ("HEAD", "/hooks/bitbucket", 405),
    ("POST", "/hooks/nobody", 404),
    ("POST", "/hooks/", 404),
    ("POST", "/hooks", 404),
    ("POST", "/hooks/bitbucket/", 404),
    ("POST", "/hooks/bitbucket/more", 404),
    ("POST", "//hooks/bitbucket", 404),
    ("POST", "/hooks//bitbucket", 404),
    ("POST", "/hooks/%2e%2e/hooks/bitbucket", 404),
    ("POST", "/hooks/../hooks/bitbucket", 404),
    ("POST", "/HOOKS/bitbucket", 404),
    ("POST", "/hooks/Bitbucket", 404),
    ("POST", "/hooks/scans", 404),
    ("POST", "/api/v1/security/scans/", 404),
    ("POST", "/api/v1/events", 405),
]


@sqlite_only
async def test_F17_a_wrong_method_or_path_stores_nothing_and_is_not_redirected(service: Service) -> None:
    hook = build(8)
    headers = {**hook.signed(), "content-length": str(len(hook.body)), "connection": "close"}
    for method, path, status in NOWHERE:
        async with Wire(service.port) as wire:
            await wire.send(raw(method, path, headers, hook.body))
            said = await wire.rest()
        assert said.startswith(b"HTTP/1.1 %d" % status), (method, path, said[:60])
        assert b"\r\nlocation:" not in said.lower()
    assert (await counts(service.database_url))["receipts"] == 0


async def test_F18_a_sender_that_leaves_is_stored_whole_or_not_at_all(
    service: Service, teams: FakeTeams, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(20, 60):
        whole = build(number).wire()
        async with Wire(service.port) as wire:
            await wire.send(whole if number % 2 else whole[: -number * 20])
            wire.close()
    good = await service.taken(build(60))
    assert good["state"] == "processed"
    await service.deliveries(ended=1)
    stored = await counts(service.database_url)
    assert stored["receipts"] == stored["receipt_bodies"] == stored["seen"]
    assert 1 <= stored["receipts"] <= 21
    assert "Traceback" not in caplog.text
    await service.deliveries(ended=stored["receipts"])
    await check_reconciled(service.database_url, await service.counted())
