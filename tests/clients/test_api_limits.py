"""Budgets, circuits and places of a client, against a real server, and what is counted."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web

from app import telemetry
from app.clients.api import Api, Limits
from app.clients.budget import Budget
from app.clients.circuit import Circuit
from app.clients.faults import KINDS
from tests.clients.conftest import QUICK, Asker
from tests.clients.faulted import fault
from tests.clients.upstream import Upstream, hangs, said
from tests.running.wait import until


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
    over = asyncio.Event()

    async def hangs_until_it_breaks_off(request: web.BaseRequest) -> web.StreamResponse:
        await over.wait()
        assert request.transport is not None
        request.transport.close()
        return said({})

    upstream.routes |= {"/hangs": hangs_until_it_breaks_off, "/x": lambda _: said({})}
    client = asker(upstream.url, circuit=Circuit(2), limits=replace(QUICK, tries=1))
    hanging = [asyncio.create_task(fault(client.get("/hangs"))) for _ in range(3)]
    await until(lambda: upstream.asked, "one that hangs")  # the others have leave to ask, and may wait for a place
    await client.get("/x")
    over.set()
    assert [(await each).kind for each in hanging] == ["unreachable"] * 3
    assert not client.circuit.is_open


async def test_a_probe_that_was_given_up_lets_another_try(upstream: Upstream, asker: Asker) -> None:
    client = asker(upstream.url, circuit=Circuit(1, 0), limits=replace(QUICK, tries=1))
    upstream.script = [said({}, 500), hangs, said({"ok": True})]
    await fault(client.get("/x"))
    probe = asyncio.create_task(client.get("/x"))
    await until(lambda: len(upstream.asked) == 2, "the probe")
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    assert (await client.get("/x")).value == {"ok": True}


async def test_no_more_at_once_than_there_are_places(upstream: Upstream, asker: Asker) -> None:
    async def slowly(_: web.BaseRequest) -> web.Response:
        while upstream.most_at_once < 3:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.02)  # a fourth would come meanwhile
        return said({})

    upstream.routes["/x"] = slowly
    client = asker(upstream.url, concurrency=3)
    await asyncio.gather(*(client.get("/x") for _ in range(9)))
    assert (len(upstream.asked), upstream.most_at_once) == (9, 3)


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
