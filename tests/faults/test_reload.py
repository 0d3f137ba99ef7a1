"""Rules that change while webhooks come in: F47 and F54."""

import asyncio
import time
from itertools import count, cycle, pairwise

from app.store.tables import deliveries, routings
from tests.fake_teams import FakeTeams
from tests.running.client import total
from tests.running.database import rows
from tests.running.hooks import build
from tests.running.in_process import Service
from tests.running.invariants import check_after_faults, check_reconciled
from tests.running.rules import ONE_SINK, OWN_NEWS, rewrite
from tests.running.wait import until

BROKEN = {
    "no YAML": ONE_SINK + "  - [unclosed",
    "an unknown channel": ONE_SINK.replace("everything: [sink]", "everything: [nobody]"),
    "a key given twice": ONE_SINK + "rules: []\n",
    "an object of Python": ONE_SINK.replace("card: pipeline", "card: !!python/object/apply:os.system [id]"),
    "a billion laughs": "a: &a [x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairwise("abcdefghij")),
    "an unknown card": ONE_SINK.replace("card: pipeline", "card: pipelines"),
    "an unknown field": ONE_SINK.replace("{type: pipeline.finished}", "{typ: pipeline.finished}"),
    "a bad pattern": ONE_SINK.replace("{type: pipeline.finished}", '{service: {regex: "(a+"}}'),
    "nothing": "",
}  # fmt: skip


async def test_F47_broken_rules_are_told_and_the_old_ones_stay(service: Service, teams: FakeTeams) -> None:
    routes = service.rules / "routes.yaml"
    revision = (await service.get("/api/v1/rules"))["rev"]
    told: list[str] = []
    for number, (what, text) in enumerate(BROKEN.items(), 1):
        rewrite(routes, text)

        async def refused(before: list[str] = told) -> list[str] | None:
            problems: list[str] = (await service.get("/api/v1/rules"))["problems"]
            return problems if problems != before else None

        told = await until(refused, f"the refusal of {what}") or []
        assert all("rules/" in problem for problem in told), (what, told)
        rules = await service.get("/api/v1/rules")
        assert rules["rev"] == revision, what
        assert total(await service.metrics(), "config_last_reload_successful") == 0
        receipt = await service.taken(build(number))
        event = await service.get(f"/api/v1/events/{receipt['events'][0]}")
        assert event["routing"]["matched"] == ["builds"], what
    assert (await service.request("GET", "/readyz")).status_code == 200
    rewrite(routes, ONE_SINK.replace("- name: builds", "- name: mended"))

    async def taken() -> bool:
        rules = await service.get("/api/v1/rules")
        return bool(rules["rules"] == ["mended", "own-news"] and not rules["problems"])

    await until(taken, "the mended rules")
    assert total(await service.metrics(), "config_last_reload_successful") == 1
    receipt = await service.taken(build(100))
    event = await service.get(f"/api/v1/events/{receipt['events'][0]}")
    assert event["routing"]["matched"] == ["mended"]
    assert len(await teams.wait_for(len(BROKEN) + 1, 30)) == len(BROKEN) + 1


TWO_SINKS = (
    """\
version: 1
channels:
  sink: {kind: webhook, url_env: SINK_URL, concurrency: 8}
  second: {kind: webhook, url_env: SINK_URL, concurrency: 2}
purposes: {both: [sink, second]}
defaults: {timezone: UTC, fallback: second}
rules:
  - name: builds-twice
    match: {type: pipeline.finished}
    to: [both]
    card: pipeline
"""
    + OWN_NEWS
)
WHERE = {"builds": {"sink"}, "builds-twice": {"sink", "second"}}


async def test_F54_rules_swapped_under_traffic_are_whole_and_let_nobody_in(service: Service, teams: FakeTeams) -> None:
    accepted: dict[int, str] = {}
    numbers, slowest, over = count(1), [0.0], asyncio.Event()

    async def good() -> None:
        while not over.is_set():
            number, began = next(numbers), time.monotonic()
            accepted[number] = await service.accepted(build(number))
            slowest[0] = max(slowest[0], time.monotonic() - began)

    async def stranger() -> None:
        while not over.is_set():
            answer = await service.post(build(0), x_hub_signature="sha256=" + "0" * 64)
            assert answer.status_code == 401

    traffic = [asyncio.create_task(each) for each in (good(), good(), stranger())]
    loaded = {(await service.get("/api/v1/rules"))["loaded_at"]}
    books = cycle([TWO_SINKS, "rules: [", ONE_SINK, BROKEN["an unknown channel"]])
    while len(loaded) < 6:
        assert not [task for task in traffic if task.done()], "traffic stopped"
        rewrite(service.rules / "routes.yaml", next(books))
        rules = await service.get("/api/v1/rules")

        async def another(before: object = (rules["loaded_at"], rules["problems"])) -> bool:
            now = await service.get("/api/v1/rules")
            loaded.add(now["loaded_at"])
            return (now["loaded_at"], now["problems"]) != before

        await until(another, "another load")
    over.set()
    await asyncio.gather(*traffic)
    assert slowest[0] < 2.0, f"a load held up the door for {slowest[0]:.1f} s"

    rewrite(service.rules / "routes.yaml", TWO_SINKS)  # what is owed to the second sink is owed still
    for receipt in list(accepted.values()):
        await service.settled(receipt)

    async def done() -> bool:
        return not await rows(service.database_url, deliveries, deliveries.c.state != "delivered")

    await until(done, "all deliveries", 60)
    owed: dict[str, set[tuple[str, str]]] = {}
    for row in await rows(service.database_url, deliveries):
        owed.setdefault(row["event_id"], set()).add((row["rule"], row["channel"]))
    assert len(owed) == len(accepted)
    for event, sends in owed.items():
        [rule] = {rule for rule, _ in sends}
        assert {channel for _, channel in sends} == WHERE[rule], (event, sends)
    revisions = {row["rev"]: row["record"] for row in await rows(service.database_url, routings)}
    assert len(revisions) == 2
    await check_after_faults(service.database_url, accepted, teams.posts)
    await check_reconciled(service.database_url, await service.counted())
