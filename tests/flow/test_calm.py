"""Cards that wait, through the whole service: told together, once, also when it was restarted meanwhile."""

import json
from pathlib import Path

import pytest

from tests.fake_teams import FakeTeams
from tests.running.database import end_waits
from tests.running.fixtures import MakeProcess, StartService
from tests.running.hooks import build
from tests.running.rules import rewrite

ROUTES = """\
version: 1
channels:
  sink: {kind: webhook, url_env: SINK_URL, concurrency: 8}
purposes: {everything: [sink]}
defaults: {timezone: UTC, fallback: sink}
users: {upn_domains: [example.com]}
messages:
  - {name: failed, match: {type: pipeline.finished, status: failed}, text: "Build {{ e.build.number }} again."}
rules:
"""
GROUPED = """\
  - name: builds
    match: {type: pipeline.finished}
    to: [everything]
    group: {by: [service], wait: 5m, max_wait: 20m, card: unrouted}
"""
LAST = """\
  - name: builds
    match: {type: pipeline.finished}
    to: [everything]
    card: pipeline
    coalesce: {by: [service], window: 5m}
"""


@pytest.fixture
def rules(sink_settings: dict[str, str]) -> Path:
    return Path(sink_settings["SHIPBELL_RULES_DIR"]) / "routes.yaml"


async def test_builds_that_come_together_are_told_by_one_card(
    rules: Path, start: StartService, teams: FakeTeams
) -> None:
    rewrite(rules, ROUTES + GROUPED)
    service = await start()
    events = []
    for number in range(5):
        events += (await service.taken(build(number)))["events"]
    assert teams.posts == []
    waiting = (await service.get("/api/v1/bundles"))["items"]
    assert [(one["channel"], one["how"], one["items"]) for one in waiting] == [("sink", "group", 5)]
    service.pass_time(301)
    [post] = await teams.wait_for(1)
    assert post.json["event"]["type"] == "shipbell.digest"
    assert post.json["event"]["digest"]["count"] == 5
    assert sorted(item["id"] for item in post.json["event"]["digest"]["items"]) == sorted(events)
    [delivery] = await service.deliveries(ended=1)
    assert delivery["state"] == "delivered"
    why = await service.get(f"/api/v1/events/{events[0]}/explain")
    assert f"told by delivery {delivery['id']}" in why["text"]
    assert f"delivery {delivery['id']}, card 'unrouted': delivered" in why["text"]
    whole = await service.get(f"/api/v1/events/{delivery['event']}/explain")
    assert all(f"{event} pipeline.finished" in whole["text"] for event in events)
    assert "HTTP 202" in whole["text"]


async def test_what_waits_outlives_a_kill(rules: Path, make_process: MakeProcess, teams: FakeTeams) -> None:
    rewrite(rules, ROUTES + GROUPED)
    process = make_process()
    service = await process.start()
    for number in range(3):
        await service.taken(build(number))
    assert teams.posts == []
    await process.kill()
    await end_waits(process.environ["SHIPBELL_DATABASE_URL"], 301)
    service = await process.start()  # later than the bundle was due
    [post] = await teams.wait_for(1)
    assert post.json["event"]["digest"]["count"] == 3
    await service.deliveries(ended=1)
    assert len(teams.posts) == 1


async def test_of_many_states_the_last_is_told(rules: Path, start: StartService, teams: FakeTeams) -> None:
    rewrite(rules, ROUTES + LAST)
    service = await start()
    for number in range(4):
        await service.taken(build(number))
    assert teams.posts == []
    service.pass_time(301)
    [post] = await teams.wait_for(1)
    assert post.json["event"]["build"]["number"] == 3
    assert "Build 3 again." in json.dumps(post.json["card"])
    assert len(await service.deliveries(ended=1)) == 1
