"""PostgreSQL: any number of replicas; row locks, leases and fences keep them out of each other's way."""

from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine

from app import telemetry
from app.kernel.clock import Clock
from app.kernel.errors import StoreUnavailable, ValueRefused
from app.store.engine import Work

T = TypeVar("T")

_RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock: the transaction did nothing, run it again
_CUT_OFF = {"57P01", "57P02", "57P03"}  # the server ends or begins: its other connections are of no more use either
# No such user, password or database, and no right to what is there: told in the server's words, which have no value.
_REFUSES, _NO_RIGHT = {"28", "3D"}, "42501"
_TRIES = 3
# A held transaction stops vacuum, and bloat is what kills queues on PostgreSQL; so no transaction may linger.
_SERVER_SETTINGS = {
    "application_name": "shipbell",
    "statement_timeout": "5000",
    "lock_timeout": "2000",
    "idle_in_transaction_session_timeout": "30000",
}


class PostgresDatabase:
    """See `app.store.engine.Database`."""

    dialect = "postgresql"

    def __init__(self, url: sa.URL, clock: Clock) -> None:
        self._local = clock
        self._offset = 0
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            pool_size=10,
            max_overflow=0,
            pool_timeout=5,
            pool_pre_ping=False,
            hide_parameters=True,
            connect_args={"timeout": 5, "server_settings": _SERVER_SETTINGS},
        )
        event.listen(self._engine.sync_engine, "handle_error", _see_cut_off)

    def clock(self) -> int:
        """The database's time: replicas whose clocks differ agree on leases."""
        return self._local() + self._offset

    async def start(self) -> None:
        await self._learn_offset()

    async def write(self, work: Work[T]) -> T:
        for attempt in range(1, _TRIES + 1):
            worked: list[T] = []
            try:
                async with self._engine.begin() as connection:
                    worked.append(await connection.run_sync(work))
                return worked[0]
            except DBAPIError as error:
                # Cut off before the commit was sent, it did nothing; after that nobody knows.
                cut = error.connection_invalidated and not worked
                if (cut or getattr(error.orig, "sqlstate", None) in _RETRYABLE) and attempt < _TRIES:
                    continue
                raise _translated(error) from None
            except (TimeoutError, OSError, PoolTimeout) as error:
                raise StoreUnavailable(f"PostgreSQL does not answer: {type(error).__name__}") from None
        raise AssertionError("unreachable")

    async def read(self, work: Work[T]) -> T:
        for attempt in range(1, _TRIES + 1):
            try:
                async with self._engine.connect() as connection:
                    return await connection.run_sync(work)
            except DBAPIError as error:
                if error.connection_invalidated and attempt < _TRIES:
                    continue
                raise _translated(error) from None
            except (TimeoutError, OSError, PoolTimeout) as error:
                raise StoreUnavailable(f"PostgreSQL does not answer: {type(error).__name__}") from None
        raise AssertionError("unreachable")

    async def ping(self) -> None:
        await self.read(lambda connection: connection.execute(sa.select(1)))

    async def maintain(self) -> None:
        await self._learn_offset()
        size = await self.read(
            lambda connection: connection.scalar(sa.text("SELECT pg_database_size(current_database())"))
        )
        telemetry.STORE_SIZE.set(size)

    async def close(self) -> None:
        await self._engine.dispose()

    async def _learn_offset(self) -> None:
        before = self._local()
        there = await self.read(
            lambda c: c.scalar(sa.text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"))
        )
        self._offset = int(there) - (before + self._local()) // 2


def _see_cut_off(context: ExceptionContext) -> None:
    """What the driver tells as an error of the statement is the end of the connection."""
    if getattr(context.original_exception, "sqlstate", None) in _CUT_OFF:
        context.is_disconnect = True


def _translated(error: DBAPIError) -> Exception:
    """Faults of the server and the connection become StoreUnavailable; a refused value stays what it is."""
    state: Any = getattr(error.orig, "sqlstate", None) or ""
    cause = getattr(error.orig, "__cause__", None)
    if state[:2] in _REFUSES or state == _NO_RIGHT:
        return StoreUnavailable(f"PostgreSQL says: {cause or state}"[:200])
    unavailable = (
        isinstance(error, OperationalError | InterfaceError)
        or error.connection_invalidated
        or state[:2] in {"08", "40", "53", "55", "57", "58", "25"}
        or isinstance(cause, asyncpg.PostgresConnectionError | asyncpg.InterfaceError)
    )
    text = f"{type(error.orig).__name__} {state}".strip()
    if unavailable:
        return StoreUnavailable(text)
    return ValueRefused(text) if state[:2] in {"22", "23"} or isinstance(error, DataError) else error
