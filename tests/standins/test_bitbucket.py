"""Bitbucket's answers: pages, ranges of commits, pull requests, pipelines and deployments."""

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from app.standins.bitbucket.history import between
from app.standins.standins import Standins
from app.standins.switches import Switches

REPOSITORIES = "/bitbucket/2.0/repositories"
HERE = f"{REPOSITORIES}/acme/checkout"


async def pages(ask: httpx.AsyncClient, url: str) -> list[Any]:
    """All values, page by page, by following `next` as it stands."""
    found: list[Any] = []
    while url:
        page = (await ask.get(url)).raise_for_status().json()
        assert len(page["values"]) <= page["pagelen"]
        found += page["values"]
        url = page.get("next", "")
    return found


async def test_a_range_is_what_one_reaches_and_the_other_does_not(ask: httpx.AsyncClient, standins: Standins) -> None:
    service = standins.story.services["checkout"]
    old = standins.story.running("checkout", "prod")
    found = await pages(ask, f"{HERE}/commits?include=main&exclude={old[:12]}&pagelen=2")
    assert [each["hash"] for each in found] == [each.sha for each in between(service, ["main"], [old])]
    assert len(found) > 2
    assert old not in {each["hash"] for each in found}
    assert found[0]["hash"] == service.main
    last = (await ask.get(f"{HERE}/commits?include=main&exclude={old}&pagelen=100")).json()
    assert not {"next", "size", "page"} & set(last)


async def test_a_long_list_may_come_in_a_form_and_its_pages_go_on(ask: httpx.AsyncClient, standins: Standins) -> None:
    old = standins.story.running("checkout", "prod")
    first = (await ask.post(f"{HERE}/commits?pagelen=1", data={"include": "main", "exclude": old})).json()
    rest = await pages(ask, first["next"])
    whole = await pages(ask, f"{HERE}/commits?include=main&exclude={old}&pagelen=100")
    assert [*first["values"], *rest] == whole


async def test_no_commits_is_an_empty_list_and_an_unknown_revision_404(
    ask: httpx.AsyncClient, standins: Standins
) -> None:
    main = standins.story.services["checkout"].main
    assert (await ask.get(f"{HERE}/commits?include={main}&exclude=main")).json()["values"] == []
    forgotten = standins.story.running("orders", "qa")
    for query in (f"include=main&exclude={forgotten}", f"include={forgotten}"):
        unknown = await ask.get(f"{REPOSITORIES}/acme/orders/commits?{query}")
        assert (unknown.status_code, unknown.json()["error"]["data"]) == (404, {"shas": [forgotten]})
    assert (await ask.get(f"{REPOSITORIES}/acme/orders/commit/{forgotten}")).status_code == 404
    assert (await ask.get(f"{HERE}/commit/{main[:10]}")).json()["hash"] == main


async def test_branches_with_slashes_and_tags_are_revisions(ask: httpx.AsyncClient, standins: Standins) -> None:
    branches = {name: sha for name, sha in standins.story.services["checkout"].branches.items() if "/" in name}
    name, sha = next(iter(branches.items()))
    for written in (name, name.replace("/", "%2F")):
        assert (await ask.get(f"{HERE}/commits/{written}?pagelen=1")).json()["values"][0]["hash"] == sha
        assert (await ask.get(f"{HERE}/refs/branches/{written}")).json()["target"]["hash"] == sha
    assert {each["name"] for each in await pages(ask, f"{HERE}/refs/tags?pagelen=1")} == {"v1.0", "v1.1", "v1.2"}


@pytest.mark.parametrize("query", ["pagelen=101", "pagelen=0", "pagelen=x", "page=0", "q=bogus"])
async def test_what_cannot_be_asked_is_400(ask: httpx.AsyncClient, query: str) -> None:
    refused = await ask.get(f"{HERE}/deployments?{query}")
    assert (refused.status_code, refused.json()["type"]) == (400, "error")


async def test_pull_requests_are_open_ones_unless_asked_and_have_twelve_digits(ask: httpx.AsyncClient) -> None:
    assert {each["state"] for each in await pages(ask, f"{HERE}/pullrequests")} == {"OPEN"}
    merged = await pages(ask, f"{HERE}/pullrequests?state=MERGED&state=DECLINED&pagelen=50&sort=-updated_on")
    assert {each["state"] for each in merged} == {"MERGED", "DECLINED"}
    assert [each["updated_on"] for each in merged] == sorted((each["updated_on"] for each in merged), reverse=True)
    assert all(len(each["source"]["commit"]["hash"]) == 12 for each in merged)
    assert all((each["merge_commit"] is None) == (each["state"] == "DECLINED") for each in merged)
    since = merged[4]["updated_on"]
    query = quote(f'updated_on >= "{since}" AND state = "MERGED"')
    late = await pages(ask, f"{HERE}/pullrequests?q={query}")
    assert {each["id"] for each in late} == {each["id"] for each in merged[:5] if each["state"] == "MERGED"}
    assert (await ask.get(f"{HERE}/pullrequests?pagelen=51")).status_code == 400


async def test_what_a_squash_took_away_is_with_its_pull_request(ask: httpx.AsyncClient, standins: Standins) -> None:
    service = standins.story.services["checkout"]
    pull = next(
        each for each in service.pulls if len(each.commits) > 2 and len(service.commits[each.merge].parents) == 1
    )
    found = await pages(ask, f"{HERE}/pullrequests/{pull.id}/commits?pagelen=2")
    assert tuple(each["hash"] for each in found) == pull.commits
    assert (await ask.get(f"{HERE}/pullrequests/9999/commits")).status_code == 404


