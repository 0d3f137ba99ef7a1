"""Brings the schema up to date: Alembic, inside one transaction on both engines."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x5348495042454C4C
"""The number of our advisory lock on PostgreSQL."""


def _config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: sa.Connection) -> str:
    """Run what is missing, all or nothing; returns the revision that the schema has now."""
    if revision(connection) != newest():
        _take_turns(connection)
    if revision(connection) != newest():
        command.upgrade(_config(connection), "head")
    return newest()


def _take_turns(connection: sa.Connection) -> None:
    """Replicas that start together on PostgreSQL migrate one after the other; SQLite has one process anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL lock_timeout = '60s'"))
        connection.execute(sa.text("SET LOCAL statement_timeout = '60s'"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def revision(connection: sa.Connection) -> str | None:
    """The schema's revision, or None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The newest revision that this program knows."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""


def knows(found: str) -> bool:
    """Whether this program knows a revision; a newer program's database is refused."""
    return any(script.revision == found for script in ScriptDirectory.from_config(_config()).walk_revisions())
