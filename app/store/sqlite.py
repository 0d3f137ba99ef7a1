"""SQLite: one process, one writer thread with the only writing connection, WAL with synchronous=FULL.

The writer runs a whole transaction in one hop to its thread, and so do readers: a hop a statement takes longer than
most statements. The writer is also the only checkpointer, and a lock file keeps a second process out: two writers cost
50 times the p99 and gain nothing.
"""

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar

import aiosqlite
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.pool import QueuePool, StaticPool

from app import telemetry
from app.kernel.clock import Clock
from app.kernel.errors import ConfigError, StoreUnavailable, ValueRefused
from app.store.engine import Work

T = TypeVar("T")

PATIENCE_MS = 5000
"""How long a transaction waits for a file that another process has locked: senders give up after ten seconds."""
IMPATIENCE_MS = 250
"""The same after one has waited in vain: all of them stand in one line, and the last must not wait for every other."""
PRAGMAS = (
    "page_size=8192",
    "journal_mode=WAL",
    "synchronous=FULL",
    f"busy_timeout={PATIENCE_MS}",
    "foreign_keys=ON",
    "wal_autocheckpoint=600",  # pages of 8 KB, so 5 MB: a long checkpoint holds up the commits behind it
    "journal_size_limit=67108864",
    "mmap_size=0",
    "trusted_schema=OFF",
)
WAL_LIMIT = 64 << 20
READERS = 6
"""Reads at the same time; a person's long one does not hold up the others."""
_NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "afs", "ceph", "glusterfs"}


