"""Each switch does what it says, and calls are counted by upstream and service."""

import asyncio
import time

import httpx
import pytest

from app.standins.incidents import CLOUD
from app.standins.standins import Standins
from app.standins.switches import UPSTREAMS, Switches, Upstream

BITBUCKET = "/bitbucket/2.0/repositories/acme/checkout"
PATHS: dict[Upstream, str] = {
    "bitbucket": BITBUCKET,
    "jira": "/jira/rest/api/3/field",
    "argocd": "/argocd/api/v1/applications/checkout-dev",
    "git": "/git/gitops.git/info/refs?service=git-upload-pack",
    "jsm": f"/jsm/{CLOUD}/v1/alerts",
    "opsgenie": "/opsgenie/v2/alerts",
    "pagerduty": "/pagerduty/log_entries",
    "incidentio": "/incidentio/v2/incidents",
}


async def statuses(ask: httpx.AsyncClient, path: str, count: int) -> list[int]:
    return [(await ask.get(path)).status_code for _ in range(count)]


async def test_with_all_switches_off_all_is_well(ask: httpx.AsyncClient) -> None:
    for path in PATHS.values():
        assert await statuses(ask, path, 3) == [200] * 3


async def test_latency_comes_before_each_answer_and_side_by_side(ask: httpx.AsyncClient, standins: Standins) -> None:
    standins.standing.switches = Switches(latency=0.5)
    begun = time.perf_counter()
    await asyncio.gather(*(ask.get(PATHS["jira"]) for _ in range(20)))
    assert 0.5 <= time.perf_counter() - begun < 10  # one after the other


async def test_the_share_of_errors_is_kept_and_the_same_each_time(ask: httpx.AsyncClient, standins: Standins) -> None:
    standins.standing.switches = Switches(error_rate=0.2)
    first = await statuses(ask, PATHS["jira"], 150)
    assert 15 <= sum(status >= 500 for status in first) <= 45
    assert set(first) == {200, 500, 502, 503}
    standins.standing.answered = 0
    assert await statuses(ask, PATHS["jira"], 150) == first


@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_every_nth_call_is_429(ask: httpx.AsyncClient, standins: Standins, upstream: Upstream) -> None:
    standins.standing.switches = Switches(throttle_every=3, retry_after="7")
    answers = [await ask.get(PATHS[upstream]) for _ in range(6)]
    assert [each.status_code for each in answers] == [200, 200, 429, 200, 200, 429]
    assert answers[2].headers["retry-after"] == "7"
    standins.standing.switches = Switches(throttle_every=1, retry_after="")
    assert "retry-after" not in (await ask.get(PATHS[upstream])).headers


async def test_one_service_hangs_and_the_others_do_not(ask: httpx.AsyncClient, standins: Standins) -> None:
    standins.standing.switches = Switches(hanging="checkout")
    for path in (BITBUCKET, PATHS["argocd"], "/jira/rest/api/3/issue/SHOP-101"):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask.get(path), 0.05)
    assert (await ask.get(BITBUCKET.replace("checkout", "basket"))).status_code == 200
    assert (await ask.get("/argocd/api/v1/applications")).status_code == 200


@pytest.mark.parametrize(("upstream", "status"), [(each, 200 if each == "jira" else 401) for each in UPSTREAMS])
async def test_an_expired_token_is_that_upstreams_alone(
    ask: httpx.AsyncClient, standins: Standins, upstream: Upstream, status: int
) -> None:
    standins.standing.switches = Switches(expired=frozenset([upstream]))
    assert (await ask.get(PATHS[upstream])).status_code == status
    for other in set(PATHS) - {upstream}:
        assert (await ask.get(PATHS[other])).status_code == 200


async def test_who_shows_no_token_is_refused(stranger: httpx.AsyncClient) -> None:
    assert [(await stranger.get(PATHS[each])).status_code for each in ("bitbucket", "argocd", "git")] == [401] * 3


@pytest.mark.parametrize("upstream", UPSTREAMS)
async def test_a_page_for_people(ask: httpx.AsyncClient, standins: Standins, upstream: Upstream) -> None:
    standins.standing.switches = Switches(html=frozenset([upstream]))
    answered = await ask.get(PATHS[upstream])
    assert (answered.status_code, answered.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_near_its_budget_bitbucket_says_so_and_then_refuses(ask: httpx.AsyncClient, standins: Standins) -> None:
    standins.standing.switches = Switches(budget=10)
    answers = [await ask.get(BITBUCKET) for _ in range(12)]
    assert [each.status_code for each in answers] == [200] * 10 + [429] * 2
    assert [each.headers["x-ratelimit-nearlimit"] for each in answers[:10]] == ["false"] * 7 + ["true"] * 3
    assert (await ask.get(PATHS["jira"])).status_code == 200


async def test_only_access_tokens_are_told_of_limits(ask: httpx.AsyncClient) -> None:
    assert (await ask.get(BITBUCKET)).headers["x-ratelimit-limit"] == "1000"
    basic = await ask.get(BITBUCKET, headers={"authorization": "Basic aW5lczp0b2tlbg=="})
    assert (basic.status_code, "x-ratelimit-limit" in basic.headers) == (200, False)


async def test_calls_are_counted_by_upstream_and_service(ask: httpx.AsyncClient, standins: Standins) -> None:
    uuid = standins.story.services["basket"].uuid
    paths = (
        *(f"{BITBUCKET}/commits", f"{BITBUCKET}/nothing", f"/bitbucket/2.0/repositories/acme/{{{uuid}}}"),
        *("/argocd/api/v1/applications", "/argocd/api/v1/applications/basket-qa"),
        *("/jira/rest/api/3/myself", "/jira/rest/api/3/issue/shop-101", "/control"),
    )
    for path in paths:
        await ask.get(path)
    counted = (await ask.get("/control")).json()["calls"]
    assert counted == {
        "bitbucket": {"total": 3, "services": {"checkout": 2, "basket": 1}},
        "jira": {"total": 2, "services": {"-": 1, "checkout": 1}},
        "argocd": {"total": 2, "services": {"-": 1, "basket": 1}},
        **{key: {"total": 0, "services": {}} for key in ("git", "jsm", "opsgenie", "pagerduty", "incidentio")},
    }


async def test_the_control_route_changes_some_switches_and_puts_them_back(stranger: httpx.AsyncClient) -> None:
    changed = await stranger.post("/control", json={"null_items": True, "html": ["jira"]})
    assert changed.json()["switches"]["null_items"] is True
    again = await stranger.post("/control", json={"throttle_every": 5})
    assert (again.json()["switches"]["null_items"], again.json()["switches"]["throttle_every"]) == (True, 5)
    for wrong in ('{"bogus": 1}', '{"error_rate": 2}', '{"html": ["elsewhere"]}', "[]", "no json"):
        assert (await stranger.post("/control", content=wrong)).status_code == 422
    assert (await stranger.get("/control")).json()["switches"]["throttle_every"] == 5
    back = await stranger.delete("/control")
    assert back.json()["switches"] == Switches().model_dump(mode="json")
