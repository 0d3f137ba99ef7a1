"""Who sent it, and did they send it before: B of the catalogue."""

import asyncio
import hmac
import json
import math
import secrets
import time
from collections.abc import Sequence

import pytest

from app.kernel.errors import Unauthorized
from app.kernel.signing import BearerToken, HubSignature, PathToken, Scheme
from app.store.tables import receipts, seen
from tests.fake_teams import FakeTeams
from tests.running.client import total
from tests.running.database import counts, everything, look, rows
from tests.running.engines import sqlite_only
from tests.running.fixtures import MakeProcess, StartService
from tests.running.hooks import SECRETS, Hook, bitbucket, build, raw, sample
from tests.running.in_process import Service
from tests.running.invariants import check_flat_memory, check_reconciled, check_single_deliveries
from tests.running.process import Process, resident_kib
from tests.running.wire import Wire, say

SECRET = SECRETS["bitbucket"].encode()
TEXT = "the request does not prove who sent it"


def hub(body: bytes, secret: bytes = SECRET) -> str:
    return "sha256=" + hmac.digest(secret, body, "sha256").hex()


def forged(hook: Hook) -> dict[str, str | None]:
    """Signatures that prove nothing, by what is wrong with them."""
    right = hub(hook.body)
    return {
        "missing": None,
        "empty": "",
        "no value": "sha256=",
        "wrong": right[:-1] + ("0" if right[-1] != "0" else "1"),
        "upper case": right.upper(),
        "not hex": "sha256=" + "z" * 64,
        "short": right[:-2],
        "long": right + "00",
        "very long": "sha256=" + "0" * 10_000,
        "without a scheme": right.removeprefix("sha256="),
        "SHA-1": "sha1=" + hmac.digest(SECRET, hook.body, "sha1").hex(),
        "of the same JSON, written anew": hub(json.dumps(json.loads(hook.body)).encode()),
        "of an empty body": hub(b""),
        "by an empty secret": hub(hook.body, b"\x00"),
        "by another source's secret": hub(hook.body, SECRETS["argocd"].encode()),
        "two in one": f"{right},{right}",
        "a blank before it": f"sha256= {right[7:]}",
    }


BEARERS = (
    None, "", "Bearer", "Bearer ", "bearer", "Bearer nothing", "Basic dXNlcjpwYXNz", SECRETS["argocd"],
    f"Token {SECRETS['argocd']}", f"Bearer {SECRETS['argocd']}x", f"Bearer {SECRETS['argocd'][:-1]}",
    f"Bearer {SECRETS['argocd']} {SECRETS['argocd']}", f"Bearer {SECRETS['bitbucket']}", "Bearer \u00e9",
)  # fmt: skip


def doubled(hook: Hook, *values: str) -> bytes:
    """A request with several Authorization headers, spelt in different cases."""
    names = ("Authorization", "authorization", "AUTHORIZATION")
    lines = "".join(f"{name}: {value}\r\n" for name, value in zip(names, values, strict=False))
    return hook.wire(authorization=None).replace(b"\r\n\r\n", b"\r\n" + lines.encode() + b"\r\n", 1)


async def test_F20_F22_what_proves_nothing_is_401_and_leaves_no_trace(service: Service, teams: FakeTeams) -> None:
    before = await everything(service.database_url)
    hook, argocd = build(1), sample("argocd", "deployment-succeeded")
    bearer = f"Bearer {SECRETS['argocd']}"
    said = [hook.wire(x_hub_signature=value) for value in forged(hook).values()]
    said += [argocd.wire(authorization=value) for value in BEARERS]
    said += [
        doubled(argocd, *values)
        for values in ((bearer, "Bearer x"), ("Bearer x", bearer), (bearer,) * 2, (bearer,) * 3)
    ]
    said.append(raw("POST", "/hooks/sourceclear/nothing", {"content-length": "2"}, b"{}"))
    answers = [await say(service.port, data) for data in said]
    told = {(each.status, json.loads(each.body)["title"], each.headers.get("www-authenticate")) for each in answers}
    assert told == {(401, TEXT, None)}
    assert await everything(service.database_url) == before
    counted = await service.counted()
    assert total(counted, "webhook_events_rejected_total", reason="unauthorized") == len(answers)
    assert total(counted, "webhook_events_received_total") == 0
    assert teams.posts == []
    assert (await service.post(hook)).status_code == 202
    assert (await service.post(argocd, authorization=bearer.replace("Bearer", "bearer"))).status_code == 202


