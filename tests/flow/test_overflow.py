"""A used-up budget, through the whole service: the rest is one digest, and the counters agree with the tables."""

from pathlib import Path

from tests.fake_teams import FakeTeams
from tests.running.client import total
from tests.running.fixtures import StartService
from tests.running.hooks import build
from tests.running.invariants import check_arrivals, check_nothing_stuck, check_reconciled, check_single_deliveries
from tests.running.rules import ONE_SINK, rewrite
from tests.running.wait import until

BUDGET = ONE_SINK.replace("concurrency: 8}", "concurrency: 8, connection: flow}").replace(
    "purposes:", "connections:\n  flow: {posts: 3, per: 5m, when_full: digest}\npurposes:"
)


async def test_what_a_budget_has_no_post_for_is_told_by_one_digest(
    sink_settings: dict[str, str], start: StartService, teams: FakeTeams
) -> None:
    rewrite(Path(sink_settings["SHIPBELL_RULES_DIR"]) / "routes.yaml", BUDGET)
    service = await start()
    for number in range(10):
        await service.taken(build(number))
    [bundle] = (await service.get("/api/v1/bundles"))["items"]
    assert (bundle["how"], bundle["by"], bundle["state"]) == ("overflow", "flow", "open")
    await teams.wait_for(3)
    service.pass_time(301)
    posts = await teams.wait_for(4)
    assert [post.json["event"]["build"]["number"] for post in posts[:3]] == [0, 1, 2]
    digest = posts[3].json["event"]["digest"]
    assert (digest["how"], digest["count"], digest["failed"]) == ("overflow", 7, 7)
    deliveries = await service.deliveries(ended=11)
    assert {each["reason"] for each in deliveries if each["state"] == "cancelled"} == {"digested"}
    for check in (check_single_deliveries, check_nothing_stuck):
        await check(service.database_url)
    await check_arrivals(service.database_url, teams.posts)

    async def counted() -> bool:
        return total(await service.counted(), "deliveries_total") == 11

    await until(counted, "the results to be counted")
    now = await service.counted()
    await check_reconciled(service.database_url, now)
    assert total(now, "cards_digested_total") == 7
    assert total(now, "bundles_closed_total", how="overflow") == 1
