"""Upstreams that misbehave: what does not depend on them goes on, and what was known stays."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from app.clients.api import Api, Limits
from app.clients.argocd import ArgoCD
from app.clients.faults import ApiFault
from app.clients.opening import Clients
from app.collector.news import News
from app.collector.repositories import Repositories
from app.collector.round import Round
from app.collector.standing import Standing
from app.collector.summary import Summary
from app.kernel.clock import MINUTE
from app.kernel.errors import StoreUnavailable
from tests.collector.conftest import STORY, World, states
from tests.collector.stories import pushed, rolled_out

HASTY = Limits(
    connect=1, read=0.3, deadline=1, tries=2, first_wait=0.01, longest_wait=0.02, first_pause=0.01, longest_pause=0.05
)


def hurry(world: World, limits: Limits = HASTY) -> None:
    """Clients without patience."""
    clients = world.building.rules.asking.clients
    assert clients is not None
    for api in clients.apis().values():
        api._limits = limits


async def environments(world: World) -> list[tuple[object, ...]]:
    return await world.ask(
        "SELECT service, environment, desired_version, actual_version, in_sync FROM fact_environments ORDER BY 1, 2"
    )


async def test_an_expired_token_of_jira_is_said_and_stops_nothing_else(fresh: World) -> None:
    fresh.stage.switch(expired={"jira"})
    summary = await fresh.round()
    assert set(summary.stale) == set(STORY.services)
    assert all("auth_error" in why for lines in summary.stale.values() for why in lines)
    assert summary.failed == {"jira"}
    assert (summary.told["environment"], summary.told["ticket"]) == (20, 0)
    assert not any("not found in Jira" in line for line in summary.unknown)
    fresh.stage.switch()
    assert (await fresh.later()).told["ticket"] > 0


async def test_a_refused_token_of_bitbucket_is_not_shown_again_and_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = world.collector.collect().model_copy(update={"concurrency": 1})  # who is on the way then has asked already
    monkeypatch.setattr(world.collector, "collect", lambda: one)
    world.stage.switch(expired={"bitbucket"})
    with structlog.testing.capture_logs() as logs:
        first = await world.later(70)
    assert first.calls["bitbucket"] <= 2
    said = [each for each in logs if each["event"].startswith("the token of upstreams.bitbucket is refused")]
    assert [each["upstream"] for each in said] == ["bitbucket"]
    summary = await world.later(70)
    assert summary.calls["bitbucket"] == 2  # all of the workspace, and one repository
    assert set(summary.stale) == set(STORY.services)
    assert all("bitbucket: auth_error" in line for lines in summary.stale.values() for line in lines)
    assert summary.failed == {"bitbucket"}
    world.stage.switch()
    summary = await world.later()
    assert (summary.stale, summary.failed) == ({}, set())


async def test_a_token_that_may_only_not_list_the_workspace_is_good() -> None:
    async def listed() -> None:
        raise ApiFault("auth_error", "bitbucket", "not supported for this endpoint", 401)

    async def single(name: str) -> None:
        if name == "acme/refused":
            raise ApiFault("auth_error", "bitbucket", "invalid", 401)

    bitbucket: Any = SimpleNamespace(repositories=listed, repository=single)
    await Repositories().prepare(bitbucket, list("abcde"), 0)
    with pytest.raises(ApiFault):
        await Repositories().prepare(bitbucket, ["acme/refused", *"abcd"], 0)


@pytest.mark.parametrize(
    ("upstream", "named"), [("argocd", "argocd.demo"), ("bitbucket", "bitbucket"), ("jira", "jira"), ("git", "gitops")]
)
async def test_a_page_for_people_instead_of_an_answer(world: World, upstream: str, named: str) -> None:
    before = await environments(world)
    world.stage.switch(html={upstream})
    world.clock.advance(3600)
    summary = await world.round()
    assert summary.failed == {named}
    assert summary.stale
    assert summary.done == 5
    assert await environments(world) == before
    assert dict(summary.told) == {}


async def test_a_path_or_a_branch_that_fits_nothing_is_said(fresh: World) -> None:
    clients = fresh.building.rules.asking.clients
    assert clients is not None
    assert clients.gitops is not None
    layout = replace(clients.gitops.layout, path="apps/{service}/{env}/kustomization.yaml")
    nowhere = replace(clients.gitops, layout=layout)
    summary = await fresh.collector.once(Clients(gitops=nowhere))
    assert summary.unknown == ["gitops: nothing fits the path apps/{service}/{env}/kustomization.yaml (branch main)"]
    branches = replace(nowhere, branch="env/{env}", layout=replace(layout, mode="branch-per-env", branch="env/{env}"))
    summary = await fresh.collector.once(Clients(gitops=branches))
    assert summary.unknown == ["gitops: the repository has no branch that fits env/{env}"]


async def test_what_was_read_last_stays_while_the_repository_does_not_answer(world: World) -> None:
    await world.later()
    world.stage.play(rolled_out(STORY, "checkout", "prod", STORY.running("checkout", "dev"), world.clock.now + MINUTE))
    world.stage.switch(html={"git"})
    summary = await world.later()
    assert summary.failed == {"gitops"}
    row = "service = 'checkout' AND environment = 'prod'"
    found = await world.ask(f"SELECT desired_version, actual_version FROM fact_environments WHERE {row}")
    assert found == [(STORY.desired("checkout", "prod"), STORY.running("checkout", "dev"))]


async def test_an_argo_cd_that_shows_nothing_any_more_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.later()
    before = await environments(world)
    world.stage.switch(null_items=True)
    for standing in (world.collector.standing, Standing()):  # the second is that of a process that was started since
        monkeypatch.setattr(world.collector, "standing", standing)
        summary = await world.later()
        assert any("no application any more" in why for why in summary.stale["*"])
        assert await environments(world) == before
        assert summary.told["environment"] == 0


async def test_one_service_that_hangs_leaves_the_others_as_they_are(fresh: World) -> None:
    hurry(fresh)
    fresh.stage.switch(hanging="basket")
    summary = await fresh.round()
    assert set(summary.stale) == {"basket"}
    assert summary.done == 5
    assert await fresh.count("events", "service = 'basket' AND type = 'change.pushed'") == 0
    others = "service != 'basket' AND type = 'change.pushed'"
    assert await fresh.count("events", others) == 4
    fresh.stage.switch()
    summary = await fresh.later()
    assert summary.stale == {}
    assert await fresh.count("events", "service = 'basket' AND type = 'change.pushed'") == 1
    assert await fresh.count("deliveries") == 0


async def test_one_service_that_we_trip_over_stops_no_other() -> None:
    async def stumble(error: Exception) -> None:
        raise error

    summary = Summary()
    work: Any = SimpleNamespace(summary=summary)
    nobody: Any = None
    turn = Round(work, Clients(), nobody, Standing(), 1)
    assert await turn._guarded("basket", "bitbucket", stumble(KeyError("a defect"))) is None
    assert summary.stale == {"basket": ["bitbucket: a defect of ours, the log says more"]}
    with pytest.raises(StoreUnavailable):
        await turn._guarded("basket", "bitbucket", stumble(StoreUnavailable("gone")))


async def test_answers_that_fail_now_and_then_are_asked_for_again(fresh: World) -> None:
    hurry(fresh, replace(HASTY, tries=8, deadline=10, read=5))
    fresh.stage.switch(error_rate=0.05, throttle_every=11, retry_after="0")
    summary = await fresh.round()
    assert summary.stale == {}
    assert summary.told["environment"] == 20
    assert await fresh.count("fact_tickets") > 40


async def test_a_renamed_repository_goes_on_under_its_new_name(world: World) -> None:
    story, _ = pushed(STORY, "checkout", world.clock.now + MINUTE)
    world.stage.play(story)
    world.stage.switch(renamed={"checkout": "till"})
    repositories = await world.ask("SELECT DISTINCT repository FROM fact_commits WHERE service = 'checkout'")
    summary = await world.later()
    assert (summary.stale, summary.looked["commit"]) == ({}, 1)
    assert await world.ask("SELECT DISTINCT repository FROM fact_commits WHERE service = 'checkout'") == repositories


async def test_a_repository_that_is_only_guessed_and_not_there_is_no_fault(world: World) -> None:
    world.stage.switch(renamed={"catalog": ""})
    summary = await world.later()
    assert (summary.stale, summary.failed) == ({}, set())
    assert "catalog: there is no repository acme/catalog, and the estate names none" in summary.unknown


async def test_a_round_that_is_killed_goes_on_where_it_was_and_tells_nothing_twice(fresh: World) -> None:
    send, left = fresh.collector.send, 0

    async def until_the_end(news: News) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise StoreUnavailable("killed")
        await send(news)

    fresh.collector.send = until_the_end
    for stop in (7, 25, 44):
        left = stop
        with pytest.raises(StoreUnavailable):
            await fresh.round()
    fresh.collector.send = send
    await fresh.round()
    # A ticket that has moved is told under both of its keys; its subject stays the same.
    told = "type, status, subject, json_extract(data, '$.ticket.key')"
    twice = f"SELECT {told} FROM events WHERE source = 'collector' GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
    assert await fresh.ask(twice) == []
    assert await fresh.count("deliveries") == 0
    assert await fresh.count("fact_deployments", "flags LIKE '%unknown_lineage%'") <= 10


async def test_nobody_waits_for_a_round_that_is_cancelled(world: World) -> None:
    world.stage.switch(latency=60.0)
    task = asyncio.create_task(world.later())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 30)


async def test_of_two_argo_cds_one_that_fails_makes_its_own_environments_stale(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = world.building.rules.asking.clients
    assert clients is not None
    argocd, entry = clients.argocd["demo"]
    pay = entry.model_copy(update={"projects": ("payments",)})
    shop = entry.model_copy(update={"projects": ("storefront", "discovery")})
    both = replace(clients, argocd={"demo": (argocd, shop), "far": (argocd, pay)})
    await world.collector.once(both)
    dead = ArgoCD(Api("argocd.far", "http://127.0.0.1:9", limits=Limits(tries=1)))
    half = replace(clients, argocd={"demo": (argocd, shop), "far": (dead, pay)})
    world.clock.advance(3600)
    for standing in (world.collector.standing, Standing()):  # the second is that of a process that was started since
        monkeypatch.setattr(world.collector, "standing", standing)
        summary = await world.collector.once(half)
        await world.process()
        assert summary.failed == {"argocd.far"}
        assert set(summary.stale) == {"payments-api", "ledger"}
        assert dict(summary.told) == {}
        stale = {key[0] for key, row in (await states(world)).items() if row["stale"]}
        assert stale == {"payments-api", "ledger"}
    await world.collector.once(both)
    assert not [row for row in (await states(world)).values() if row["stale"]]
    assert set(replace(clients, argocd={"demo": (argocd, shop), "far": (dead, pay)}).calls()) >= {"argocd.far"}
    await dead.api.close()
