"""What we ask Argo CD, and what we make of its applications."""

import asyncio
from dataclasses import replace
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
    return {"metadata": {"name": name}, "status": {"summary": {"images": ["acme/checkout:1.4.0"]}}}


def named(item: Any) -> str:
    return str(item["metadata"]["name"])


async def test_all_applications_of_projects(upstream: Upstream, argocd: ArgoCD) -> None:
    upstream.script = [said({"metadata": {"resourceVersion": "9"}, "items": [application("a"), application("b")]})]
    found = await argocd.each(named, ["shop", "pay"], "team=shop,tier!=x")
    assert found == ["a", "b"]
    (asked,) = upstream.asked
    assert (asked.path, asked.query) == (PATH, {"projects": ["shop", "pay"], "selector": ["team=shop,tier!=x"]})


@pytest.mark.parametrize("body", [{"metadata": {}, "items": None}, {"items": []}, {"metadata": {}}])
async def test_no_applications(upstream: Upstream, argocd: ArgoCD, body: Any) -> None:
    upstream.script = [said(body)]
    assert await argocd.each(named) == []
    assert upstream.asked[0].target == PATH


async def test_three_thousand_applications_are_read_one_by_one(upstream: Upstream, asker: Asker) -> None:
    one = application("x" * 40)
    one["status"]["resources"] = [{"kind": "Deployment", "name": f"n{n}", "status": "Synced"} for n in range(40)]
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
    found = await ArgoCD(client).each(named)
    assert len(found) == 3000
    assert set(found) == {"x" * 40}
    assert 3000 * len(text) > 5_000_000


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (web.Response(text='{"metadata":{},"items":[{"metadata":{"name":"a"}},'), "integration_error", "in the middle"),
        (web.Response(text="<html>", content_type="text/html"), "integration_error", "HTML"),
        (web.Response(text="[]"), "integration_error", "expected an object"),
        (said({"error": "no session information", "code": 16}, 401), "auth_error", "HTTP 401"),
        (said({"message": "permission denied", "code": 7}, 403), "forbidden", "permission denied"),
    ],
    ids=["cut", "page", "list", "no session", "denied"],
)
async def test_a_list_that_cannot_be_used(
    upstream: Upstream, argocd: ArgoCD, answer: Any, kind: str, says: str
) -> None:
    upstream.script = [answer]
    with pytest.raises(ApiFault) as caught:
        await argocd.each(named)
    assert caught.value.kind == kind
    assert says in caught.value.detail


async def test_a_list_that_takes_its_time_is_waited_for(upstream: Upstream, asker: Asker) -> None:
    async def slowly(_: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.2)
        return said({"items": [application("a")]})

    upstream.routes |= {PATH: slowly, "/api/version": slowly}
    argocd = ArgoCD(asker(upstream.url, limits=replace(QUICK, read=0.05, list_read=60, tries=1)))
    assert await argocd.each(named) == ["a"]
    with pytest.raises(ApiFault, match="no answer in time"):
        await argocd.api.get("/api/version")


async def test_a_list_that_breaks_off_is_read_anew_as_a_whole(upstream: Upstream, argocd: ArgoCD) -> None:
    async def breaks(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "90000", "Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"items":[' + orjson.dumps(application("a")) + b",")
        assert request.transport is not None
        request.transport.close()
        return response

    upstream.script = [breaks, said({"items": [application("a"), application("b")]})]
    assert await argocd.each(named) == ["a", "b"]
