"""Rounds against stand-ins: the first, the next, and what changes between them."""

from dataclasses import replace
from pathlib import Path

from app.collector.news import News
from app.collector.summary import Summary
from app.kernel.clock import MINUTE
from app.standins.story.names import ENVIRONMENTS
from tests.collector.conftest import STORY, World
from tests.collector.stories import changed, pushed, rewritten, rolled_out

PROD = "service = 'checkout' AND environment = 'prod'"


def newer() -> str:
    """What runs in dev, and not yet in prod."""
    tag = STORY.running("checkout", "dev")
    assert tag != STORY.running("checkout", "prod")
    return tag


async def test_a_first_round_finds_everything_and_sends_no_card(collected: tuple[Path, Summary], world: World) -> None:
    summary = collected[1]
    assert (summary.stale, summary.failed) == ({}, set())
    assert summary.services == summary.done == 5
    assert summary.told["environment"] == summary.told["application"] == 20
    assert await world.count("deliveries") == 0
    assert await world.count("receipts", "state != 'processed'") == 0
    wanted = {(name, place.name): STORY.desired(name, place.name) for name in STORY.services for place in ENVIRONMENTS}
    rows = await world.ask("SELECT service, environment, desired_version, actual_version FROM fact_environments")
    assert {(service, stage): desired for service, stage, desired, _ in rows} == wanted
    assert all(actual == STORY.running(service, stage) for service, stage, _, actual in rows)
    assert any("overlays/preprod/kustomization.yaml:8: newTag: 1e10" in line for line in summary.unknown)
    hidden = {each.key for each in STORY.tickets.values() if each.hidden}
    assert hidden <= {line.partition(":")[0] for line in summary.unknown}


async def test_deployments_of_the_past_are_told_once_and_have_their_lineage(world: World) -> None:
    rows = await world.ask(f"SELECT sha FROM fact_deployments WHERE {PROD} ORDER BY live_at")
    assert [sha for (sha,) in rows] == [
        each.tag for each in STORY.services["checkout"].rollouts if each.environment == "prod"
    ]
    first = "flags LIKE '%seed%'"
    assert await world.count("fact_deployments", f"{PROD} AND flags != '[]' AND NOT {first}") == 0
    # Of a squashed pull request its own commits arrive, and their tickets.
    squashed = next(each for each in STORY.services["checkout"].pulls if each.state == "MERGED" and each.id > 1)
    assert await world.count("fact_arrivals", f"sha = '{squashed.commits[-1]}'") > 0
    assert await world.count("fact_ticket_places", "service = 'checkout'") > 0


async def test_tickets_that_moved_or_are_restricted(world: World) -> None:
    moved = {asked: each.key for asked, each in STORY.tickets.items() if asked != each.key and not each.hidden}
    assert moved
    known = {key for (key,) in await world.ask("SELECT key FROM fact_tickets")}
    assert {*moved, *moved.values()} <= known
    secret = {each.key for each in STORY.tickets.values() if each.level and not each.hidden}
    assert secret
    rows = await world.ask("SELECT key, summary, restricted FROM fact_tickets")
    assert {(key, summary) for key, summary, restricted in rows if restricted} == {(key, None) for key in secret}


async def test_a_round_without_news_asks_little_and_tells_nothing(world: World) -> None:
    receipts = await world.count("receipts")
    summary = await world.later()
    assert (dict(summary.told), await world.count("receipts")) == ({}, receipts)
    calls = world.stage.calls
    assert (calls["argocd"], calls["jira"], calls["git"]) == (1, 0, 2)
    assert calls["bitbucket"] == 6  # one for each, and once a day one for their names
    assert any("1e10" in line for line in summary.unknown)  # it is said again
    await world.later()
    assert world.stage.calls["bitbucket"] == 5


async def test_all_tickets_are_asked_for_in_few_questions_now_and_then(world: World) -> None:
    asked = []
    for _ in range(4):
        await world.later(only=["checkout", "basket"])
        asked.append(world.stage.calls["jira"])
    assert asked[0] == 0
    assert sum(asked) > 0
    assert max(asked[2:]) <= 2  # a hundred at once; nothing for those that were not found, or have moved
    assert sum(asked) <= 6
    assert await world.count("receipts", "received_at > 1790000000000000") == 0


async def test_a_deployment_that_nobody_told_of_is_told_to_people(world: World) -> None:
    tag, at = newer(), world.clock.now + 7 * MINUTE
    world.stage.play(rolled_out(STORY, "checkout", "prod", tag, at))
    summary = await world.later(10)
    assert summary.told["application"] == summary.told["environment"] == 1
    last = await world.ask(f"SELECT sha FROM fact_deployments WHERE {PROD} ORDER BY live_at DESC LIMIT 1")
    assert last == [(tag,)]
    told = await world.ask("SELECT DISTINCT e.type FROM deliveries d JOIN events e ON e.id = d.event_id")
    assert ("deployment.finished",) in told