async def test_pipelines_are_counted_without_a_next(ask: httpx.AsyncClient, standins: Standins) -> None:
    builds = standins.story.services["checkout"].builds
    first = (await ask.get(f"{HERE}/pipelines/?sort=-created_on&pagelen=20")).json()
    second = (await ask.get(f"{HERE}/pipelines/?sort=-created_on&pagelen=20&page=2")).json()
    assert "next" not in first
    numbers = [each["build_number"] for page in (first, second) for each in page["values"]]
    assert numbers == [each.number for each in reversed(builds)][:40]
    assert first["size"] == len(builds)
    sha = builds[-1].sha
    same = (await ask.get(f"{HERE}/pipelines?target.commit.hash={sha}")).json()["values"]
    assert {each["target"]["commit"]["hash"] for each in same} == {sha}


async def test_what_waits_for_a_click_has_no_result(ask: httpx.AsyncClient) -> None:
    values = (await ask.get(f"{HERE}/pipelines?pagelen=100")).json()["values"]
    halted = [each for each in values if each["state"].get("stage", {}).get("name") == "HALTED"]
    assert halted
    assert all(each["state"]["name"] == "IN_PROGRESS" and "completed_on" not in each for each in halted)
    steps = (await ask.get(f"{HERE}/pipelines/{halted[0]['uuid']}/steps/")).json()["values"]
    assert {each["state"]["name"] for each in steps} == {"COMPLETED", "PENDING"}
    assert all(("started_on" in each) == (each["state"]["name"] == "COMPLETED") for each in steps)


async def test_a_completed_deployment_may_have_failed(ask: httpx.AsyncClient, standins: Standins) -> None:
    found = [
        each
        for name in standins.story.services
        for each in await pages(ask, f"{REPOSITORIES}/acme/{name}/deployments?pagelen=100&sort=-state.started_on")
    ]
    states = {(each["state"]["name"], each["state"].get("status", {}).get("name")) for each in found}
    assert states == {
        ("UNDEPLOYED", None), ("COMPLETED", "SUCCESSFUL"), ("COMPLETED", "FAILED"), ("COMPLETED", "STOPPED")
    }  # fmt: skip
    failed = next(each for each in found if each["state"].get("status", {}).get("name") == "FAILED")
    name = next(n for n, each in standins.story.services.items() if failed["release"]["commit"]["hash"] in each.commits)
    pipeline = failed["release"]["pipeline"]["uuid"]
    steps = (await ask.get(f"{REPOSITORIES}/acme/{name}/pipelines/{pipeline}/steps/")).json()["values"]
    assert next(each for each in steps if each["uuid"] == failed["step"]["uuid"])["state"]["result"]["name"] == "FAILED"


async def test_a_redeploy_is_a_later_run_of_an_old_step(ask: httpx.AsyncClient, standins: Standins) -> None:
    build = next(build for build in standins.story.services["checkout"].builds if build.steps[-1].trigger == "redeploy")
    steps = (await ask.get(f"{HERE}/pipelines/{{{build.uuid}}}/steps/")).json()["values"]
    first, again = [each for each in steps if each["name"] == "Deploy to prod"][-2:]
    assert again["trigger"] == {"type": "pipeline_step_trigger_redeploy"}
    assert again["run_number"] == first["run_number"] + 1
    newest = (await ask.get(f"{HERE}/deployments?sort=-state.started_on&pagelen=100")).json()["values"]
    dates = {each["step"]["uuid"]: each["state"].get("started_on") for each in newest}
    assert dates[again["uuid"]] > dates[first["uuid"]]


async def test_only_the_fields_that_were_asked_for_come(ask: httpx.AsyncClient) -> None:
    wanted = "values.environment.name,values.state.name,next"
    page = (await ask.get(f"{HERE}/deployments?fields={wanted}&pagelen=1")).json()
    assert page["values"] == [{"environment": {"name": "dev"}, "state": {"name": "COMPLETED"}}]
    assert set(page) == {"values", "next"}
    less = (await ask.get(f"{HERE}/environments/?fields=-values.uuid&pagelen=1")).json()
    assert "uuid" not in less["values"][0]
    assert "name" in less["values"][0]


async def test_environments_have_types(ask: httpx.AsyncClient) -> None:
    found = await pages(ask, f"{HERE}/environments/")
    assert {each["name"]: each["environment_type"]["name"] for each in found} == {
        "dev": "Test", "qa": "Test", "preprod": "Staging", "prod": "Production"
    }  # fmt: skip


async def test_a_renamed_repository_leads_to_its_new_name(ask: httpx.AsyncClient, standins: Standins) -> None:
    standins.standing.switches = Switches(renamed={"checkout": "till", "basket": ""})
    moved = await ask.get(f"{HERE}/commits?pagelen=1")
    assert (moved.status_code, "/acme/till/commits?pagelen=1" in moved.headers["location"]) == (301, True)
    there = (await ask.get(moved.headers["location"])).json()
    assert there["values"][0]["repository"]["full_name"] == "acme/till"
    uuid = standins.story.services["checkout"].uuid
    assert (await ask.get(f"{REPOSITORIES}/acme/{{{uuid}}}")).json()["full_name"] == "acme/till"
    gone = await ask.get(f"{REPOSITORIES}/acme/basket")
    assert (gone.status_code, gone.json()["error"]["message"]) == (404, "Repository acme/basket not found")
    listed = {each["slug"] for each in await pages(ask, f"{REPOSITORIES}/acme?pagelen=2")}
    assert {"till", "payments-api"} <= listed
    assert not {"checkout", "basket", ""} & listed
    assert (await ask.get(f"{REPOSITORIES}/elsewhere/checkout")).status_code == 404
