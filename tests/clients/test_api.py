"""What a client sends, and how often it tries, against a real server."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from aiohttp import web

from app.clients.addressed import segment
from app.clients.api import Api
from app.clients.auth import Basic
from app.kernel.errors import ConfigError
from app.kernel.secrets import Secret, scrub
from tests.clients.conftest import QUICK, TOKEN, Asker
from tests.clients.faulted import fault, page
from tests.clients.upstream import Upstream, dribbles, hangs, said

# ------------------------------------------------------------------ what is sent


async def test_it_asks_below_the_url_with_the_token(upstream: Upstream, asker: Asker) -> None:
    upstream.script = [said({"id": 7}, ETag="x")]
    reply = await asker(upstream.url + "/2.0/").get(
        f"/refs/{segment('feature/a b')}", {"q": "a+b", "state": ["x", "y"]}
    )
    assert (reply.status, reply.value, reply.headers["etag"]) == (200, {"id": 7}, "x")
    (asked,) = upstream.asked
    assert asked.path == "/2.0/refs/feature%2Fa%20b"
    assert asked.query == {"q": ["a+b"], "state": ["x", "y"]}
    assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
    assert (asked.headers["Accept"], asked.headers["User-Agent"]) == ("application/json", "Shipbell")


async def test_an_account_and_its_token(upstream: Upstream, asker: Asker) -> None:
    upstream.script = [said({})]
    await asker(upstream.url, auth=Basic("ann@example.com", Secret("token-of-ann"))).get("/x")
    sent = upstream.asked[0].headers["Authorization"]
    assert sent == "Basic YW5uQGV4YW1wbGUuY29tOnRva2VuLW9mLWFubg=="
    assert "YW5u" not in scrub(f"it said {sent.partition(' ')[2]}")


async def test_nothing_is_inherited_from_the_environment(
    upstream: Upstream, asker: Asker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    upstream.script = [said({})]
    await asker(upstream.url, auth=None).get("/x")
    assert "Authorization" not in upstream.asked[0].headers


@pytest.mark.parametrize(
    "url", ["ftp://example.com", "example.com", "https://me:pw@example.com", "https://e.com?a=b", ""]
)
def test_a_url_that_cannot_be_one_is_a_mistake_of_the_configuration(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Api("acme", url)
    assert "pw" not in str(caught.value)


async def test_cookies_are_not_kept(upstream: Upstream, api: Api) -> None:
    upstream.script = [said({}, Set_Cookie="JSESSIONID=of-nobody; Path=/"), said({})]
    await api.get("/x")
    await api.get("/x")
    assert "Cookie" not in upstream.asked[1].headers


# ------------------------------------------------------------------ tries


async def test_what_passes_is_tried_again(upstream: Upstream, api: Api) -> None:
    upstream.script = [said({}, 503), said({}, 429), page(status=502), said({"ok": True})]
    assert (await api.get("/x")).value == {"ok": True}
    assert len(upstream.asked) == api.requests == 4


async def test_a_post_is_sent_again_as_it_was(upstream: Upstream, api: Api) -> None:
    upstream.script = [said({}, 500), said({"ok": True})]
    await api.post("/x", {"keys": ["A-1"]})
    assert [each.json for each in upstream.asked] == [{"keys": ["A-1"]}] * 2


@pytest.mark.parametrize(
    ("status", "kind", "tries"),
    [
        *[(400, "integration_error", 1), (401, "auth_error", 1), (403, "forbidden", 1), (404, "not_found", 1)],
        *[(410, "integration_error", 1), (202, "integration_error", 1), (204, "integration_error", 1)],
        *[(408, "unreachable", 4), (429, "rate_limited", 4), (500, "unreachable", 4), (503, "unreachable", 4)],
    ],
)
async def test_what_a_status_means(upstream: Upstream, api: Api, status: int, kind: str, tries: int) -> None:
    upstream.routes["/x"] = lambda _: said({"error": {"message": "sorry"}}, status)
    found = await fault(api.get("/x", {"key": "hush"}))
    assert (found.kind, found.status, found.upstream) == (kind, status, "acme")
    assert len(upstream.asked) == tries
    assert f"HTTP {status} for GET /x" in found.detail


@pytest.mark.parametrize(
    "body", [{"error": {"message": "sorry"}}, {"errorMessages": ["sorry"]}, {"message": "sorry", "error": "x"}]
)
async def test_what_an_upstream_says_of_its_fault(upstream: Upstream, api: Api, body: Any) -> None:
    upstream.script = [said(body, 403)]
    assert (await fault(api.get("/x"))).detail == "HTTP 403 for GET /x: sorry"


@pytest.mark.parametrize("body", ["<h1>no</h1>", "[]", '{"error": 1, "errorMessages": []}', '"x"', "", "x" * 20_000])
async def test_a_fault_that_says_nothing_is_one_all_the_same(upstream: Upstream, api: Api, body: str) -> None:
    upstream.script = [web.Response(text=body, status=404)]
    assert (await fault(api.get("/x"))).detail == "HTTP 404 for GET /x"


async def test_words_of_an_upstream_are_made_harmless(upstream: Upstream, api: Api) -> None:
    upstream.script = [said({"message": f"\x1b[31m{TOKEN}" + "x" * 999}, 403)]
    found = await fault(api.get("/x"))
    assert "\\u001b" in found.detail
    assert len(found.detail) == 300


async def test_a_pause_that_does_not_fit_ends_the_call_and_holds_the_next(upstream: Upstream, asker: Asker) -> None:
    client = asker(upstream.url, limits=replace(QUICK, deadline=20, longest_pause=60))
    upstream.script, began = [said({}, 429, Retry_After="30"), said({})], monotonic()
    found = await fault(client.get("/x"))
    assert (found.kind, found.retry_after) == ("rate_limited", 30)
    found = await fault(client.get("/x"))
    assert (found.kind, found.status) == ("rate_limited", None)
    assert 30 - (monotonic() - began) - 0.1 < (found.retry_after or 0) <= 30
    assert len(upstream.asked) == 1


async def test_a_pause_has_a_longest(upstream: Upstream, api: Api) -> None:
    upstream.script = [said({}, 503, Retry_After="86400"), said({}, 429, Retry_After="86400"), said({"ok": True})]
    assert (await asyncio.wait_for(api.get("/x"), 30)).value == {"ok": True}


@pytest.mark.parametrize("answer", [hangs, dribbles], ids=["hangs", "dribbles"])
async def test_the_deadline_is_hard(upstream: Upstream, asker: Asker, answer: Any) -> None:
    upstream.routes["/x"] = answer
    client = asker(upstream.url, limits=replace(QUICK, deadline=0.2))
    found = await asyncio.wait_for(fault(client.get("/x", {"key": "hush"})), 30)
    assert (found.kind, found.detail) == ("unreachable", "no answer within 0.2 s")


async def test_nobody_there(asker: Asker) -> None:
    client = asker("http://127.0.0.1:9")
    found = await fault(client.get("/x"))
    assert (found.kind, found.detail, client.requests) == ("unreachable", "cannot connect", 4)


async def test_an_answer_that_breaks_off(upstream: Upstream, api: Api) -> None:
    async def breaks(request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"a":')
        assert request.transport is not None
        request.transport.close()
        return response

    upstream.script = [breaks, said({"ok": True})]
    assert (await api.get("/x")).value == {"ok": True}


async def test_a_certificate_that_nobody_signed(
    certificate: Path, listen: Callable[..., Awaitable[int]], asker: Asker
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    port = await listen(b"", context)
    found = await fault(asker(f"https://127.0.0.1:{port}", limits=replace(QUICK, tries=1)).get("/x"))
    assert (found.kind, found.detail) == ("unreachable", "the certificate is not trusted")
