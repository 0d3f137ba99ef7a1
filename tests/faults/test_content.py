"""Signed bodies of any content: kept, read or quarantined, never an error and never a crash: A of the catalogue."""

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from app.store.tables import receipts
from tests.conformance.mutate import drifted
from tests.fake_teams import FakeTeams
from tests.running.database import rows
from tests.running.hooks import Hook, bitbucket, build, sample
from tests.running.in_process import Service
from tests.running.invariants import check_reconciled

DEEP = 100_000

UNREADABLE = {
    "F06 nested objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "F06 nested lists": b"[" * DEEP + b"]" * DEEP,
    "F06 never closed": b"[" * DEEP,
    "F07 invalid UTF-8": b'{"push": "\xff\xfe"}',
    "F07 overlong UTF-8": b'{"push": "\xc0\xaf"}',
    "F07 UTF-16": '{"push": {}}'.encode("utf-16"),
    "F07 a byte order mark": b"\xef\xbb\xbf{}",
    "F08 NaN": b'{"push": NaN}',
    "F08 Infinity": b'{"push": -Infinity}',
    "F08 1e400": b'{"push": 1e400}',
    "F08 5000 digits": b'{"push": ' + b"9" * 5000 + b"}",
    "F09 a lone surrogate": b'{"push": "\\ud800"}',
    "F09 a NUL": b'{"push": "\x00"}',
    "F12 too many keys": json.dumps({f"key-{n}": n for n in range(50_000)}).encode(),
    "F13 empty": b"",
    "F13 a blank": b" ",
    "F13 null": b"null",
    "F13 a list": b"[]",
    "F13 a text": b'"x"',
    "F13 a number": b"7",
    "F13 an empty object": b"{}",
    "F13 trailing garbage": b'{"push": {"changes": []}} and more',
    "F13 cut": b'{"push": {"changes": [',
    "F11 n8n's trap": json.dumps({"files": {"x": {"filepath": "/etc/passwd"}}, "__class__": "x"}).encode(),
    "F12 a prototype": b'{"__proto__": {"polluted": 1}, "": 1}',
}


async def test_F06_to_F13_what_cannot_be_read_is_kept_and_quarantined(service: Service, teams: FakeTeams) -> None:
    for what, body in UNREADABLE.items():
        unsigned = await service.post(bitbucket(body), x_hub_signature=None)
        assert unsigned.status_code == 401, what
        receipt = await service.taken(bitbucket(body))
        assert receipt["state"] == "quarantined", (what, receipt)
        assert receipt["reason"], what
        assert receipt["reason"].isascii() or receipt["reason"].isprintable(), what
        assert not receipt["reason"].startswith("defect"), (what, receipt["reason"])
        kept = await service.call("GET", f"/api/v1/receipts/{receipt['id']}/body")
        assert kept.content == body, what
    assert len(await rows(service.database_url, receipts)) == len(UNREADABLE)
    assert teams.posts == []
    await check_reconciled(service.database_url, await service.counted())
    assert (await service.taken(build(1)))["state"] == "processed"


def message(text: str, number: int) -> Hook:
    """A failed build of a commit with this message, as its vendor would spell it."""
    hook = build(number)
    body = json.loads(hook.body)
    body["commit_status"]["commit"]["message"] = text
    body["commit_status"]["name"] = text[:500]
    return Hook("bitbucket", json.dumps(body).encode(), hook.headers)


STRANGE = {
    "NUL": "a\x00b",
    "right to left": "abc\u202egnp.exe",
    "zalgo": "Z" + "\u0335\u0327\u0318" * 200,
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x9b31m",
    "line separators": "one\u2028two\u2029three\r\nfour\x85five",
    "a million characters": "x" * 1_000_000,
    "an emoji of many": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 500,
    "a code point that is none": "\ufffe\uffff\U0010ffff",
    "n8n": '{"__class__": "os.system"}',
}


