"""One database, two engines: SQLite in one process with one writer, or PostgreSQL with many."""

from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.kernel.clock import Clock
from app.kernel.errors import ConfigError
from app.kernel.secrets import Secret
from app.store.engine import Database
from app.store.sqlite import SqliteDatabase


def open_database(url: str, clock: Clock) -> Database:
    """The database of a URL: `sqlite:///file` or `postgresql://user@host/name`. Raises ConfigError."""
    try:
        parsed = make_url(url)
    except ArgumentError:  # its text quotes the URL, which may hold a password
        raise ConfigError("SHIPBELL_DATABASE_URL is no URL", hint="sqlite:///shipbell.db or postgresql://…") from None
    if parsed.password:
        Secret(str(parsed.password))  # from here on, logs scrub it
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigError("the SQLite database must be a file", hint="sqlite:///shipbell.db")
        return SqliteDatabase(parsed.database, clock)
    if backend == "postgresql":
        from app.store.postgres import PostgresDatabase  # its driver is loaded only where it is used

        return PostgresDatabase(parsed, clock)
    raise ConfigError(f"no engine for {backend!r}", hint="use sqlite:///… or postgresql://…")


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite URL, or None for another engine."""
    name, _, rest = url.partition(":///")
    return Path(rest) if name.split("+")[0] == "sqlite" and rest else None