async def test_what_is_found_long_after_it_happened_counts_and_is_told_to_nobody(world: World) -> None:
    deployments = await world.count("fact_deployments", PROD)
    world.stage.play(rolled_out(STORY, "checkout", "prod", newer(), world.clock.now + 7 * MINUTE))
    await world.later(120)
    assert await world.count("fact_deployments", PROD) == deployments + 1
    told = await world.ask("SELECT DISTINCT e.type FROM deliveries d JOIN events e ON e.id = d.event_id")
    assert ("deployment.finished",) not in told


async def test_drift_is_told_once_and_its_end_too(world: World) -> None:
    place = "service = 'checkout' AND environment = 'qa'"
    world.stage.play(rolled_out(STORY, "checkout", "qa", "v9.9.9", world.clock.now, synced=False))
    assert (await world.later()).told["environment"] == 1
    rows = await world.ask(f"SELECT desired_version, in_sync FROM fact_environments WHERE {place}")
    assert [(desired, bool(in_sync)) for desired, in_sync in rows] == [("v9.9.9", False)]
    assert (await world.later()).told["environment"] == 0
    world.stage.play(STORY)
    assert (await world.later()).told["environment"] == 1
    assert await world.count("fact_environments", f"{place} AND in_sync") == 1


async def test_new_commits_are_read_from_where_the_last_round_came_to(world: World) -> None:
    before = await world.count("fact_commits")
    story, sha = pushed(STORY, "checkout", world.clock.now + MINUTE)
    world.stage.play(story)
    summary = await world.later()
    assert (summary.looked["commit"], await world.count("fact_commits")) == (1, before + 1)
    assert await world.count("fact_links", f"child = '{sha}' AND parent = '{STORY.services['checkout'].main}'") == 1
    assert await world.count("deliveries") > 0


async def test_rewritten_history_is_read_anew(world: World) -> None:
    story = rewritten(STORY, "payments-api", world.clock.now)
    story, top = pushed(story, "payments-api", world.clock.now + MINUTE, "PAY-102 on top\n")
    world.stage.play(story)
    assert (await world.later()).stale == {}
    instead = story.services["payments-api"].commits[top].parents[0]
    assert instead not in STORY.services["payments-api"].commits
    assert await world.count("fact_commits", f"sha IN ('{top}', '{instead}')") == 2


async def test_a_webhook_that_comes_late_adds_nothing(world: World) -> None:
    """The collector repaired a lost message of Argo CD; then the message comes after all."""
    world.stage.play(rolled_out(STORY, "checkout", "prod", newer(), world.clock.now + 7 * MINUTE))
    await world.later(10)
    rows = await world.ask(
        "SELECT b.body FROM receipts r JOIN receipt_bodies b ON b.receipt_id = r.id "
        "WHERE r.source = 'argocd' ORDER BY r.received_at DESC LIMIT 1"
    )
    late = rows[0][0].replace(b'"trigger":"collector"', b'"trigger":"router-operation"')
    tables = ("events", "fact_deployments", "deliveries")
    before = [await world.count(table) for table in tables]
    receipts = await world.count("receipts")
    await world.collector.send(News("argocd", {"content-type": "application/json"}, late, (), {}))
    await world.process()
    assert [await world.count(table) for table in tables] == before
    assert await world.count("receipts") in (receipts, receipts + 1)


async def test_a_service_that_comes_later_is_filled_in_silence(fresh: World) -> None:
    await fresh.round(only=["checkout"])
    assert await fresh.count("events", "service != 'checkout'") == 0
    summary = await fresh.later()
    assert summary.told["deployment"] > 0
    assert await fresh.count("deliveries") == 0


async def test_a_version_without_a_commit_is_said_each_time_and_sought_once(world: World) -> None:
    world.stage.play(rolled_out(STORY, "checkout", "dev", "e" * 40, world.clock.now))
    line = f"checkout: no commit for the version {'e' * 40}"
    assert line in (await world.later()).unknown
    asked = world.stage.calls["bitbucket"]
    assert line in (await world.later()).unknown
    assert world.stage.calls["bitbucket"] < asked


async def test_an_environment_that_nobody_speaks_of_any_more_is_unknown(world: World) -> None:
    checkout = STORY.services["checkout"]
    kept = [each for each in checkout.rollouts if each.environment != "qa"]
    assert len(kept) < len(checkout.rollouts)
    services = {name: each for name, each in STORY.services.items() if name != "basket"}
    world.stage.play(replace(changed(STORY, checkout, world.clock.now), services=services))
    summary = await world.later()
    assert summary.told["environment"] == 4
    assert await world.count("fact_environments", "service = 'basket' AND in_sync IS NULL") == 4
