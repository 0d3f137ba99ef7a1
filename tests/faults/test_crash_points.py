"""Death at the three places where a process knows more than its database, and by what it reads: F15 and F41."""

import pytest

from app.store.tables import deliveries, receipts
from tests.fake_teams import FakeTeams
from tests.running.database import make_due, pass_time, rows
from tests.running.faults import DIED, POISON
from tests.running.hooks import Hook, build
from tests.running.invariants import check_after_faults
from tests.running.process import Process
from tests.running.wait import until
from tests.running.wire import Lost, Wire


@pytest.fixture
def url(process: Process) -> str:
    return process.environ["SHIPBELL_DATABASE_URL"]


async def test_F41_death_after_the_commit_and_before_the_answer(process: Process, url: str, teams: FakeTeams) -> None:
    client = await process.start("after_commit")
    async with Wire(client.port) as wire:
        await wire.send(build(1).wire())
        with pytest.raises(Lost):
            await wire.answer()
    assert await process.ended() == DIED
    [receipt] = await rows(url, receipts)
    assert receipt["state"] == "received"

    await pass_time(url, 3600)
    client = await process.start()
    again = await client.post(build(1))
    assert (again.status_code, again.json()) == (202, {"receipt": receipt["id"], "outcome": "duplicate"})
    await client.deliveries(ended=1)
    assert len(teams.posts) == 1
    await check_after_faults(url, {1: receipt["id"]}, teams.posts)


async def in_doubt(process: Process, url: str) -> None:
    """Start again, an hour later: what the dead process had claimed is owed again, and marked."""
    [row] = await rows(url, deliveries)
    assert (row["state"], row["tries"], row["ambiguous"]) == ("inflight", 1, 0)
    await pass_time(url, 3600)
    await process.start()

    async def taken_back() -> bool:
        [row] = await rows(url, deliveries)
        return bool(row["state"] == "pending" and row["ambiguous"] == 1)

    await until(taken_back, "the claim of the dead process")
    await make_due(url)


async def test_F41_death_after_the_claim_and_before_the_post(process: Process, url: str, teams: FakeTeams) -> None:
    client = await process.start("before_post")
    receipt = await client.accepted(build(1))
    assert await process.ended() == DIED
    assert teams.posts == []
    await in_doubt(process, url)
    [delivery] = await process.client.deliveries(ended=1)
    assert (delivery["state"], delivery["attempts"], delivery["ambiguous"]) == ("delivered", 2, 1)
    [post] = teams.posts
    assert "possible repeat" in post.body.decode()  # nobody can know that it is none
    await check_after_faults(url, {1: receipt}, teams.posts)


async def test_F41_death_after_the_post_and_before_its_result(process: Process, url: str, teams: FakeTeams) -> None:
    client = await process.start("after_post")
    receipt = await client.accepted(build(1))
    assert await process.ended() == DIED
    await in_doubt(process, url)
    [delivery] = await process.client.deliveries(ended=1)
    assert (delivery["state"], delivery["attempts"], delivery["ambiguous"]) == ("delivered", 2, 1)
    first, second = teams.posts
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert "possible repeat" not in first.body.decode()
    assert "possible repeat" in second.body.decode()
    await check_after_faults(url, {1: receipt}, teams.posts)


async def test_F15_a_receipt_that_kills_is_quarantined_and_the_others_are_not_harmed(
    process: Process, url: str, teams: FakeTeams
) -> None:
    good = build(1)
    bad = Hook("bitbucket", good.body.replace(b"Ines Varga", POISON.encode()), good.headers).with_id("bad")
    client = await process.start("poison")
    accepted = {number: await client.accepted(build(number)) for number in (1, 2)}
    await client.deliveries(ended=2)
    async with Wire(client.port) as wire:
        await wire.send(bad.wire())
        await wire.rest()
    deaths = 0
    while deaths < 6:
        assert await process.ended() == DIED
        deaths += 1
        await pass_time(url, 3600)
        client = await process.start("poison")

        async def settled() -> bool:
            waits = await rows(url, receipts, receipts.c.state == "received")
            return not waits or not process.alive

        await until(settled, "the end of the receipt or of the process")
        if process.alive:
            break
    assert 1 <= deaths <= 4
    [dead] = await rows(url, receipts, receipts.c.state == "quarantined")
    assert "died" in dead["reason"]
    accepted[0] = dead["id"]
    for number in (3, 4):
        accepted[number] = await client.accepted(build(number))
    await client.deliveries(ended=4)
    assert sorted(post.json["event"]["build"]["number"] for post in teams.posts) == [1, 2, 3, 4]
    await check_after_faults(url, accepted, teams.posts)
