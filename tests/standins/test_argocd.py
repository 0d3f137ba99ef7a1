"""Argo CD's answers: an application for each service and environment, as the story says that it runs."""

import subprocess

import httpx

from app.standins.argocd.applications import MOST_HISTORY
from app.standins.standins import Standins
from app.standins.story.names import ENVIRONMENTS
from app.standins.switches import Switches

API = "/argocd/api/v1"


async def test_each_service_has_an_application_in_each_environment(ask: httpx.AsyncClient, standins: Standins) -> None:
    items = (await ask.get(f"{API}/applications")).json()["items"]
    names = [each["metadata"]["name"] for each in items]
    assert names == sorted(f"{service}-{each.name}" for service in standins.story.services for each in ENVIRONMENTS)
    assert len({each["metadata"]["uid"] for each in items}) == len(items)


async def test_what_runs_is_what_the_story_says(ask: httpx.AsyncClient, standins: Standins) -> None:
    items = {each["metadata"]["name"]: each for each in (await ask.get(f"{API}/applications")).json()["items"]}
    for service in standins.story.services.values():
        for environment in ENVIRONMENTS:
            running = standins.story.running(service.name, environment.name)
            images = items[f"{service.name}-{environment.name}"]["status"]["summary"]["images"]
            assert f"{service.image}:{running}" in images
            assert len(images) == 2  # and a sidecar


async def test_the_history_names_commits_of_the_repository_and_ends(ask: httpx.AsyncClient, standins: Standins) -> None:
    folder = standins.repository.folder
    said = subprocess.run(["git", "-C", folder, "rev-list", "main"], check=True, capture_output=True, text=True)
    known = said.stdout.split()
    histories = [each["status"]["history"] for each in (await ask.get(f"{API}/applications")).json()["items"]]
    assert max(map(len, histories)) == MOST_HISTORY
    for history in histories:
        assert {each["revision"] for each in history} <= set(known)
        assert [each["id"] for each in history] == list(range(history[0]["id"], history[0]["id"] + len(history)))
        assert [each["deployedAt"] for each in history] == sorted(each["deployedAt"] for each in history)
    assert any(history[0]["id"] > 0 for history in histories)


async def test_what_is_wrong_is_shown(ask: httpx.AsyncClient, standins: Standins) -> None:
    seen = {}
    for drift in standins.story.drifts:
        one = (await ask.get(f"{API}/applications/{drift.service}-{drift.environment}")).json()
        seen[drift.kind] = one["spec"], one["status"]
    failed, refused = seen["sync_failed"][1], seen["refused_manifest"][1]
    assert (failed["sync"]["status"], failed["operationState"]["phase"]) == ("OutOfSync", "Failed")
    assert failed["operationState"]["syncResult"]["revision"] != failed["history"][-1]["revision"]
    assert (refused["sync"]["status"], refused["conditions"][0]["type"]) == ("Unknown", "ComparisonError")
    spec, status = seen["application_override"]
    assert spec["source"]["kustomize"]["images"][0] in status["summary"]["images"]
    assert "conditions" not in status


async def test_filters(ask: httpx.AsyncClient) -> None:
    async def names(query: str) -> set[str]:
        return {
            each["metadata"]["name"] for each in (await ask.get(f"{API}/applications?{query}")).json()["items"] or []
        }

    assert await names("projects=payments&selector=environment=qa") == {"payments-api-qa", "ledger-qa"}
    assert await names("projects=payments&projects=discovery&name=catalog-dev") == {"catalog-dev"}
    assert await names("project=nobody") == set()
    assert len(await names("repo=http://acme.test/git/gitops.git")) == 24
    assert await names("repo=http://elsewhere.test/x.git") == set()


async def test_fields_are_a_list_of_their_own(ask: httpx.AsyncClient) -> None:
    wanted = "items.metadata.name,items.status.sync.status,items.status.history,items.status.operationState.phase"
    items = (await ask.get(f"{API}/applications?name=checkout-dev&fields={wanted}")).json()["items"]
    status = {"sync": {"status": "Synced"}, "operationState": {"phase": "Succeeded"}}
    assert items == [{"metadata": {"name": "checkout-dev"}, "status": status}]


async def test_what_is_not_there_is_403_and_with_a_project_404(ask: httpx.AsyncClient) -> None:
    assert (await ask.get(f"{API}/applications/bogus")).status_code == 403
    assert (await ask.get(f"{API}/applications/bogus?project=payments")).status_code == 404
    other = await ask.get(f"{API}/applications/checkout-dev?project=payments")
    assert (other.status_code, other.json()["code"]) == (404, 5)
    assert (await ask.get(f"{API}/applications/checkout-dev?project=storefront")).status_code == 200


async def test_who_wrote_a_revision(ask: httpx.AsyncClient, standins: Standins) -> None:
    rollout = standins.story.services["checkout"].rollouts[-1]
    revision = standins.repository.revisions[rollout]
    told = (await ask.get(f"{API}/applications/checkout-dev/revisions/{revision}/metadata")).json()
    assert told["author"] == f"{rollout.by.name} <{rollout.by.email}>"
    assert rollout.tag in told["message"]
    assert (await ask.get(f"{API}/applications/checkout-dev/revisions/{'0' * 40}/metadata")).status_code == 500


async def test_no_permission_is_null_and_three_thousand_are_told_at_once(
    ask: httpx.AsyncClient, standins: Standins
) -> None:
    standins.standing.switches = Switches(null_items=True)
    assert (await ask.get(f"{API}/applications")).json()["items"] is None
    standins.standing.switches = Switches(applications=3000)
    answered = await ask.get(f"{API}/applications")
    names = [each["metadata"]["name"] for each in answered.json()["items"]]
    assert len(names) == len(set(names)) == 3000
    assert len(answered.content) > 5_000_000
    assert len((await ask.get(f"{API}/applications?projects=payments")).json()["items"]) == 8
