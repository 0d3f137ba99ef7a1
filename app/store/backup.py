"""A consistent copy of the SQLite file while the service runs, and a check of one that does not."""

import sqlite3
from contextlib import closing
from pathlib import Path

from app.kernel.errors import ConfigError
from app.store.sqlite import make_private


def backup(source: Path, target: Path) -> int:
    """Copy the database by SQLite's own backup; returns the copy's size in bytes. Raises ConfigError.

    Reads only: the service may go on writing, and stays the only one that checkpoints.
    """
    if not source.is_file():
        raise ConfigError(f"there is no database at {source}")
    if target.exists():
        raise ConfigError(f"{target} exists already", hint="choose another name: a backup is never overwritten")
    try:
        make_private(target)
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}") from None
    try:
        with closing(_reading(source)) as there, closing(sqlite3.connect(target)) as copy:
            there.backup(copy, pages=1024)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise ConfigError(f"the backup failed: {error}") from None
    return target.stat().st_size


def problems(path: Path) -> list[str]:
    """What `integrity_check` and `foreign_key_check` say of a file; empty if it is whole. Raises ConfigError."""
    if not path.is_file():
        raise ConfigError(f"there is no database at {path}")
    try:
        with closing(_reading(path)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA integrity_check(100)") if row[0] != "ok"]
            return found + [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    except sqlite3.DatabaseError as error:
        return [str(error)]


def _reading(path: Path) -> sqlite3.Connection:
    """Read-only. As an address of its own form, for a folder may have a `#` or a `?` in its name."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=10)