async def test_F09_strange_text_is_kept_cleaned_and_delivered(
    service: Service, teams: FakeTeams, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, (what, text) in enumerate(STRANGE.items(), 1):
        hook = message(text, number)
        receipt = await service.taken(hook)
        assert receipt["state"] == "processed", (what, receipt)
        kept = await service.call("GET", f"/api/v1/receipts/{receipt['id']}/body")
        assert kept.content == hook.body, what
        event = await service.get(f"/api/v1/events/{receipt['events'][0]}")
        assert "\x00" not in event["commit"]["message"], what
        assert len(event["commit"]["message"]) <= 8192, what
    posts = await teams.wait_for(len(STRANGE))
    assert {post.json["event"]["build"]["number"] for post in posts} == set(range(1, len(STRANGE) + 1))
    assert all(len(post.body) < 64 * 1024 for post in posts)
    await service.deliveries(ended=len(STRANGE))
    said = capsys.readouterr().out
    assert "\x9b" not in said
    assert "\u202e" not in said


async def test_F08_numbers_beyond_64_bits_change_nothing_else(service: Service, teams: FakeTeams) -> None:
    for offset, number in enumerate((2**63, 2**64, -(2**63) - 1, 10**30)):
        hook = build(50 + offset)
        body = hook.body.replace(b'"is_private":true', b'"is_private":%d' % number, 1)
        assert body != hook.body
        receipt = await service.taken(Hook("bitbucket", body, hook.headers))
        assert receipt["state"] == "processed", (number, receipt)
    await teams.wait_for(4)
    huge = build(60)
    body = huge.body.replace(b"results/60", b"results/" + b"9" * 40)
    receipt = await service.taken(Hook("bitbucket", body, huge.headers))
    assert receipt["state"] in ("processed", "quarantined")
    assert not (receipt["reason"] or "").startswith("defect")


async def test_F12_of_keys_given_twice_the_last_wins_and_it_is_told(service: Service) -> None:
    hook = build(70)
    body = hook.body.replace(b'"state":"FAILED"', b'"state":"SUCCESSFUL","state":"FAILED"')
    assert body != hook.body
    receipt = await service.taken(Hook("bitbucket", body, hook.headers))
    assert (receipt["state"], receipt["flags"]) == ("processed", "dup_keys")
    event = await service.get(f"/api/v1/events/{receipt['events'][0]}")
    assert event["status"] == "failed"
    plain = await service.taken(build(71))
    assert plain["flags"] is None


def drifts(source: str, name: str, wanted: int) -> Iterator[tuple[str, Hook]]:
    """About so many drifted forms of a sample, spread evenly over all of them."""
    hook = sample(source, name)
    document: Any = orjson.loads(hook.body)
    every = max(1, sum(1 for _ in drifted(document)) // wanted)
    for index, (what, changed) in enumerate(drifted(document)):
        if index % every == 0:
            headers = {**hook.headers, **({"x-request-uuid": f"{name}-{index}"} if source == "bitbucket" else {})}
            yield what, Hook(source, orjson.dumps(changed), headers)


async def test_F14_drifted_messages_are_202_and_never_a_defect(service: Service) -> None:
    """Every drift of every sample is tried on the rooms themselves; here some of each go through door and store."""
    sent = 0
    for source, name in (
        ("bitbucket", "pipeline-failed"),
        ("bitbucket", "push"),
        ("bitbucket", "pull-request-merged"),
        ("argocd", "deployment-failed"),
        ("sourceclear", "scan-success"),
        ("sourceclear", "vulnerability-changed"),
    ):
        for what, hook in drifts(source, name, 30):
            answer = await service.post(hook)
            assert answer.status_code == 202, (source, name, what, answer.text)
            sent += 1
    assert sent > 150
    known = {row["id"] for row in await rows(service.database_url, receipts)}
    for receipt in known:
        settled = await service.settled(receipt)
        assert not (settled["reason"] or "").startswith("defect"), settled
    states = [row["state"] for row in await rows(service.database_url, receipts)]
    assert {"processed", "quarantined"} <= set(states)
    await check_reconciled_when_quiet(service)


async def check_reconciled_when_quiet(service: Service) -> None:
    owed = len(await service.deliveries())
    await service.deliveries(ended=owed)
    await check_reconciled(service.database_url, await service.counted())
