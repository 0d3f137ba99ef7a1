"""The composition: what stops a start, which role runs what, and the order of the end."""

import asyncio
import gc
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from app import main
from app.api import front
from app.api.front import Front
from app.clients.late_outbound import LateOutbound
from app.config.reload import Rules
from app.config.settings import read_settings
from app.delivery.courier import Courier
from app.ingest.committer import Committer
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.loops import guarded
from app.main import Building, create_app, prepare, source_names, standing
from app.store.sqlite import SqliteDatabase
from tests.running.hooks import TOKEN, environment, sample
from tests.running.rules import ONE_SINK, sink_rules
from tests.running.wait import until

ROUTES = ONE_SINK.replace("kind: webhook, url_env: SINK_URL, concurrency: 8", "kind: console")


@pytest.fixture(autouse=True)
def unfrozen() -> Iterator[None]:
    """main freezes what lives as long as a service does: here that is shorter than the process."""
    yield
    gc.unfreeze()


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return environment(
        SHIPBELL_DATABASE_URL=f"sqlite:///{tmp_path / 'shipbell.db'}",
        SHIPBELL_RULES_DIR=str(sink_rules(tmp_path / "rules", ROUTES)),
        SHIPBELL_DISK_RESERVE_BYTES="0",
    )


def build(settings: Mapping[str, str]) -> Building:
    return prepare(read_settings(settings), settings, write=lambda _: None)


async def ask(app: Front, method: str, path: str, **more: Any) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        headers = {"authorization": f"Bearer {TOKEN}", **more.pop("headers", {})}
        return await http.request(method, path, headers=headers, **more)


async def take(app: Front) -> httpx.Response:
    hook = sample("bitbucket", "pipeline-failed")
    return await ask(app, "POST", hook.path, content=hook.body, headers=hook.signed())


async def state(app: Front, kind: str) -> list[str]:
    answer = await ask(app, "GET", f"/api/v1/{kind}")
    return [item["state"] for item in answer.json()["items"]]


def test_an_address_that_others_reach_needs_tokens(settings: dict[str, str]) -> None:
    without = {name: value for name, value in settings.items() if name != "SHIPBELL_API_TOKENS"}
    for host in ("0.0.0.0", "::", "192.0.2.7", "shipbell.example.com"):
        with pytest.raises(ConfigErrors, match="without SHIPBELL_API_TOKENS"):
            build({**without, "SHIPBELL_HOST": host})
        assert build({**settings, "SHIPBELL_HOST": host}).tokens
    for host in ("127.0.0.1", "::1", "localhost"):
        assert build({**without, "SHIPBELL_HOST": host}).tokens == ()


def test_all_faults_are_told_at_once_and_nothing_is_opened(settings: dict[str, str], tmp_path: Path) -> None:
    wrong = {
        **settings, "SHIPBELL_SECRET_ARGOCD": "", "SHIPBELL_API_TOKENS": "x", "SHIPBELL_RULES_DIR": "nowhere",
        "SHIPBELL_DATABASE_URL": "oracle://x",
    }  # fmt: skip
    with pytest.raises(ConfigErrors) as caught:
        build(wrong)
    text = str(caught.value)
    assert len(caught.value.problems) == 4
    for word in ("SHIPBELL_SECRET_ARGOCD", "API_TOKENS", "nowhere", "oracle"):
        assert word in text
    build(settings)
    assert not (tmp_path / "shipbell.db").exists()


def test_the_doors_stand_as_their_secrets_say(settings: dict[str, str]) -> None:
    building = build({**settings, "SHIPBELL_SECRET_ARGOCD": "auth:none"})
    doors = standing(building)
    assert doors | {"argocd": "open to all", "bitbucket": "open", "scans": "api", "sourceclear": "open"} == doors
    assert doors | {"collector": "inside", "reports": "open"} == doors
    assert {"argocd", "bitbucket", "reports", "sourceclear"} <= set(source_names())
    assert not {"scans", "collector"} & set(source_names())


def test_what_nobody_reads_is_a_warning(settings: dict[str, str]) -> None:
    assert build(settings).warnings == ()
    (warning,) = build({**settings, "SHIPBELL_ROLLS": "ingest"}).warnings
    assert "SHIPBELL_ROLES" in warning


@pytest.mark.parametrize(
    ("roles", "receipts", "deliveries"),
    [
        ("ingest", ["received"], []),
        ("ingest process", ["processed"], ["pending"]),
        ("ingest process deliver", ["processed"], ["delivered"]),
        ("ingest deliver collect", ["received"], []),
    ],
)
async def test_a_role_does_its_part_and_no_more(
    settings: dict[str, str], roles: str, receipts: list[str], deliveries: list[str]
) -> None:
    app = create_app(build({**settings, "SHIPBELL_ROLES": roles}))
    async with app.life():
        assert (await take(app)).status_code == 202

        async def reached() -> bool:
            return (await state(app, "receipts"), await state(app, "deliveries")) == (receipts, deliveries)

        await until(reached, f"what {roles} does")
        await asyncio.sleep(0.3)
        assert await reached()  # and no more


async def test_a_process_without_the_door_takes_nothing(settings: dict[str, str]) -> None:
    app = create_app(build({**settings, "SHIPBELL_ROLES": "process deliver"}))
    async with app.life():
        assert (await take(app)).status_code == 503
        assert await state(app, "receipts") == []
        assert (await ask(app, "GET", "/readyz")).status_code == 200


