"""What we ask Argo CD, and what we make of its applications."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from aiohttp import web

from app.clients.api import Api
from app.clients.argocd import ArgoCD
from app.clients.faults import ApiFault
from tests.clients.conftest import QUICK, Asker
from tests.clients.upstream import Upstream, said

PATH = "/api/v1/applications"


@pytest.fixture
def argocd(api: Api) -> ArgoCD:
    return ArgoCD(api)


def application(name: str = "checkout-qa") -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "namespace": "argocd",
            "uid": "u-1",
            "resourceVersion": "9",
            "labels": {"team": "shop"},
        },
        "spec": {
            "project": "shop",
            "source": {
                "repoURL": "https://git.example.com/acme/gitops",
                "path": "apps/checkout/overlays/qa",
                "targetRevision": "main",
                "kustomize": {"images": ["acme/checkout:1.4.0"]},
            },
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "shop-qa"},
        },
        "status": {
            "sync": {"status": "OutOfSync", "revision": "b" * 40},
            "health": {"status": "Degraded", "lastTransitionTime": "2026-11-20T12:00:00Z"},
            "summary": {"images": ["acme/checkout:1.4.0", "acme/proxy:2"]},
            "reconciledAt": "2026-11-20T12:05:00Z",
            "history": [
                {"id": 0, "revision": "a" * 40, "deployedAt": "2026-11-19T10:00:30Z"},
                {
                    "id": 1,
                    "revisions": ["a" * 40, "c" * 40],
                    "deployStartedAt": "2026-11-20T10:00:00Z",
                    "deployedAt": "2026-11-20T10:00:30Z",
                    "initiatedBy": {"username": "ann"},
                },
            ],
            "operationState": {
                "phase": "Succeeded",
                "message": "successfully synced",
                "startedAt": "2026-11-20T10:00:00Z",
                "finishedAt": "2026-11-20T10:00:30Z",
                "operation": {"initiatedBy": {"automated": True}},
                "syncResult": {
                    "revision": "a" * 40,
                    "resources": [
                        {"images": ["acme/checkout:1.4.0"]},
                        {"images": ["acme/checkout:1.4.0"]},
                        {"kind": "Job"},
                    ],
                },
            },
        },
    }


async def test_what_an_application_says(upstream: Upstream, argocd: ArgoCD) -> None:
    upstream.script = [said(application())]
    found = await argocd.application("checkout-qa", "shop")
    assert (found.name, found.namespace, found.project, found.labels) == (
        "checkout-qa",
        "argocd",
        "shop",
        {"team": "shop"},
    )
    (source,) = found.sources
    assert (source.path, source.target_revision, source.images) == (
        *("apps/checkout/overlays/qa", "main", ("acme/checkout:1.4.0",)),
    )
    assert (found.sync, found.revision, found.health) == ("OutOfSync", "b" * 40, "Degraded")
    assert (found.server, found.cluster, found.target_namespace) == ("https://kubernetes.default.svc", "", "shop-qa")
    assert found.images == ("acme/checkout:1.4.0", "acme/proxy:2")
    assert found.health_since == datetime(2026, 11, 20, 12, tzinfo=UTC)
    first, second = found.history
    assert (first.id, first.revision, first.started_at, first.initiated_by) == (0, "a" * 40, None, None)
    assert (second.revision, second.revisions, second.initiated_by) == ("", ("a" * 40, "c" * 40), "ann")
    assert found.operation is not None
    assert (found.operation.phase, found.operation.automated, found.operation.images) == (
        *("Succeeded", True, ("acme/checkout:1.4.0",)),
    )
    assert upstream.asked[0].target == f"{PATH}/checkout-qa?project=shop"


async def test_one_that_was_made_just_now_says_little(upstream: Upstream, argocd: ArgoCD) -> None:
    new = {
        "metadata": {"name": "new", "labels": None},
        "spec": {"source": None},
        "status": {"history": None, "summary": {}},
    }
    upstream.script = [said(new)]
    found = await argocd.application("new", "shop")
    assert (found.sync, found.health, found.history, found.images, found.sources) == ("", "", (), (), ())
    assert (found.labels, found.operation, found.deleted_at) == ({}, None, None)


async def test_several_sources(upstream: Upstream, argocd: ArgoCD) -> None:
    both = application()
    both["spec"]["sources"] = [{"repoURL": "a", "chart": "shop"}, {"repoURL": "b", "path": "values"}]
    both["status"]["sync"] = {"status": "Synced", "revisions": ["1.2.3", "d" * 40]}
    upstream.script = [said(both)]
    found = await argocd.application("x", "shop")
    assert [(each.repository, each.chart, each.path) for each in found.sources] == [
        ("a", "shop", ""),
        ("b", "", "values"),
    ]
    assert (found.revision, found.revisions) == ("", ("1.2.3", "d" * 40))


async def test_all_applications_of_projects(upstream: Upstream, argocd: ArgoCD) -> None:
    upstream.script = [said({"metadata": {"resourceVersion": "9"}, "items": [application("a"), application("b")]})]
    found = await argocd.applications(["shop", "pay"], "team=shop,tier!=x")
    assert [each.name for each in found] == ["a", "b"]
    (asked,) = upstream.asked
    assert (asked.path, asked.query) == (PATH, {"projects": ["shop", "pay"], "selector": ["team=shop,tier!=x"]})


@pytest.mark.parametrize("body", [{"metadata": {}, "items": None}, {"items": []}, {"metadata": {}}])
async def test_no_applications(upstream: Upstream, argocd: ArgoCD, body: Any) -> None:
    upstream.script = [said(body)]
    assert await argocd.applications() == []
    assert upstream.asked[0].target == PATH


async def test_three_thousand_applications_are_read_one_by_one(upstream: Upstream, asker: Asker) -> None:
    one = application("x" * 40)
    one["status"]["resources"] = [{"kind": "Deployment", "name": f"n{n}", "status": "Synced"} for n in range(20)]
    text = orjson.dumps(one)

    async def listed(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"metadata":{},"items":[')
        for n in range(300):
            await response.write((b"," if n else b"") + b",".join([text] * 10))
        await response.write(b"]}")
        return response

    upstream.routes[PATH] = listed
    # What would be held whole, or as one item, may be far smaller than the answer of 7 MB.
    client = asker(upstream.url, limits=replace(QUICK, read=10, deadline=30, whole=10_000, item=4096))
    found = await ArgoCD(client).applications()
    assert len(found) == 3000
    assert {each.name for each in found} == {"x" * 40}
    assert 3000 * len(text) > 5_000_000


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (web.Response(text='{"metadata":{},"items":[{"metadata":{"name":"a"}},'), "integration_error", "in the middle"),
        (web.Response(text='{"items":[{"metadata":{}}]}'), "integration_error", "metadata.name"),
        (web.Response(text="<html>", content_type="text/html"), "integration_error", "HTML"),
        (web.Response(text="[]"), "integration_error", "expected an object"),
        (said({"error": "no session information", "code": 16}, 401), "auth_error", "HTTP 401"),
        (said({"message": "permission denied", "code": 7}, 403), "forbidden", "permission denied"),
    ],
    ids=["cut", "without a name", "page", "list", "no session", "denied"],
)
async def test_a_list_that_cannot_be_used(
    upstream: Upstream, argocd: ArgoCD, answer: Any, kind: str, says: str
) -> None:
    upstream.script = [answer]
    with pytest.raises(ApiFault) as caught:
        await argocd.applications()
    assert caught.value.kind == kind
    assert says in caught.value.detail


async def test_a_list_that_takes_its_time_is_waited_for(upstream: Upstream, asker: Asker) -> None:
    async def slowly(_: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.2)
        return said({"items": [application("a")]})

    upstream.routes |= {PATH: slowly, f"{PATH}/a": slowly}
    argocd = ArgoCD(asker(upstream.url, limits=replace(QUICK, read=0.05, list_read=2, tries=1)))
    assert [each.name for each in await argocd.applications()] == ["a"]
    with pytest.raises(ApiFault, match="no answer in time"):
        await argocd.application("a", "shop")


async def test_a_list_that_breaks_off_is_read_anew_as_a_whole(upstream: Upstream, argocd: ArgoCD) -> None:
    async def breaks(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "90000", "Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"items":[' + orjson.dumps(application("a")) + b",")
        assert request.transport is not None
        request.transport.close()
        return response

    upstream.script = [breaks, said({"items": [application("a"), application("b")]})]
    assert [each.name for each in await argocd.applications()] == ["a", "b"]


async def test_who_made_a_revision(upstream: Upstream, argocd: ArgoCD) -> None:
    upstream.script = [said({"author": "Ann", "date": "2026-11-20T12:00:00Z", "message": "1.4.0 to qa", "tags": None})]
    found = await argocd.metadata("checkout-qa", "a" * 40, "shop")
    assert (found.author, found.message, found.tags) == ("Ann", "1.4.0 to qa", ())
    assert upstream.asked[0].target == f"{PATH}/checkout-qa/revisions/{'a' * 40}/metadata?project=shop"