def welch(left: Sequence[float], right: Sequence[float]) -> float:
    """Welch's t of two samples: above 4.5 they do not come from one distribution."""

    def mean_and_variance(values: Sequence[float]) -> tuple[float, float]:
        mean = sum(values) / len(values)
        return mean, sum((value - mean) ** 2 for value in values) / (len(values) - 1)

    (m1, v1), (m2, v2) = mean_and_variance(left), mean_and_variance(right)
    return abs(m1 - m2) / math.sqrt(v1 / len(left) + v2 / len(right))


def other(text: str) -> str:
    """Another text of the same kinds of characters: a digit may well be read quicker than a letter."""
    return text.translate(str.maketrans("0123456789abcdef", "1234567890bcdefa"))


def quick(times: list[int]) -> list[int]:
    """Without the slowest tenth: what the machine did meanwhile."""
    return sorted(times)[: len(times) * 9 // 10]


BODY = b'{"repository": {"full_name": "acme/checkout"}}'


@pytest.mark.parametrize(
    ("scheme", "header", "right"),
    [
        (HubSignature(), "x-hub-signature", hub(BODY)[7:]),
        (BearerToken(), "authorization", SECRET.decode()),
        (PathToken(), "", SECRET.decode()),
    ],
    ids=["signature", "bearer", "path"],
)
def test_F21_time_does_not_tell_how_much_was_right(scheme: Scheme, header: str, right: str) -> None:
    guesses = {"nothing right": other(right), "all but the last right": right[:-1] + other(right[-1])}
    prefix = {"x-hub-signature": "sha256=", "authorization": "Bearer "}.get(header, "")
    times: dict[str, list[int]] = {name: [] for name in guesses}

    def take(name: str) -> int:
        guess = guesses[name]
        headers = {header: prefix + guess} if header else {}
        began = time.perf_counter_ns()
        with pytest.raises(Unauthorized):
            scheme.verify(headers, BODY, guess, [SECRET])
        return time.perf_counter_ns() - began

    names = list(guesses)
    for _ in range(10_000):
        first = secrets.randbelow(2)
        for name in (names[first], names[1 - first]):
            times[name].append(take(name))
    assert welch(*(quick(each) for each in times.values())) < 4.5


async def test_F23_old_and_new_secret_open_while_both_are_there(start: StartService) -> None:
    old, new, gone = "the-old-secret-0123456789", "the-new-secret-0123456789", "the-expired-secret-0123456789"
    service = await start(SHIPBELL_SECRET_BITBUCKET=f"{new}\n{old}")
    for number, (secret, status) in enumerate(((old, 202), (new, 202), (gone, 401)), 1):
        hook = build(number)
        assert (await service.post(hook, x_hub_signature=hub(hook.body, secret.encode()))).status_code == status
    stored = await rows(service.database_url, receipts)
    assert sorted(row["key_index"] for row in stored) == [0, 1]
    hook = build(9)
    for many, status in ((2, 401), (17, 401), (500, 401), (1000, 400)):  # the last is more than a header may be
        items = ", ".join([hub(hook.body, new.encode())] * many)
        assert (await service.post(hook, x_hub_signature=items)).status_code == status
    assert len(await rows(service.database_url, receipts)) == 2


async def test_F24_where_no_scheme_signs_a_time_a_repeat_is_told_by_its_key_and_by_its_news(
    service: Service, teams: FakeTeams
) -> None:
    hook = build(1)
    first = await service.taken(hook)
    await service.deliveries(ended=1)
    now = time.time()
    for value in (f"{now - 301}", f"{now + 301}", "NaN", "1e30", "-1"):
        claims = {"x_shipbell_timestamp": value, "webhook_timestamp": value, "date": value}
        assert (await service.post(hook, x_hub_signature="sha256=" + "0" * 64, **claims)).status_code == 401
        again = await service.post(hook, **claims)
        assert (again.status_code, again.json()) == (202, {"receipt": first["id"], "outcome": "duplicate"})
    # Years later the key of the request has been forgotten; the news has not.
    await look(service.database_url, lambda connection: connection.execute(seen.delete()) and None)
    late = await service.taken(hook)
    assert late["id"] != first["id"]
    assert late["events"] == first["events"]
    assert (await counts(service.database_url))["deliveries"] == 1
    assert len(teams.posts) == 1


async def test_F25_a_hundred_at_once_are_one_event_and_one_card(service: Service, teams: FakeTeams) -> None:
    hook = build(1)
    answers = await asyncio.gather(*(service.post(hook) for _ in range(100)))
    assert {each.status_code for each in answers} == {202}
    outcomes = sorted(each.json()["outcome"] for each in answers)
    assert outcomes == ["accepted"] + ["duplicate"] * 99
    assert len({each.json()["receipt"] for each in answers}) == 1
    await service.deliveries(ended=1)
    stored = await counts(service.database_url)
    assert (stored["receipts"], stored["events"], stored["deliveries"], len(teams.posts)) == (1, 1, 1, 1)
    [key] = await rows(service.database_url, seen)
    assert key["hits"] == 100
    await check_single_deliveries(service.database_url)
    counted = await service.counted()
    assert total(counted, "webhook_events_duplicate_total") == 99
    await check_reconciled(service.database_url, counted)


async def test_F26_another_body_under_a_known_id_is_a_duplicate_and_is_told(service: Service, teams: FakeTeams) -> None:
    first = await service.taken(build(1).with_id("the-same"))
    other = await service.post(build(2).with_id("the-same"))
    assert (other.status_code, other.json()) == (202, {"receipt": first["id"], "outcome": "duplicate"})
    await service.deliveries(ended=1)
    assert total(await service.counted(), "dedupe_conflict_total", source="bitbucket") == 1
    same = await service.post(build(1).with_id("the-same"))
    assert same.json()["outcome"] == "duplicate"
    assert total(await service.counted(), "dedupe_conflict_total") == 1
    kept = await service.call("GET", f"/api/v1/receipts/{first['id']}/body")
    assert kept.content == build(1).body
    assert (await counts(service.database_url))["events"] == len(teams.posts) == 1


async def test_F27_a_repeat_after_503_is_accepted(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    hook = build(1)
    with monkeypatch.context() as patch:
        patch.setattr(service.parts.committer, "_max_waiting", 0)
        for _ in range(2):
            refused = await service.post(hook)
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
    assert (await counts(service.database_url))["seen"] == 0
    await service.accepted(hook)
    assert (await counts(service.database_url))["receipts"] == 1
    assert total(await service.counted(), "webhook_events_rejected_total", reason="overloaded") == 2


@sqlite_only
@pytest.mark.parametrize("value", ["", "env:BITBUCKET_SECRET"])
async def test_F28_an_empty_or_unresolved_secret_does_not_start(make_process: MakeProcess, value: str) -> None:
    process = make_process(real=True, SHIPBELL_SECRET_BITBUCKET=value)
    process.launch()
    assert await process.ended() == 1
    assert "SHIPBELL_SECRET_BITBUCKET" in process.said
    assert "Traceback" not in process.said


@sqlite_only
async def test_F28_a_source_without_a_secret_has_no_door(sink_settings: dict[str, str], start: StartService) -> None:
    del sink_settings["SHIPBELL_SECRET_BITBUCKET"]
    service = await start()
    for changes in ({}, {"x_hub_signature": None}, {"x_hub_signature": hub(build(1).body, b"")}):
        assert (await service.post(build(1), **changes)).status_code == 404
    assert (await service.get("/api/v1/rules"))["sources"]["bitbucket"] == "shut: no secret"
    assert (await counts(service.database_url))["receipts"] == 0


async def test_F29_strangers_by_the_thousand_leave_nothing_behind(process: Process) -> None:
    client = await process.start()
    await client.taken(build(1))
    url = process.environ["SHIPBELL_DATABASE_URL"]
    stored = {name: found for name, found in (await everything(url)).items() if name in ("receipts", "seen", "events")}

    async def strangers(many: int) -> None:
        async with Wire(client.port) as wire:
            for _ in range(many):
                hook = bitbucket(b'{"pad": "%s"}' % (b"x" * 4000), f"stranger-{secrets.token_hex(8)}")
                await wire.send(hook.wire(x_hub_signature="sha256=" + "0" * 64))
                assert (await wire.answer()).status == 401

    async def crowd(many: int) -> None:
        await asyncio.gather(*(strangers(many // 20) for _ in range(20)))

    await crowd(1000)  # what is allocated once has been allocated now
    before = resident_kib(process.pid)
    await crowd(4000)
    check_flat_memory(before, resident_kib(process.pid), 8 * 1024)
    now = await everything(url)
    assert {name: now[name] for name in stored} == stored
    assert total(await client.metrics(), "webhook_events_rejected_total", reason="unauthorized") == 5000