class SqliteDatabase:
    """See `app.store.engine.Database`."""

    dialect = "sqlite"

    def __init__(self, path: str, clock: Clock) -> None:
        self.path = Path(path)
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-writer")
        self._lock: IO[str] | None = None
        self._connection: sa.Connection | None = None
        self._patience = PATIENCE_MS
        self._writer = sa.create_engine(
            f"sqlite+pysqlite:///{path}",
            poolclass=StaticPool,
            hide_parameters=True,
            connect_args={"check_same_thread": False},
        )
        event.listen(self._writer, "connect", _prepare_writer)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-reader")
        self._reader = sa.create_engine(
            f"sqlite+pysqlite:///{path}",
            poolclass=QueuePool,
            pool_size=READERS,
            hide_parameters=True,
            connect_args={"check_same_thread": False},
        )
        event.listen(self._reader, "connect", _prepare_reader)

    def clock(self) -> int:
        return self._clock()

    async def start(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_network_file_system(self.path.parent)
            self._lock = _lock_file(self.path)
            make_private(self.path)
        except OSError as error:
            raise StoreUnavailable(f"cannot write beside {self.path}: {error.strerror}") from None
        try:
            await self._run(self._open)
        except OperationalError as error:
            raise StoreUnavailable(f"cannot open {self.path}: {_short(error)}") from None

    async def write(self, work: Work[T]) -> T:
        return await self._run(lambda: self._transaction(work))

    async def read(self, work: Work[T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._look, work)
        except OperationalError as error:
            raise StoreUnavailable(_short(error)) from None

    async def ping(self) -> None:
        # A connection for each question, which queues behind nothing; one that stays open keeps a process that dies
        # from ending, by its thread. Not by SQLAlchemy: what it loads for this stands half-loaded before other threads.
        try:
            async with aiosqlite.connect(self.path) as connection:
                await connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1")
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(str(error)[:200]) from None

    async def maintain(self) -> None:
        """Truncate the write-ahead log when it has grown large; only the writer does this."""
        wal = self.path.with_name(self.path.name + "-wal")
        size = wal.stat().st_size if wal.exists() else 0
        telemetry.WAL_BYTES.set(size)
        telemetry.STORE_SIZE.set(self.path.stat().st_size)
        if size > WAL_LIMIT and await self._run(self._checkpoint):
            telemetry.CHECKPOINT_BUSY.inc()

    async def close(self) -> None:
        self._readers.shutdown()
        self._reader.dispose()
        if self._connection is not None:
            await self._run(self._shut)
        self._thread.shutdown()
        if self._lock is not None:
            self._lock.close()

    async def _run(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    def _look(self, work: Work[T]) -> T:
        with self._reader.connect() as connection:
            return work(connection)

    def _open(self) -> None:
        """Let SQLAlchemy think that a transaction is open all the time: it takes 50 µs to begin and end one."""
        self._connection = self._writer.connect()
        self._connection.begin()

    def _transaction(self, work: Work[T]) -> T:
        connection = self._open_connection()
        raw: Any = connection.connection.dbapi_connection
        try:
            try:
                raw.execute("BEGIN IMMEDIATE")
                result = work(connection)
                raw.execute("COMMIT")
            finally:
                if raw.in_transaction:  # a full disk has rolled back by itself
                    raw.execute("ROLLBACK")
            self._wait_for(connection, PATIENCE_MS)
            return result
        except (OperationalError, sqlite3.OperationalError) as error:
            self._wait_for(connection, IMPATIENCE_MS)
            raise StoreUnavailable(_short(error)) from None
        except (DataError, IntegrityError, UnicodeError, OverflowError) as error:
            raise ValueRefused(type(error).__name__) from None

    def _wait_for(self, connection: sa.Connection, milliseconds: int) -> None:
        """How long the next transaction waits for a locked file."""
        if milliseconds != self._patience:
            raw: Any = connection.connection.dbapi_connection
            raw.execute(f"PRAGMA busy_timeout={milliseconds}")
            self._patience = milliseconds

    def _open_connection(self) -> sa.Connection:
        if self._connection is None:
            raise StoreUnavailable("the database is not open")
        return self._connection

    def _checkpoint(self) -> bool:
        raw: Any = self._open_connection().connection.dbapi_connection
        busy, *_ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return bool(busy)

    def _shut(self) -> None:
        with suppress(sqlite3.Error):  # the file may be read-only by now: the log is replayed at the next start
            self._checkpoint()
        self._writer.dispose()


def _prepare_writer(dbapi: Any, _record: Any) -> None:
    dbapi.isolation_level = None  # pysqlite must not guess where transactions begin
    cursor = dbapi.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_reader(dbapi: Any, _record: Any) -> None:
    cursor = dbapi.cursor()
    cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
    cursor.execute("PRAGMA query_only=1")
    cursor.close()


def _short(error: DBAPIError | sqlite3.Error) -> str:
    """SQLite's own few words, without the statement."""
    return str(error.orig if isinstance(error, DBAPIError) else error)[:200]


def make_private(path: Path) -> None:
    """Make the file if it is not there: whole webhooks are in it, for its owner alone. Its log gets the same rights."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _lock_file(path: Path) -> IO[str]:
    lock = open(path.with_name(path.name + ".lock"), "a+", encoding="ascii")  # noqa: SIM115  held for the process's life
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        owner = lock.read(20).strip()
        lock.close()
        raise ConfigError(
            f"another process ({owner or 'unknown'}) uses {path}",
            hint="one process for one SQLite file; for several replicas use PostgreSQL",
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _refuse_network_file_system(folder: Path) -> None:
    """SQLite's locks and WAL do not hold on network file systems."""
    place, best = str(folder.resolve()), ("", "")
    for mount, kind in _mounts():
        inside = place == mount or place.startswith(mount.rstrip("/") + "/")
        if inside and len(mount) >= len(best[0]):
            best = (mount, kind)
    if best[1] in _NETWORK_FILE_SYSTEMS:
        raise ConfigError(f"{folder} lies on {best[1]}", hint="put the SQLite file on a local disk, or use PostgreSQL")


@contextmanager
def _lines(path: str) -> Iterator[list[str]]:
    try:
        yield Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        yield []


def _mounts() -> list[tuple[str, str]]:
    with _lines("/proc/mounts") as lines:
        fields = [line.split(" ") for line in lines]
    return [(each[1], each[2]) for each in fields if len(each) > 2]
