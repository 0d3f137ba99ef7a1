"""What is sent: one finished build, as Bitbucket tells it and, for Alertmanager, as an alert of the same size.

The build's URL carries the request's number as `results/<number>`: every peer hands it on, and the sink counts by it.
"""

import json

from bench.template import NUMBER, SIGNATURE, Template, post

_API = "https://api.bitbucket.org/2.0"
_WEB = "https://bitbucket.org"
_REPOSITORY = "acme/checkout"
_BUILD_URL = f"{_WEB}/{_REPOSITORY}/pipelines/results/{NUMBER}"
_SHA = f"bdf6fac0519ffd1562461eb82e018ff{NUMBER}"
_COMMIT_URL = f"{_API}/repositories/{_REPOSITORY}/commit/{_SHA}"
_WORKSPACE_UUID = "{3f0e5c1d-8a77-4b5a-9c0e-51d6a1f2b733}"
_REPOSITORY_UUID = "{9b7a2f64-1c3d-4e8a-b2a5-6d2f0c9e4a10}"
_PERSON_UUID = "{c2d91e07-44b8-4f1f-8a63-0a7e5b3d9f26}"
_INITIALS = "https%3A%2F%2Favatar-management--avatars.us-west-2.prod.example.com%2Finitials%2FAE-2.png"
_MESSAGE = """Merged in feature/SHOP-2041-retry-the-basket (pull request #318)

SHOP-2041 Retry the basket when the stock service answers late

The basket gave up at the first time-out of the stock service and told the customer that nothing was left. It now asks
once more after 300 ms, and only then shows what the last good answer said, marked as such.

* one more try after 300 ms, never for a payment
* the metric basket_stock_retries_total counts the second tries
* the time-out of a single try falls from 3 s to 1200 ms, so that the page is not later than before
* the stock service's own retry header is honoured when it asks for less than a second

Approved-by: Grace Example
Approved-by: Alan Example
"""


def bitbucket(path: str, secret: str) -> Template:
    """A signed `repo:commit_status_updated` of a finished build, about 6 KB with its head, as Bitbucket sends it."""
    headers = {
        "User-Agent": "Bitbucket-Webhooks/2.0",
        "X-Event-Key": "repo:commit_status_updated",
        "X-Attempt-Number": "1",
        "X-Hook-UUID": "7c1f8f4e-5d0b-4c57-9f2b-2f6a7a3f1c11",
        "X-Request-UUID": f"6f1d7c7a-0000-4000-8000-000{NUMBER}",
        "X-Hub-Signature": f"sha256={SIGNATURE}",
    }
    return post(path, status_body(), headers, secret)


def alert(path: str) -> Template:
    """An alert of the same news and size; its number is a label, so that each one notifies by itself.

    What rules ask for is a label, what a message shows is an annotation.
    """
    title, _, _ = _MESSAGE.partition("\n")
    body = {
        "labels": {
            "alertname": "pipeline",
            "type": "pipeline.finished",
            "status": "succeeded",
            "service": "checkout",
            "repository": _REPOSITORY,
            "ref": "main",
            "email": "ada@example.com",
            "title": title,
            "build": NUMBER,
        },
        "annotations": {
            "url": _BUILD_URL,
            "commit": _SHA,
            "commit_url": _COMMIT_URL,
            "author": "Ada Example",
            "pipeline": f"Pipeline #{NUMBER} for main",
            "payload": status_body().decode()[:4630],
        },
        "generatorURL": _BUILD_URL,
    }
    return post(path, json.dumps([body]).encode(), {})


def status_body() -> bytes:
    """The JSON of the commit status, with the places of its number."""
    status = {
        "key": "3343801",
        "type": "build",
        "state": "SUCCESSFUL",
        "name": f"Pipeline #{NUMBER} for main",
        "refname": "main",
        "commit": _commit(),
        "url": _BUILD_URL,
        "repository": _repository(),
        "description": "",
        "created_on": "2026-11-20T08:48:56.572438+00:00",
        "updated_on": "2026-11-20T08:51:42.838984+00:00",
        "links": {"self": {"href": f"{_COMMIT_URL}/statuses/build/3343801"}, "commit": {"href": _COMMIT_URL}},
    }
    repository = {
        **_repository(),
        "scm": "git",
        "website": None,
        "is_private": True,
        "parent": None,
        "project": _project(),
        "owner": _workspace("team"),
        "workspace": {"slug": "acme", "name": "Acme", **_workspace("workspace")},
    }
    return json.dumps({"repository": repository, "actor": _workspace("team"), "commit_status": status}).encode()


def _project() -> dict[str, object]:
    api, web = f"{_API}/workspaces/acme/projects/SHOP", f"{_WEB}/acme/workspace/projects/SHOP"
    return {
        "type": "project",
        "key": "SHOP",
        "uuid": "{5d4e8b1f-77aa-4c0e-9f3c-e1b2a3c4d5e6}",
        "name": "Shop",
        "links": {"self": {"href": api}, "html": {"href": web}, "avatar": {"href": f"{web}/avatar/32?ts=1738907820"}},
    }


def _commit() -> dict[str, object]:
    links = {name: {"href": f"{_COMMIT_URL}/{name}"} for name in ("diff", "approve", "comments", "statuses", "patch")}
    html = {"href": f"{_WEB}/{_REPOSITORY}/commits/{_SHA}"}
    return {
        "type": "commit",
        "hash": _SHA,
        "date": "2026-11-20T08:48:15+00:00",
        "author": {"type": "author", "raw": "Ada Example <ada@example.com>", "user": _person()},
        "message": _MESSAGE,
        "links": {"self": {"href": _COMMIT_URL}, "html": html, **links},
    }


def _person() -> dict[str, object]:
    return {
        "display_name": "Ada Example",
        "type": "user",
        "uuid": _PERSON_UUID,
        "account_id": "557058:0f6a1c52-3b9d-4f7e-8d35-7c2b9e4a6d18",
        "nickname": "Ada",
        "links": {
            "self": {"href": f"{_API}/users/{_PERSON_UUID}"},
            "avatar": {"href": "https://secure.gravatar.com/avatar/39c64ab2df0f61fcce00db05f94c611c?d=" + _INITIALS},
            "html": {"href": f"{_WEB}/{_PERSON_UUID}/"},
        },
    }


def _workspace(kind: str) -> dict[str, object]:
    return {
        "type": kind,
        "uuid": _WORKSPACE_UUID,
        "display_name": "Acme",
        "username": "acme",
        "links": {
            "self": {"href": f"{_API}/workspaces/{_WORKSPACE_UUID}"},
            "avatar": {"href": f"{_WEB}/account/acme/avatar/"},
            "html": {"href": f"{_WEB}/{_WORKSPACE_UUID}/"},
        },
    }


def _repository() -> dict[str, object]:
    return {
        "type": "repository",
        "full_name": _REPOSITORY,
        "name": "checkout",
        "uuid": _REPOSITORY_UUID,
        "links": {
            "self": {"href": f"{_API}/repositories/{_REPOSITORY}"},
            "html": {"href": f"{_WEB}/{_REPOSITORY}"},
            "avatar": {"href": f"https://bytebucket.org/ravatar/{_REPOSITORY_UUID}?ts=python"},
        },
    }
