"""Jira's answers: issues in bulk and alone, what nobody may see, and who Jira takes the caller for."""

from collections.abc import Iterable
from typing import Any

import httpx

from app.standins.jira import CLOUD_ID
from app.standins.standins import Standins
from app.standins.switches import Switches

API = "/jira/rest/api/3"


def key_of(standins: Standins, **wanted: Any) -> str:
    """A key by which commits name an issue of which that is true."""
    return next(
        key
        for key, each in standins.story.tickets.items()
        if all(getattr(each, name) == value for name, value in {"hidden": False, **wanted}.items())
    )


async def bulk(ask: httpx.AsyncClient, keys: Iterable[str], *fields: str) -> httpx.Response:
    return await ask.post(f"{API}/issue/bulkfetch", json={"issueIdsOrKeys": list(keys), "fields": list(fields)})


async def test_in_bulk_hidden_ones_are_left_out_and_moved_ones_have_their_new_key(
    ask: httpx.AsyncClient, standins: Standins
) -> None:
    tickets = dict(list(standins.story.tickets.items())[:100])
    answered = (await bulk(ask, [key.lower() for key in tickets], "summary")).json()
    assert answered["issueErrors"] == []
    assert {each["key"] for each in answered["issues"]} == {each.key for each in tickets.values() if not each.hidden}
    ids = [int(each["id"]) for each in answered["issues"]]
    assert ids == sorted(ids)
    assert {name for each in answered["issues"] for name in each["fields"]} == {"summary"}


async def test_more_than_a_hundred_or_none_is_refused(ask: httpx.AsyncClient) -> None:
    assert (await bulk(ask, [f"SHOP-{number}" for number in range(1, 102)])).status_code == 400
    assert (await bulk(ask, [])).status_code == 400
    assert (await ask.post(f"{API}/issue/bulkfetch", content=b"no json")).status_code == 400


async def test_alone_a_moved_one_is_found_and_a_hidden_one_is_as_if_it_were_not(
    ask: httpx.AsyncClient, standins: Standins
) -> None:
    moved = next(key for key, each in standins.story.tickets.items() if each.key != key and not each.hidden)
    assert (await ask.get(f"{API}/issue/{moved}")).json()["key"] == standins.story.tickets[moved].key
    hidden, absent = key_of(standins, hidden=True), "SHOP-99999"
    answers = [await ask.get(f"{API}/issue/{key}?fields=summary") for key in (hidden, absent)]
    assert [each.status_code for each in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert answers[0].json()["errors"] == {}


async def test_no_version_is_a_list_and_no_such_field_is_absent(ask: httpx.AsyncClient, standins: Standins) -> None:
    none = (await ask.get(f"{API}/issue/{key_of(standins, fix_versions=())}")).json()
    absent = (await ask.get(f"{API}/issue/{key_of(standins, fix_versions=None)}")).json()
    assert none["fields"]["fixVersions"] == []
    assert "fixVersions" not in absent["fields"]


async def test_restricted_unassigned_and_localised(ask: httpx.AsyncClient, standins: Standins) -> None:
    restricted = (await ask.get(f"{API}/issue/{key_of(standins, level='Security team')}")).json()
    unassigned = (await ask.get(f"{API}/issue/{key_of(standins, assignee=None)}")).json()
    localised = (await ask.get(f"{API}/issue/{key_of(standins, status='Erledigt')}")).json()
    assert restricted["fields"]["security"]["name"] == "Security team"
    assert (unassigned["fields"]["security"], unassigned["fields"]["assignee"]) == (None, None)
    assert localised["fields"]["status"]["statusCategory"]["key"] == "done"


async def test_the_sprint_field_is_found_by_its_schema(ask: httpx.AsyncClient, standins: Standins) -> None:
    fields = (await ask.get(f"{API}/field")).json()
    sprint = next(
        each["id"] for each in fields if each["schema"].get("custom") == "com.pyxis.greenhopper.jira:gh-sprint"
    )
    ticket = next(each for each in standins.story.tickets.values() if each.sprint and not each.hidden)
    assert ticket.sprint
    told = (await ask.get(f"{API}/issue/{ticket.key}?fields={sprint}")).json()["fields"][sprint]
    assert (told[0]["name"], told[0]["state"]) == (ticket.sprint.name, ticket.sprint.state)


async def test_projects_are_paged_and_search_is_gone(ask: httpx.AsyncClient) -> None:
    first = (await ask.get(f"{API}/project/search?maxResults=2")).json()
    rest = (await ask.get(f"{API}/project/search?maxResults=2&startAt=2")).json()
    assert ([each["key"] for each in (*first["values"], *rest["values"])]) == ["SHOP", "PAY", "OPS"]
    assert (first["isLast"], rest["isLast"]) == (False, True)
    assert (await ask.get(f"{API}/search?jql=project=SHOP")).status_code == 410


async def test_the_answer_says_whose_call_it_was(ask: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    mine = await ask.get(f"{API}/myself")
    assert mine.headers["x-aaccountid"] == mine.json()["accountId"].replace(":", "%3A")
    nobody = await stranger.get(f"{API}/myself")
    assert (nobody.status_code, "x-aaccountid" in nobody.headers) == (401, False)
    assert "x-seraph-loginreason" not in nobody.headers


async def test_an_expired_token_is_nobodys_with_200(ask: httpx.AsyncClient, standins: Standins) -> None:
    standins.standing.switches = Switches(expired=frozenset(["jira"]))
    key = key_of(standins)
    answered = await bulk(ask, [key])
    assert (answered.status_code, answered.json()["issues"]) == (200, [])
    assert answered.headers["x-seraph-loginreason"] == "AUTHENTICATED_FAILED"
    assert "x-aaccountid" not in answered.headers
    assert (await ask.get(f"{API}/issue/{key}")).status_code == 404
    assert (await ask.get(f"{API}/myself")).status_code == 401


async def test_through_the_gateway_links_lead_to_the_gateway(ask: httpx.AsyncClient, standins: Standins) -> None:
    gateway = f"https://api.atlassian.com/ex/jira/{CLOUD_ID}/rest/api/3"
    assert (await ask.get("/jira/_edge/tenant_info")).json() == {"cloudId": CLOUD_ID}
    issue = (await ask.get(f"/jira/ex/jira/{CLOUD_ID}/rest/api/3/issue/{key_of(standins)}")).json()
    assert issue["self"].startswith(gateway)


async def test_data_center_has_names_no_bulk_and_sprints_as_text(ask: httpx.AsyncClient, standins: Standins) -> None:
    ticket = next(each for each in standins.story.tickets.values() if each.sprint and each.assignee and not each.hidden)
    assert ticket.assignee
    answered = await ask.get(f"/jira-dc/rest/api/2/issue/{ticket.key}")
    fields = answered.json()["fields"]
    assert fields["assignee"]["name"] == ticket.assignee.email.partition("@")[0]
    assert "accountId" not in fields["assignee"]
    assert fields["customfield_10020"][0].startswith("com.atlassian.greenhopper")
    assert answered.headers["x-ausername"] == "ines.duarte"
    assert (await ask.post("/jira-dc/rest/api/2/issue/bulkfetch", json={})).status_code in (404, 405)
    assert (await ask.get("/jira-dc/rest/api/3/myself")).status_code == 404
    standins.standing.switches = Switches(expired=frozenset(["jira"]))
    assert (await ask.get("/jira-dc/rest/api/2/project")).status_code == 401
