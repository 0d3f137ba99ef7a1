"""One database, two engines: SQLite in one process with one writer, or PostgreSQL with many."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from app.kernel.clock import Clock
from app.kernel.errors import ConfigError

T = TypeVar("T")
Work = Callable[[Connection], T]


class Database(Protocol):
    """Runs work in transactions. `work` is synchronous Core code: the same on both engines.

    `write` commits when `work` returns; it raises StoreUnavailable when the database could not take
    the transaction or nobody knows whether it did. `read` sees a committed state and cannot write.
    """

    dialect: str

    def clock(self) -> int:
        """The one clock of leases and due times: the process's on SQLite, the database's on PostgreSQL."""
        ...

    async def start(self) -> None: ...

    async def write(self, work: Work[T]) -> T: ...

    async def read(self, work: Work[T]) -> T: ...

    async def maintain(self) -> None: ...

    async def close(self) -> None: ...


def open_database(url: str, clock: Clock) -> Database:
    """The database of a URL: `sqlite:///file` or `postgresql://user@host/name`. Raises ConfigError."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        from app.store.sqlite import SqliteDatabase

        if not parsed.database or parsed.database == ":memory:":
            raise ConfigError("the SQLite database must be a file", hint="sqlite:///shipbell.db")
        return SqliteDatabase(parsed.database, clock)
    if backend == "postgresql":
        from app.store.postgres import PostgresDatabase

        return PostgresDatabase(parsed, clock)
    raise ConfigError(f"no engine for {backend!r}", hint="use sqlite:///… or postgresql://…")
