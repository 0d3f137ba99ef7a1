"""The application without a socket: asked through ASGI, on a fresh SQLite file. Its loops run by role."""

import gc
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.front import Front
from app.api.parts import Parts
from app.config.settings import read_settings
from app.main import create_app, prepare
from tests.running.hooks import environment
from tests.running.rules import ONE_SINK, sink_rules
from tests.running.wait import until

TOKENS = {"read": "token-that-reads-01", "operate": "token-that-operates", "ingest": "token-that-ingests"}
ALL = "token-for-everything"

RULES = ONE_SINK.replace("kind: webhook, url_env: SINK_URL, concurrency: 8", "kind: console")


class Api:
    """Asks the application; `as_` is the bearer token, None for none."""

    def __init__(self, front: Front, app: FastAPI) -> None:
        self.app = app
        self.parts: Parts = front.parts
        transport = httpx.ASGITransport(front, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://shipbell.example.com")

    async def ask(self, method: str, path: str, *, as_: str | None = ALL, **more: Any) -> httpx.Response:
        headers = {**more.pop("headers", {}), **({"authorization": f"Bearer {as_}"} if as_ else {})}
        return await self.http.request(method, path, headers=headers, **more)

    async def get(self, path: str, **params: Any) -> Any:
        """The JSON of an answer that has to be 200."""
        response = await self.ask("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    async def settled(self, receipt: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            found: dict[str, Any] = await self.get(f"/api/v1/receipts/{receipt}")
            return found if found["state"] != "received" else None

        found = await until(look, "the processing")
        assert found is not None
        return found


StartApi = Callable[..., Awaitable[Api]]


@pytest.fixture
def settings(sqlite_schema: Path, tmp_path: Path) -> Mapping[str, str]:
    """A service that takes requests and does nothing with them, so that rows stay as a test puts them."""
    shutil.copy(sqlite_schema, tmp_path / "shipbell.db")
    scoped = " ".join(f"{scope}er:{scope}:{token}" for scope, token in TOKENS.items())
    return environment(
        SHIPBELL_DATABASE_URL=f"sqlite:///{tmp_path / 'shipbell.db'}",
        SHIPBELL_RULES_DIR=str(sink_rules(tmp_path / "rules", RULES)),
        SHIPBELL_API_TOKENS=f"{scoped} boss:read+operate+ingest:{ALL}",
        SHIPBELL_ROLES="ingest",
        SHIPBELL_DISK_RESERVE_BYTES="0",
        SHIPBELL_ATTEMPT_RETENTION="3650d",
        SHIPBELL_RETENTION="3650d",  # the rows of these tests are old
    )


@pytest.fixture
async def start(settings: Mapping[str, str]) -> AsyncIterator[StartApi]:
    """Starts the application; settings by their names, None takes one away."""
    async with AsyncExitStack() as stack:

        async def make(**changes: str | None) -> Api:
            environ = {name: value for name, value in {**settings, **changes}.items() if value is not None}
            front = create_app(prepare(read_settings(environ), environ, write=lambda _: None))
            await stack.enter_async_context(front.life())
            return Api(front, await front.api())

        yield make
    gc.unfreeze()  # main froze what lives as long as a service does: here that is shorter than the process


@pytest.fixture
async def api(start: StartApi) -> Api:
    return await start()
