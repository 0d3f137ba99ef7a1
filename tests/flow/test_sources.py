"""From a source's request to the card at Teams, by the shipped rules, and what the API says of it."""

import json
from typing import Any

from tests.fake_teams import FakeTeams, Posted
from tests.running.database import counts
from tests.running.hooks import SECRETS, TOKEN, Hook, build, sample
from tests.running.in_process import Service
from tests.running.invariants import check_reconciled


def card(post: Posted) -> str:
    """The text of the only card of a post."""
    [attachment] = post.json["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    return json.dumps(attachment["content"], ensure_ascii=False)


async def follow(service: Service, hook: Hook, teams: FakeTeams, channel: str) -> tuple[dict[str, Any], str]:
    """The only event of a webhook and the text of the only card that came of it."""
    receipt = await service.taken(hook)
    assert (receipt["state"], receipt["reason"]) == ("processed", None)
    assert receipt["source"] == hook.source
    [event_id] = receipt["events"]
    [post] = await teams.wait_for(1)
    [delivery] = await service.deliveries(ended=1, event=event_id)
    assert (delivery["channel"], delivery["state"], delivery["attempts"]) == (channel, "delivered", 1)
    listed = (await service.get("/api/v1/events", source=hook.source))["items"]
    assert [each["id"] for each in listed] == [event_id]
    event: dict[str, Any] = await service.get(f"/api/v1/events/{event_id}")
    assert event["receipt"] == receipt["id"]
    await check_reconciled(service.database_url, await service.counted())
    return event, card(post)


async def test_a_failed_build_of_bitbucket(shipped: Service, teams: FakeTeams) -> None:
    event, text = await follow(shipped, build(4711), teams, "platform-deployments")
    assert (event["type"], event["status"], event["service"]) == ("pipeline.finished", "failed", "checkout")
    assert event["build"]["number"] == 4711
    assert "#4711" in text
    assert "checkout" in text
    explained = await shipped.get(f"/api/v1/events/{event['id']}/explain", channel="platform-deployments")
    assert "failed-pipelines" in explained["text"]


async def test_a_deployment_of_argo_cd(shipped: Service, teams: FakeTeams) -> None:
    receipt = await shipped.taken(sample("argocd", "deployment-succeeded"))
    events = [await shipped.get(f"/api/v1/events/{each}") for each in receipt["events"]]
    told = {(event["type"], event["status"]) for event in events}
    assert ("deployment.finished", "succeeded") in told
    [post] = await teams.wait_for(1)
    [delivery] = await shipped.deliveries(ended=1)
    assert (delivery["card"], delivery["rule"], delivery["state"]) == ("deployment", "deployments", "delivered")
    assert "1.43.0" in card(post)
    assert "prod" in card(post)


async def test_a_scan_of_sourceclear_comes_by_a_token_in_the_path(shipped: Service, teams: FakeTeams) -> None:
    hook = sample("sourceclear", "scan-success")
    assert (await shipped.request("HEAD", hook.path)).status_code == 200
    assert (await shipped.request("HEAD", "/hooks/sourceclear/another-token")).status_code == 404
    assert (await shipped.request("POST", "/hooks/sourceclear", content=hook.body)).status_code == 404
    assert (await shipped.request("POST", "/hooks/sourceclear/another-token", content=hook.body)).status_code == 401
    assert (await counts(shipped.database_url))["receipts"] == 0
    event, text = await follow(shipped, hook, teams, "security")
    assert (event["type"], event["tool"]) == ("security.scan_finished", "veracode-sca")
    assert "12" in text
    assert SECRETS["sourceclear"] not in text


async def test_a_scanners_file_from_a_pipeline(shipped: Service, teams: FakeTeams) -> None:
    scan = sample("scans", "pipeline-scan-failed")
    path = "/api/v1/security/scans?service=checkout&exit_code=2"
    assert (await shipped.request("POST", path, content=scan.body)).status_code == 401
    bearer = {"authorization": f"Bearer {TOKEN}"}
    answer = await shipped.request("POST", path, content=scan.body, headers=bearer)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["outcome"], told["verdict"]) == ("accepted", "failed")
    receipt = await shipped.settled(told["receipt"])
    assert receipt["events"] == [told["event"]]
    [post] = await teams.wait_for(1)
    assert "checkout" in card(post)
    again = await shipped.request("POST", path, content=scan.body, headers=bearer)
    assert (again.json()["outcome"], again.json()["receipt"]) == ("duplicate", told["receipt"])
    refused = await shipped.request("POST", path, content=b'{"what": "ever"}', headers=bearer)
    assert refused.status_code == 422
    assert (await counts(shipped.database_url))["receipts"] == 1
    assert len(teams.posts) == 1


async def test_what_is_no_news_is_kept_and_told_to_nobody(shipped: Service, teams: FakeTeams) -> None:
    pushed = await shipped.taken(sample("bitbucket", "push"))
    unused = await shipped.taken(sample("bitbucket", "unused-event"))
    assert (pushed["state"], unused["state"], unused["reason"]) == ("processed", "ignored", "unused_type")
    assert pushed["events"]
    assert unused["events"] == []
    event = await shipped.get(f"/api/v1/events/{pushed['events'][0]}")
    assert event["routing"]["dropped_by"] == "quiet-news"
    assert await shipped.deliveries() == []
    assert teams.posts == []


async def test_the_same_news_by_two_requests_is_told_once(shipped: Service, teams: FakeTeams) -> None:
    first = await shipped.taken(build(7))
    second = await shipped.taken(build(7).with_id("another-request"))
    assert second["events"] == first["events"]
    await shipped.deliveries(ended=1)
    assert (await counts(shipped.database_url))["deliveries"] == 1
    assert len(teams.posts) == 1
