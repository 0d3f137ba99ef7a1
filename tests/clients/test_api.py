"""Retries, limits, circuits and silence of a client, against a real server."""

import asyncio
import gzip
import ssl
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from app import telemetry
from app.clients.addressed import segment
from app.clients.api import Api, Limits
from app.clients.auth import Basic
from app.clients.budget import Budget
from app.clients.circuit import Circuit
from app.clients.faults import KINDS, ApiFault
from app.kernel.errors import ConfigError
from app.kernel.secrets import Secret, scrub
from tests.clients.conftest import QUICK, TOKEN, Asker
from tests.clients.upstream import Upstream, dribbles, hangs, said


async def fault(asked: Awaitable[Any]) -> ApiFault:
    """The fault of a question that has to fail; it shows neither the token nor the query."""
    with pytest.raises(ApiFault) as caught:
        await asked
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert TOKEN not in shown
    assert "hush" not in shown
    return caught.value


def page(text: str = "<html>Log in</html>", status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")


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
    client = asker(upstream.url, limits=replace(QUICK, longest_pause=60))
    upstream.script = [said({}, 429, Retry_After="30"), said({})]
    found = await fault(client.get("/x"))
    assert (found.kind, found.retry_after) == ("rate_limited", 30)
    found = await fault(client.get("/x"))
    assert (found.kind, found.status) == ("rate_limited", None)
    assert 29 < (found.retry_after or 0) <= 30
    assert len(upstream.asked) == 1


async def test_a_pause_has_a_longest(upstream: Upstream, api: Api) -> None:
    upstream.script = [said({}, 503, Retry_After="86400"), said({}, 429, Retry_After="86400"), said({"ok": True})]
    assert (await asyncio.wait_for(api.get("/x"), 2)).value == {"ok": True}


@pytest.mark.parametrize("answer", [hangs, dribbles], ids=["hangs", "dribbles"])
async def test_the_deadline_is_hard(upstream: Upstream, asker: Asker, answer: Any) -> None:
    upstream.routes["/x"] = answer
    client = asker(upstream.url, limits=replace(QUICK, deadline=0.2))
    found = await asyncio.wait_for(fault(client.get("/x", {"key": "hush"})), 2)
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


# ------------------------------------------------------------------ budgets, circuits, places


async def test_a_spent_budget_asks_no_more(upstream: Upstream, asker: Asker) -> None:
    upstream.routes["/x"] = lambda _: said({})
    client = asker(upstream.url, budget=Budget(10))
    for _ in range(9):
        await client.get("/x")
    assert (await fault(client.get("/x"))).kind == "budget_spent"  # the tenth is kept for the hour that is left
    assert (len(upstream.asked), client.budget.remaining) == (9, 1)


async def test_an_upstream_that_says_that_its_limit_is_near(upstream: Upstream, asker: Asker) -> None:
    client = asker(upstream.url, budget=Budget(1000))
    upstream.script = [said({}, X_RateLimit_NearLimit="true")]
    await client.get("/x")
    assert client.budget.remaining == 200


async def test_a_dead_upstream_is_left_alone_until_a_probe_is_answered(upstream: Upstream, asker: Asker) -> None:
    now = 0.0
    client = asker(upstream.url, circuit=Circuit(2, 30, lambda: now), limits=replace(QUICK, tries=1))
    upstream.script = [said({}, 500), said({}, 500)]
    await fault(client.get("/x"))
    await fault(client.get("/x"))
    gauge = telemetry.UPSTREAM_CIRCUIT_OPEN.labels("acme")
    assert gauge._value.get() == 1
    assert (await fault(client.get("/x"))).kind == "circuit_open"
    assert len(upstream.asked) == 2
    now = 31.0
    upstream.script = [said({"ok": True}), said({"ok": True})]
    await client.get("/x")
    await client.get("/x")
    assert gauge._value.get() == 0


@pytest.mark.parametrize("status", [401, 403, 404, 410, 429])
async def test_what_is_answered_does_not_open_the_circuit(upstream: Upstream, asker: Asker, status: int) -> None:
    upstream.routes["/x"] = lambda _: said({}, status)
    client = asker(upstream.url, circuit=Circuit(1), limits=replace(QUICK, tries=1))
    await fault(client.get("/x"))
    assert not client.circuit.is_open


async def test_one_address_that_hangs_does_not_open_the_circuit_for_the_others(
    upstream: Upstream, asker: Asker
) -> None:
    upstream.routes |= {"/hangs": hangs, "/x": lambda _: said({})}
    client = asker(upstream.url, circuit=Circuit(2), limits=replace(QUICK, deadline=0.2))
    hanging = [asyncio.create_task(fault(client.get("/hangs"))) for _ in range(3)]
    await asyncio.sleep(0.05)
    await client.get("/x")
    assert [(await each).kind for each in hanging] == ["unreachable"] * 3
    assert not client.circuit.is_open


async def test_a_probe_that_was_given_up_lets_another_try(upstream: Upstream, asker: Asker) -> None:
    client = asker(upstream.url, circuit=Circuit(1, 0), limits=replace(QUICK, tries=1))
    upstream.script = [said({}, 500), hangs, said({"ok": True})]
    await fault(client.get("/x"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.get("/x"), 0.05)
    assert (await client.get("/x")).value == {"ok": True}


async def test_no_more_at_once_than_there_are_places(upstream: Upstream, asker: Asker) -> None:
    async def slowly(_: web.BaseRequest) -> web.Response:
        await asyncio.sleep(0.02)
        return said({})

    upstream.routes["/x"] = slowly
    client = asker(upstream.url, concurrency=3)
    await asyncio.gather(*(client.get("/x") for _ in range(9)))
    assert (len(upstream.asked), upstream.most_at_once) == (9, 3)


# ------------------------------------------------------------------ what is counted


async def test_every_try_and_every_fault_is_counted(upstream: Upstream, api: Api) -> None:
    telemetry.create_upstream_series(["acme"], KINDS)

    def counts() -> list[float]:
        tries = [telemetry.UPSTREAM_REQUESTS.labels("acme", each)._value.get() for each in ("2xx", "4xx", "429", "5xx")]
        return [*tries, telemetry.UPSTREAM_FAULTS.labels("acme", "not_found")._value.get()]

    before = counts()
    upstream.script = [said({}, 500), said({}, 429), said({}, X_RateLimit_Remaining="41"), said({}, 404)]
    await api.get("/x")
    await fault(api.get("/x"))
    assert [now - then for now, then in zip(counts(), before, strict=True)] == [1, 1, 1, 1, 1]
    assert telemetry.UPSTREAM_REMAINING.labels("acme")._value.get() == 41


def test_the_limits_that_are_documented() -> None:
    assert (Limits().tries, Limits().longest_pause, Limits().whole) == (4, 60, 64 * 1024 * 1024)
