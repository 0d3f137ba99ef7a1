"""Health, readiness and metrics."""

import pytest

from app.kernel.errors import StoreUnavailable
from tests.api.conftest import Api, StartApi
from tests.tools.promtool import check_metrics


async def ready(api: Api) -> tuple[int, dict[str, str]]:
    answer = await api.ask("GET", "/readyz", as_=None)
    return answer.status_code, {name: value for name, value in answer.json().items() if value != "ok"}


async def test_a_service_that_stands_is_ready(api: Api) -> None:
    assert await ready(api) == (200, {})


async def test_it_is_not_ready_while_it_drains(api: Api) -> None:
    api.parts.draining.set()
    assert await ready(api) == (503, {"status": "not ready", "process": "draining"})


async def test_it_is_not_ready_without_room_on_the_disk(start: StartApi) -> None:
    assert await ready(await start(SHIPBELL_DISK_RESERVE_BYTES=str(1 << 60))) == (
        503, {"status": "not ready", "door": "disk_full"})  # fmt: skip


async def test_it_is_not_ready_without_its_store_but_lives(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(self: object) -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(type(api.parts.database), "ping", away)
    assert await ready(api) == (503, {"status": "not ready", "store": "unavailable"})
    assert (await api.ask("GET", "/healthz", as_=None)).json() == {"status": "ok"}


async def test_promtool_finds_nothing_wrong_with_what_is_scraped(api: Api) -> None:
    await api.ask("GET", "/api/v1/events")
    answer = await api.ask("GET", "/metrics", as_=None)
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert check_metrics(answer.text) == ""


async def test_openmetrics_is_answered_to_whoever_asks_for_it(api: Api) -> None:
    headers = {"accept": "application/openmetrics-text; version=1.0.0"}
    answer = await api.ask("GET", "/metrics", as_=None, headers=headers)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


async def test_a_hostile_request_creates_no_series(api: Api) -> None:
    async def series() -> set[str]:
        text = (await api.ask("GET", "/metrics", as_=None)).text
        return {line.rpartition(" ")[0] for line in text.splitlines() if line and line[0] != "#"}

    await api.ask("GET", "/nothing")
    await api.ask("BREW", "/nothing")
    await api.ask("POST", "/hooks/nobody", as_=None)
    await api.ask("POST", "/hooks/bitbucket", as_=None, content=b"x")
    before = await series()
    for number in range(20):
        await api.ask("POST", f"/hooks/evil-{number}", as_=None, content=b"x")
        await api.ask("POST", "/hooks/bitbucket", as_=None, content=b"x", headers={"x-event-key": f"evil:{number}"})
        await api.ask("GET", f"/evil/{number}")
        await api.ask("GET", f"/api/v1/events/{number:032x}")
        await api.ask(f"EVIL{number}", "/api/v1/events")
    grown = await series() - before
    assert not [each for each in grown if "evil" in each.lower()]
    assert len(grown) < 20  # those of a route that was asked for the first time