async def test_neither_probes_nor_webhooks_wait_for_the_api(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    load = main._load_api
    monkeypatch.setattr(main, "_load_api", lambda *given: go_on.wait(30) and load(*given))
    app = create_app(build(settings))
    async with app.life():
        waits = asyncio.create_task(ask(app, "GET", "/api/v1/events"))
        for path in ("/healthz", "/readyz"):
            assert (await ask(app, "GET", path)).json()["status"] == "ok"
        assert (await take(app)).status_code == 202
        assert not waits.done()
        go_on.set()
        assert (await waits).status_code == 200
        app.parts.draining.set()
        assert (await ask(app, "GET", "/readyz")).status_code == 503
        assert (await ask(app, "POST", "/readyz")).status_code == 405


def spy_on_loading(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done to the client of deliveries."""
    done: list[str] = []
    real = LateOutbound.open

    async def noted(self: LateOutbound) -> Any:
        done.append("open")
        return await real(self)

    monkeypatch.setattr(LateOutbound, "open", noted)
    return done


async def test_what_comes_late_is_loaded_before_anybody_asks_for_it(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[object] = []
    posting = spy_on_loading(monkeypatch)
    load = main._load_api
    monkeypatch.setattr(main, "_load_api", lambda *given: loaded.append(given) or load(*given))
    monkeypatch.setattr(front, "LET_BE", 0.0)
    app = create_app(build(settings))
    async with app.life():
        await until(lambda: bool(loaded), "the API")
        assert posting == ["open"]
        assert await app.api() is await app.api()
        assert (await ask(app, "GET", "/api/v1/events")).status_code == 200
    assert len(loaded) == 1


async def test_an_api_that_cannot_be_loaded_ends_the_process(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "_load_api", lambda *_: 1 / 0)
    monkeypatch.setattr(front, "LET_BE", 0.0)
    app = create_app(build(settings))
    with capture_logs() as lines, pytest.raises(SystemExit) as caught:
        await guarded(app.open_soon())
    assert (caught.value.code, lines[0]["log_level"]) == (70, "critical")


async def test_what_was_left_over_is_processed_at_the_next_start(settings: dict[str, str]) -> None:
    first = create_app(build({**settings, "SHIPBELL_ROLES": "ingest"}))
    async with first.life():
        await take(first)
    second = create_app(build({**settings, "SHIPBELL_ROLES": "process deliver"}))
    async with second.life():

        async def delivered() -> bool:
            return await state(second, "deliveries") == ["delivered"]

        await until(delivered, "the delivery")


async def test_it_ends_in_order(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    app = create_app(build(settings))
    parts = app.parts

    def spy(kind: type, name: str) -> None:
        real = getattr(kind, name)

        async def noted(self: Any, *args: Any) -> Any:
            order.append(f"{kind.__name__}.{name}{'' if parts.draining.is_set() else ' while ready'}")
            return await real(self, *args)

        monkeypatch.setattr(kind, name, noted)

    for kind, name in ((Committer, "flush"), (Courier, "drain"), (Rules, "close"), (SqliteDatabase, "close")):
        spy(kind, name)
    loops: list[asyncio.Task[None]] = []
    real_end = main._end

    async def end(parts: Any, tasks: list[asyncio.Task[None]]) -> None:
        loops.extend(tasks)
        assert not any(task.done() for task in tasks)
        await real_end(parts, tasks)
        assert all(task.done() for task in tasks)
        order.append("loops ended")

    monkeypatch.setattr(main, "_end", end)
    async with app.life():
        assert (await take(app)).status_code == 202
    assert order == ["Committer.flush", "Courier.drain", "loops ended", "Rules.close", "SqliteDatabase.close"]
    assert len(loops) == 12


async def test_a_start_that_fails_leaves_nothing_open(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = create_app(build(settings))
    async with holder.life():
        second = create_app(build(settings))
        with pytest.raises(ConfigError, match="another process"):
            async with second.life():
                pytest.fail("two processes on one file")
        assert (await take(holder)).status_code == 202
    monkeypatch.setattr(main, "upgrade", lambda _: 1 / 0)
    broken = create_app(build(settings))
    with pytest.raises(ZeroDivisionError):
        async with broken.life():
            pytest.fail("started without a schema")
    monkeypatch.undo()
    again = create_app(build(settings))
    async with again.life():
        assert (await ask(again, "GET", "/readyz")).status_code == 200


async def test_a_loop_that_dies_ends_the_process() -> None:
    async def dies() -> None:
        raise RuntimeError("a defect")

    with capture_logs() as lines, pytest.raises(SystemExit) as caught:
        await guarded(dies())
    assert (caught.value.code, lines[0]["log_level"]) == (70, "critical")


async def test_the_start_and_the_end_are_one_line_each(settings: dict[str, str]) -> None:
    app = create_app(build({**settings, "SHIPBELL_ROLLS": "x"}))
    with capture_logs() as lines:
        async with app.life():
            await asyncio.sleep(0)  # the loops begin
    told = [(line["log_level"], line["event"][:14]) for line in lines if line["action"] in ("start", "stop")]
    assert told == [("warning", "SHIPBELL_ROLLS"), ("info", "ready"), ("info", "stopped")]


def test_a_card_links_to_the_public_address_alone() -> None:
    assert main._why("https://shipbell.example.com/")("0a") == (
        "https://shipbell.example.com/api/v1/events/0a/explain?as=text"
    )
    assert main._why("")("0a") == ""
