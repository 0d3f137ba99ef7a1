"""A Jira issue as the REST API shows it, with the fields that were asked for."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from app.kernel.clock import to_datetime
from app.standins.story.model import Person, Sprint, Ticket, Version

SITE = "https://acme.atlassian.net"
SPRINT_FIELD = "customfield_10020"
_CATEGORIES = {
    "new": (2, "blue-gray", "To Do"),
    "indeterminate": (4, "yellow", "In Progress"),
    "done": (3, "green", "Done"),
}
_PROJECTS = {"SHOP": ("10001", "Shop"), "PAY": ("10002", "Payments"), "OPS": ("10003", "Operations")}


def issue(ticket: Ticket, api: str, *, server: bool, wanted: Collection[str] = ()) -> dict[str, Any]:
    """The issue under the key that it has now; `api` is the root of `self` links, such as `…/rest/api/3`.

    `server`: of the Data Center edition, where people have names instead of account ids.
    """
    told = {
        "summary": ticket.summary,
        "status": _status(ticket, api),
        "statusCategory": _category(ticket, api),
        "assignee": _person(ticket.assignee, api, server=server),
        "reporter": _person(ticket.assignee, api, server=server),
        "issuetype": {
            "self": f"{api}/issuetype/{_type_id(ticket)}",
            "id": _type_id(ticket),
            "description": "",
            "name": ticket.type,
            "subtask": False,
            "hierarchyLevel": 0,
        },
        "project": project(ticket.key.partition("-")[0], api),
        "priority": {"self": f"{api}/priority/3", "name": "Medium", "id": "3"},
        "labels": [],
        "components": [],
        "versions": [],
        "resolution": None,
        "duedate": None,
        "created": _time(ticket.created),
        "updated": _time(ticket.updated),
        "statuscategorychangedate": _time(ticket.updated),
        "security": _level(ticket, api),
        SPRINT_FIELD: _sprint(ticket.sprint, server=server) if ticket.sprint else None,
    }
    if ticket.fix_versions is not None:
        told["fixVersions"] = [version(each, api) for each in ticket.fix_versions]
    everything = not wanted or {"*all", "*navigable"} & set(wanted)
    return {
        "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
        "id": ticket.id,
        "self": f"{api}/issue/{ticket.id}",
        "key": ticket.key,
        "fields": told if everything else {name: each for name, each in told.items() if name in wanted},
    }


def _status(ticket: Ticket, api: str) -> dict[str, Any]:
    number = str(10_000 + len(ticket.category))
    return {
        "self": f"{api}/status/{number}",
        "description": "",
        "iconUrl": f"{SITE}/",
        "name": ticket.status,
        "id": number,
        "statusCategory": _category(ticket, api),
    }


def _category(ticket: Ticket, api: str) -> dict[str, Any]:
    number, colour, name = _CATEGORIES[ticket.category]
    page = f"{api}/statuscategory/{number}"
    return {"self": page, "id": number, "key": ticket.category, "colorName": colour, "name": name}


def _person(person: Person | None, api: str, *, server: bool) -> dict[str, Any] | None:
    if person is None:
        return None
    login = person.email.partition("@")[0]
    told: dict[str, Any] = {"emailAddress": person.email, "displayName": person.name, "active": True}
    told |= {"timeZone": "Europe/Lisbon", "avatarUrls": {"48x48": f"https://avatar.example.com/{person.uuid}"}}
    if server:
        return {"self": f"{api}/user?username={login}", "name": login, "key": login, **told}
    page = f"{api}/user?accountId={quote(person.account_id, safe='')}"
    return {"self": page, "accountId": person.account_id, **told, "accountType": "atlassian"}


def _type_id(ticket: Ticket) -> str:
    return {"Story": "10011", "Bug": "10012"}.get(ticket.type, "10013")


def project(key: str, api: str) -> dict[str, Any]:
    """A project, as issues have it."""
    number, name = _PROJECTS[key]
    page = f"{api}/project/{number}"
    return {"self": page, "id": number, "key": key, "name": name, "projectTypeKey": "software", "simplified": False}


def projects(api: str) -> list[dict[str, Any]]:
    """All that there are."""
    return [project(key, api) for key in _PROJECTS]


def version(one: Version, api: str) -> dict[str, Any]:
    """A version of a project."""
    told = {"self": f"{api}/version/{one.id}", "id": one.id, "name": one.name, "archived": False}
    return told | {"released": one.released, "releaseDate": to_datetime(one.date).strftime("%Y-%m-%d")}


def _level(ticket: Ticket, api: str) -> dict[str, Any] | None:
    if not ticket.level:
        return None
    told = {"self": f"{api}/securitylevel/10100", "id": "10100", "name": ticket.level}
    return told | {"description": "Only the security team reads these"}


def _sprint(one: Sprint, *, server: bool) -> list[Any]:
    """A list of one object; older servers wrote each as a text."""
    told = {
        "id": one.id,
        "name": one.name,
        "state": one.state,
        "boardId": 8,
        "goal": "",
        "startDate": f"{_time(one.started)[:-5]}Z",
        "endDate": f"{_time(one.ended)[:-5]}Z",
    }
    if one.state == "closed":
        told["completeDate"] = told["endDate"]
    if server:
        inner = ",".join(f"{name}={str(value).upper() if name == 'state' else value}" for name, value in told.items())
        return [f"com.atlassian.greenhopper.service.sprint.Sprint@1f{one.id}[{inner}]"]
    return [told]


def _time(us: int) -> str:
    """As Jira writes it: milliseconds, and the zone without a colon."""
    return to_datetime(us).strftime("%Y-%m-%dT%H:%M:%S.") + f"{us % 1_000_000 // 1000:03}+0000"
