"""Brings the schema up to date: Alembic, inside one transaction on both engines.

An empty database gets today's tables at once. Alembic is loaded only when there is something to run, and all that it
would do for an empty one is to make the same tables in ten steps: a first start is a fifth of a second sooner.
"""

from pathlib import Path

import sqlalchemy as sa

from app.kernel.errors import ConfigError
from app.store import collected as collected
from app.store import counters as counters  # so that the metadata knows their tables
from app.store import differences as differences
from app.store import fact_tables as fact_tables
from app.store import lead_times as lead_times
from app.store.tables import metadata

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x5348495042454C4C
"""The number of our advisory lock on PostgreSQL."""
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Alembic's own: https://alembic.sqlalchemy.org/en/latest/tutorial.html"""


def upgrade(connection: sa.Connection) -> str:
    """Run what is missing, all or nothing; returns the revision that the schema has now. Raises ConfigError."""
    if revision(connection) != newest():
        _take_turns(connection)
    found = revision(connection)
    refuse_newer(found)
    if found is None:
        _create(connection)
    elif found != newest():
        _run(connection)
        from app.store.fact_weeks import keep_all  # what it counts by is read only here

        keep_all(connection)
    return newest()


def _create(connection: sa.Connection) -> None:
    metadata.create_all(connection, checkfirst=False)
    _VERSION.create(connection, checkfirst=False)
    connection.execute(_VERSION.insert().values(version_num=newest()))


def _run(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _take_turns(connection: sa.Connection) -> None:
    """Replicas that start together on PostgreSQL migrate one after the other; SQLite has one process anyway.

    Locks are waited for a minute; a step itself takes as long as a large table takes.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL lock_timeout = '60s'"))
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})


def revision(connection: sa.Connection) -> str | None:
    """The schema's revision, or None for an empty database."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.scalar(sa.select(_VERSION.c.version_num))
    return found


def newest() -> str:
    """The newest revision that this program knows."""
    return _known()[-1]


def refuse_newer(found: str | None) -> None:
    """Raise ConfigError for a revision that this program does not know: a newer one made it: no way leads back."""
    if found is not None and found not in _known():
        raise ConfigError(
            f"the schema {found} is newer than this version knows ({newest()})",
            hint="run the newer version; the way back is a backup from before it",
        )


def _known() -> list[str]:
    """All revisions, oldest first: a migration's file is called by its number, `0001_first_schema.py`."""
    return sorted(path.name.partition("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))
