"""Answers that a client cannot use, and those that lead to another host."""

import gzip
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from app.clients.api import Api
from tests.clients.conftest import QUICK, Asker
from tests.clients.faulted import fault, page
from tests.clients.upstream import Upstream, dribbles, said

# ------------------------------------------------------------------ answers that cannot be used


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (page(), "HTML"),
        (web.Response(text="\n <!DOCTYPE html>"), "HTML"),
        (web.Response(text="{'a': 1}"), "not JSON"),
        (web.Response(text=""), "not JSON"),
        (web.Response(text='{"a": 1'), "not JSON"),
        (web.Response(body=b'{"a": "\xff"}'), "not JSON"),
        (web.Response(text="[" * 5000 + "]" * 5000), "not JSON"),
        (web.Response(text='"' + "x" * 2000 + '"'), "more than 1000 bytes"),
        (web.Response(body=gzip.compress(b" " * 2000), headers={"Content-Encoding": "gzip"}), "more than 1000 bytes"),
        (web.Response(body=b"no gzip", headers={"Content-Encoding": "gzip"}), "cannot be decoded"),
    ],
    ids=["page", "page by its look", "quotes", "empty", "cut", "latin-1", "deep", "large", "bomb", "encoding"],
)
async def test_an_answer_that_cannot_be_used(upstream: Upstream, asker: Asker, answer: Any, says: str) -> None:
    upstream.script = [answer]
    whole = 20_000 if says == "not JSON" else 1000
    found = await fault(asker(upstream.url, limits=replace(QUICK, whole=whole)).get("/x", {"key": "hush"}))
    assert found.kind == "integration_error"
    assert says in found.detail
    assert len(upstream.asked) == 1


async def test_a_large_answer_is_not_read(upstream: Upstream, asker: Asker) -> None:
    upstream.routes["/x"] = dribbles  # would go on for ten seconds
    found = await fault(asker(upstream.url, limits=replace(QUICK, whole=5)).get("/x"))
    assert found.detail == "an answer of more than 5 bytes"


# ------------------------------------------------------------------ other hosts


async def test_a_redirect_to_the_same_host_is_followed(upstream: Upstream, api: Api) -> None:
    upstream.script = [web.Response(status=301, headers={"Location": "/new?a=b"}), said({"ok": True})]
    assert (await api.get("/old")).value == {"ok": True}
    assert [each.target for each in upstream.asked] == ["/old", "/new?a=b"]


async def test_a_redirect_to_another_host_gets_no_token(upstream: Upstream, api: Api) -> None:
    async with Upstream() as other:
        for location in (f"{other.url}/x?key=hush", "//evil.example/x", "https://[", "ftp://127.0.0.1/x"):
            upstream.script = [web.Response(status=302, headers={"Location": location})]
            found = await fault(api.get("/x"))
            assert found.kind == "integration_error"
            assert "a link that leads to" in found.detail
        assert other.asked == []


async def test_a_link_to_another_host_is_not_asked(upstream: Upstream, api: Api) -> None:
    async with Upstream() as other:
        port = upstream.url.rpartition(":")[2]
        for link in (
            other.url,
            f"http://localhost:{port}/",
            f"https://127.0.0.1:{port}/",
            f"http://me@127.0.0.1:{port}/",
        ):
            assert (await fault(api.get(link))).kind == "integration_error"
        assert other.asked == upstream.asked == []
    upstream.script = [said({})]
    await api.get(f"{upstream.url}/y?ctx=a%2Fb&page=2")
    assert upstream.asked[0].target == "/y?ctx=a%2Fb&page=2"


async def test_a_post_is_sent_to_where_it_was_meant_for_or_not_at_all(upstream: Upstream, api: Api) -> None:
    upstream.routes["/x"] = lambda _: web.Response(status=302, headers={"Location": "/y"})
    assert (await fault(api.post("/x", {}))).kind == "integration_error"
    assert [each.path for each in upstream.asked] == ["/x"]


async def test_redirects_in_a_circle_end(upstream: Upstream, api: Api) -> None:
    upstream.routes["/x"] = lambda _: web.Response(status=302, headers={"Location": "/x"})
    assert (await fault(api.get("/x"))).detail == "it redirects without an end"
    assert len(upstream.asked) == 4
