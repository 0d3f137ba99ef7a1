"""Tickets: what everybody may read, and that nothing of a restricted one leaves the room."""

from typing import Any

import orjson
import pytest

from app.events import Draft
from app.kernel.errors import BadPayload
from app.sources import Inbound
from app.sources.jira import parse
from app.sources.jira.sprint import sprint_of

SITE = "https://acme.atlassian.net/rest/api/2/issue/10412"


def fields(**more: Any) -> dict[str, Any]:
    return {
        "summary": "Keep the CANARY",
        "project": {"key": "SHOP", "name": "CANARY"},
        "issuetype": {"name": "CANARY type"},
        "status": {"name": "CANARY status", "statusCategory": {"key": "done", "name": "CANARY"}},
        "assignee": {"accountId": "5:1", "displayName": "CANARY Varga"},
        "fixVersions": [{"name": "CANARY 47"}],
        "customfield_7": [{"id": 1, "boardId": 3, "state": "active", "name": "CANARY sprint"}],
        "security": None,
        **more,
    }


def one(kind: str = "jira:issue_updated", address: str = SITE, **more: Any) -> Draft:
    body = {
        "timestamp": 1795167000250,
        "webhookEvent": kind,
        "user": {"accountId": "5:2", "displayName": "CANARY Brandt", "emailAddress": "canary@example.com"},
        "issue": {"id": "10412", "key": "SHOP-412", "self": address, "fields": fields(**more)},
        "changelog": {
            "id": "20014",
            "items": [{"field": "CANARY field", "fromString": "CANARY", "toString": "CANARY"}],
        },
    }
    drafts = parse(Inbound({}, orjson.dumps(body)))
    assert isinstance(drafts, list)
    (draft,) = drafts
    return draft


def test_what_everybody_may_read() -> None:
    draft = one()
    assert draft.fields["ticket"] == {
        "key": "SHOP-412",
        "project": "SHOP",
        "summary": "Keep the CANARY",
        "status": "CANARY status",
        "status_category": "done",
        "type": "CANARY type",
        "fix_versions": ["CANARY 47"],
        "assignee": "CANARY Varga",
        "sprint": "CANARY sprint",
        "changed": ["CANARY field"],
    }
    assert draft.texts == ("SHOP-412", "Keep the CANARY")
    assert draft.hints.service == (("project", "SHOP"),)
    assert draft.subject == "ticket:jira:acme.atlassian.net:10412"


@pytest.mark.parametrize("level", [{"id": "1", "name": "CANARY level"}, {}, [], "CANARY", False, 0])
@pytest.mark.parametrize("kind", ["jira:issue_created", "jira:issue_updated", "jira:issue_deleted"])
def test_of_a_restricted_ticket_nothing_leaves_but_its_key(kind: str, level: object) -> None:
    draft = one(kind, security=level)
    assert draft.fields == {"ticket": {"key": "SHOP-412", "project": "SHOP", "restricted": True}}
    assert draft.texts == ()
    assert "canary" not in repr(draft).lower()


def test_a_refusal_quotes_nothing_of_it() -> None:
    with pytest.raises(BadPayload) as refusal:
        one(security={"name": "x"}, summary={"CANARY": "CANARY"})
    assert "CANARY" not in str(refusal.value)


def test_fix_versions_that_are_not_told_are_not_none() -> None:
    assert one(fixVersions=[]).fields["ticket"]["fix_versions"] == []
    assert one(fixVersions=None).fields["ticket"]["fix_versions"] is None


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("http://jira.example.com:8080/rest/api/2/issue/1", "jira.example.com:8080"),
        ("https://api.atlassian.com/ex/jira/1F-22/rest/api/3/issue/1", "1f-22"),
        ("nonsense", None),
    ],
)
def test_which_site_it_is(address: str, site: str | None) -> None:
    assert one(address=address).instance == site


OLD = "com.atlassian.greenhopper.service.sprint.Sprint@1f[id=1,rapidViewId=2,state={},name={},goal=,startDate=<null>]"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ([{"boardId": 3, "state": "closed", "name": "46"}, {"boardId": 3, "state": "active", "name": "47"},
          {"boardId": 3, "state": "future", "name": "48"}], "47"),
        ([{"boardId": 3, "state": "closed", "name": "45"}, {"boardId": 3, "state": "closed", "name": "46"}], "46"),
        ([OLD.format("CLOSED", "46"), OLD.format("ACTIVE", "47, B"), OLD.format("FUTURE", "48")], "47, B"),
        ([{"boardId": 3, "state": "active", "name": "A"}, {"boardId": 4, "state": "active", "name": "B"}], "B"),
        ([{"id": "1", "value": "an option", "name": "no sprint"}], None),
        (["a label", 7, None, {"boardId": 3}], None),
        ("text", None),
        (None, None),
    ],
)  # fmt: skip
def test_a_sprint_is_known_by_its_looks(value: object, name: str | None) -> None:
    assert sprint_of({"customfield_10021": value, "labels": ["x"]}) == name
    assert sprint_of({"sprint": value}) is None
