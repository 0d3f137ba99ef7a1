"""What we ask Jira, and how a bad token, a hidden issue and a missing version are told apart."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from app.clients.api import Api
from app.clients.faults import ApiFault
from app.clients.jira import Jira
from tests.clients.conftest import Asker
from tests.clients.upstream import Upstream, said

BULK = "/rest/api/3/issue/bulkfetch"
ME = {"X_AAccountId": "712020%3Aann"}


@pytest.fixture
def jira(api: Api) -> Jira:
    return Jira(api, "cloud", "https://acme.atlassian.net/")


@pytest.fixture
def center(api: Api) -> Jira:
    return Jira(api, "datacenter")


def issue(key: str, **fields: Any) -> dict[str, Any]:
    status = {"name": "Erledigt", "statusCategory": {"key": "done", "name": "Fertig"}}
    return {"id": "1", "key": key, "fields": {"summary": f"About {key}", "status": status, "fixVersions": [], **fields}}


def bulk(*issues: dict[str, Any]) -> web.Response:
    return said({"issues": list(issues), "issueErrors": []}, **ME)


async def kind(asked: Any) -> str:
    with pytest.raises(ApiFault) as caught:
        await asked
    return caught.value.kind


# ------------------------------------------------------------------ issues


async def test_what_an_issue_says(upstream: Upstream, jira: Jira) -> None:
    version = {"id": "7", "name": "1.4", "released": False, "archived": None, "releaseDate": "2026-12-01"}
    upstream.script = [
        bulk(
            issue(
                "SHOP-1",
                fixVersions=[version],
                assignee={"accountId": "x", "displayName": "Ann"},
                issuetype={"name": "Bug"},
                updated="2026-11-20T12:00:00.000+0100",
                security=None,
            )
        )
    ]
    found = (await jira.issues(["SHOP-1"])).found["SHOP-1"]
    assert (found.key, found.summary, found.status, found.category) == ("SHOP-1", "About SHOP-1", "Erledigt", "done")
    assert (found.assignee, found.type, found.restricted) == ("Ann", "Bug", False)
    assert found.updated == datetime(2026, 11, 20, 11, tzinfo=UTC)
    (planned,) = found.fix_versions or ()
    assert (planned.name, planned.released, planned.archived, planned.release_date) == (
        "1.4",
        False,
        False,
        "2026-12-01",
    )
    (asked,) = upstream.asked
    assert (asked.method, asked.target) == ("POST", BULK)
    assert asked.json["issueIdsOrKeys"] == ["SHOP-1"]
    assert {"fixVersions", "status", "security"} <= set(asked.json["fields"])
    assert jira.link("SHOP-1") == "https://acme.atlassian.net/browse/SHOP-1"


async def test_no_version_is_not_no_field(upstream: Upstream, jira: Jira) -> None:
    without = issue("SHOP-2")
    del without["fields"]["fixVersions"]
    upstream.script = [bulk(issue("SHOP-1"), without)]
    found = (await jira.issues(["SHOP-1", "SHOP-2"])).found
    assert (found["SHOP-1"].fix_versions, found["SHOP-2"].fix_versions) == ((), None)


async def test_moved_and_missing_issues_are_asked_for_alone(upstream: Upstream, jira: Jira) -> None:
    upstream.routes = {
        BULK: lambda _: bulk(issue("SHOP-1"), issue("PAY-9")),
        "/rest/api/3/issue/SHOP-2": lambda _: said(issue("PAY-9"), **ME),
        "/rest/api/3/issue/SHOP-3": lambda _: said({"errorMessages": ["Issue does not exist …"], "errors": {}}, 404),
    }
    answer = await jira.issues(["SHOP-3", "shop-1", "SHOP-2", "SHOP-1 "])
    assert [(key, each.key) for key, each in answer.found.items()] == [("SHOP-1", "SHOP-1"), ("SHOP-2", "PAY-9")]
    assert answer.missing == ("SHOP-3",)
    assert len(upstream.asked) == 3
    single = next(each for each in upstream.asked if each.path.endswith("SHOP-2"))
    assert "fixVersions" in single.query["fields"][0].split(",")


async def test_hundreds_are_asked_for_in_hundreds(upstream: Upstream, jira: Jira) -> None:
    async def told(request: web.BaseRequest) -> web.Response:
        return bulk(*(issue(key) for key in (await request.json())["issueIdsOrKeys"]))

    upstream.routes[BULK] = told
    answer = await jira.issues(f"SHOP-{n}" for n in range(1, 251))
    assert (len(answer.found), answer.missing) == (250, ())
    assert sorted(len(each.json["issueIdsOrKeys"]) for each in upstream.asked) == [50, 100, 100]


async def test_nothing_is_asked_for_nothing(upstream: Upstream, jira: Jira) -> None:
    assert (await jira.issues([])).found == {}
    assert upstream.asked == []


async def test_a_restricted_issue_tells_no_words(upstream: Upstream, jira: Jira) -> None:
    upstream.script = [bulk(issue("SHOP-1", security={"id": "1", "name": "Board"}, assignee={"displayName": "Ann"}))]
    found = (await jira.issues(["SHOP-1"])).found["SHOP-1"]
    assert (found.restricted, found.summary, found.assignee, found.category) == (True, "", None, "done")
    assert "About" not in repr(found)


async def test_one_fault_is_the_fault_of_all(upstream: Upstream, jira: Jira) -> None:
    upstream.routes = {
        BULK: lambda _: bulk(),
        "/rest/api/3/issue/SHOP-1": lambda _: said({}, 403),
        "/rest/api/3/issue/SHOP-2": lambda _: asyncio.sleep(0, said(issue("SHOP-2"), **ME)),
    }
    assert await kind(jira.issues(["SHOP-1", "SHOP-2"])) == "forbidden"


@pytest.mark.parametrize("body", [{}, [], {"issues": None}, {"issues": [{"key": None}]}, {"issues": ["x"]}])
async def test_an_answer_of_another_shape(upstream: Upstream, jira: Jira, body: Any) -> None:
    upstream.script = [said(body, **ME)]
    assert await kind(jira.issues(["SHOP-1"])) == "integration_error"


# ------------------------------------------------------------------ tokens


async def test_who_we_are(upstream: Upstream, jira: Jira, center: Jira) -> None:
    upstream.script = [said({"accountId": "712020:ann", "displayName": "Ann"}, **ME), said({"name": "ann", "key": "k"})]
    assert (await jira.myself()).id == "712020:ann"
    assert (await center.myself()).id == "ann"
    assert [each.path for each in upstream.asked] == ["/rest/api/3/myself", "/rest/api/2/myself"]


@pytest.mark.parametrize("status", [200, 403, 404])
async def test_a_token_that_ran_out_is_no_missing_ticket(upstream: Upstream, jira: Jira, status: int) -> None:
    answer = said(issue("SHOP-1"), status, X_Seraph_LoginReason="AUTHENTICATED_FAILED", **ME)
    upstream.script = [bulk(), answer]
    with pytest.raises(ApiFault, match="the token is not good") as caught:
        await jira.issues(["SHOP-1"])
    assert caught.value.kind == "auth_error"


async def test_an_answer_for_nobody_is_an_expired_token(upstream: Upstream, jira: Jira, asker: Asker) -> None:
    upstream.script = [
        said({"accountId": "x"}),
        said({"accountId": "x"}),
        said({"accountId": "x"}, X_AUSERNAME="anonymous"),
    ]
    assert await kind(jira.myself()) == "auth_error"
    assert (await Jira(asker(upstream.url, auth=None)).myself()).id == "x"  # nobody is what we said we are
    assert await kind(Jira(asker(upstream.url), "datacenter").myself()) == "auth_error"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (said({"errorMessages": ["The requested API has been removed."]}, 410), "integration_error"),
        (said({}, 400), "integration_error"),
        (said({}, 401), "auth_error"),
        (web.Response(text="<html>", content_type="text/html", headers={"X-AAccountId": "x"}), "integration_error"),
        (web.Response(status=302, headers={"Location": "https://id.example.com/login"}), "integration_error"),
    ],
    ids=["removed", "bad request", "bad token", "page", "login"],
)
async def test_what_went_wrong(upstream: Upstream, jira: Jira, answer: web.Response, expected: str) -> None:
    upstream.script = [answer]
    assert await kind(jira.myself()) == expected


async def test_the_gateway_need_not_name_the_account(upstream: Upstream, asker: Asker, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.clients.jira.GATEWAY", "127.0.0.1")
    upstream.script = [said({"accountId": "x"})]
    jira = Jira(asker(f"{upstream.url}/ex/jira/cloud-id"), "cloud", "https://acme.atlassian.net")
    await jira.myself()
    assert upstream.asked[0].path == "/ex/jira/cloud-id/rest/api/3/myself"


# ------------------------------------------------------------------ Data Center, sprints, projects


async def test_data_center_is_asked_for_each(upstream: Upstream, center: Jira) -> None:
    upstream.routes["/rest/api/2/issue/SHOP-1"] = issue("SHOP-1", assignee={"name": "ann", "displayName": "Ann"})
    answer = await center.issues(["SHOP-1", "SHOP-2"])
    assert (answer.found["SHOP-1"].assignee, answer.missing) == ("Ann", ("SHOP-2",))
    assert all(each.method == "GET" for each in upstream.asked)
    assert center.link("SHOP-1") is None


OLD = "com.example.Sprint@1f[id=7,rapidViewId=2,state=ACTIVE,name=Sprint 7, the last,startDate=x]"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"id": 7, "name": "Sprint 7", "state": "active", "boardId": 2}], [(7, "Sprint 7", "active")]),
        ([OLD], [(7, "Sprint 7, the last", "active")]),
        ([{"id": 6, "name": None, "state": "closed"}, OLD], [(6, "", "closed"), (7, "Sprint 7, the last", "active")]),
        *[(value, []) for value in (None, [], "", ["Sprint 7"], [None], 7)],
    ],
)
async def test_sprints_of_all_ages(upstream: Upstream, jira: Jira, value: Any, expected: list[Any]) -> None:
    upstream.script = [bulk(issue("SHOP-1", customfield_10021=value))]
    found = (await jira.issues(["SHOP-1"], sprint="customfield_10021")).found["SHOP-1"]
    assert [(each.id, each.name, each.state) for each in found.sprints] == expected
    assert "customfield_10021" in upstream.asked[0].json["fields"]


async def test_the_sprint_field_is_found_by_its_schema_once(upstream: Upstream, jira: Jira, asker: Asker) -> None:
    fields = [
        {"id": "summary", "schema": {"type": "string"}},
        {"id": "issuekey"},
        {"id": "customfield_10021", "schema": {"custom": "com.pyxis.greenhopper.jira:gh-sprint"}},
    ]
    upstream.script = [said(fields, **ME), said(fields[:2], **ME)]
    assert [await jira.sprint_field(), await jira.sprint_field()] == ["customfield_10021"] * 2
    other = Jira(asker(upstream.url))
    assert [await other.sprint_field(), await other.sprint_field()] == [None, None]
    assert len(upstream.asked) == 2


async def test_the_projects(upstream: Upstream, jira: Jira, center: Jira) -> None:
    shop, pay = {"id": "1", "key": "SHOP", "name": "Shop"}, {"id": "2", "key": "PAY"}
    upstream.script = [
        said({"values": [shop], "isLast": False, "nextPage": "https://evil.example"}, **ME),
        said({"values": [pay], "isLast": True}, **ME),
        said([shop, pay]),
    ]
    assert [each.key for each in await jira.projects()] == ["SHOP", "PAY"]
    assert [each.key for each in await center.projects()] == ["SHOP", "PAY"]
    assert [each.query.get("startAt") for each in upstream.asked] == [["0"], ["1"], None]
