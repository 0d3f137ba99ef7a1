"""What a database can do, whichever engine it is."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection

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

    async def ping(self) -> None:
        """Raise StoreUnavailable if the database does not answer. Long reads do not hold it up."""
        ...

    async def maintain(self) -> None: ...

    async def close(self) -> None: ...
