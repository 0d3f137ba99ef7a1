"""`shipbell db …`: bring the schema up to date, back up, check."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from app.cli.faults import WRONG, say
from app.config.environment import read_environment
from app.config.settings import read_settings
from app.kernel.clock import system_clock
from app.kernel.errors import ConfigError
from app.store import Database
from app.store.backup import backup as copy_file
from app.store.backup import problems
from app.store.migrate import newest, refuse_newer, revision
from app.store.migrate import upgrade as run_migrations
from app.store.opening import open_database, sqlite_file

T = TypeVar("T")

db_cli = typer.Typer(help="The database: upgrade, backup, check.", no_args_is_help=True)


@db_cli.command("upgrade")
def upgrade(dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False) -> None:
    """Bring the schema up to date, all or nothing. The service does this itself at its start.

    Example: SHIPBELL_DATABASE_URL=postgresql://… shipbell db upgrade
    """

    async def work(database: Database) -> tuple[str | None, str]:
        before = await database.read(revision)
        refuse_newer(before)
        return before, newest() if dry_run else await database.write(run_migrations)

    file = sqlite_file(_url())
    missing = dry_run and file is not None and not file.exists()  # to look for it would make it
    before, after = (None, newest()) if missing else _with_database(work, start=not dry_run)
    done = (
        "is up to date"
        if before == after
        else f"{'would go' if dry_run else 'went'} from {before or 'nothing'} to {after}"
    )
    typer.echo(f"The schema {done}.")


@db_cli.command("backup")
def backup(target: Annotated[Path, typer.Argument(help="The file to write; must not exist.")]) -> None:
    """Copy the SQLite database while the service runs; consistent as of one moment. (PostgreSQL: use pg_dump.)

    To restore, stop the service, put the copy in the place of the file, and remove `-wal` and `-shm` beside it: what
    they hold is not the copy's. Example: shipbell db backup /backup/today.db
    """
    size = copy_file(_file(), target)
    typer.echo(f"Wrote {target} ({size / 2**20:.1f} MiB).")


@db_cli.command("check")
def check() -> None:
    """Check that the database is whole and its schema is one that this version knows; exits 1 if not.

    Example: shipbell db check
    """
    file = sqlite_file(_url())
    wrong = problems(file) if file else []

    async def work(database: Database) -> str | None:
        return await database.read(revision)

    found = _with_database(work, start=False) if not wrong else None
    if not wrong and found is None:
        wrong.append("there is no schema yet: run 'shipbell db upgrade'")
    refuse_newer(found)
    for problem in wrong:
        say(problem)
    if wrong:
        raise typer.Exit(WRONG)
    typer.echo(f"The database is whole; its schema is {found}.")


def _with_database(work: Callable[[Database], Awaitable[T]], *, start: bool = True) -> T:
    async def run() -> T:
        database = open_database(_url(), system_clock)
        try:
            if start:
                await database.start()
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())


def _url() -> str:
    return read_settings(read_environment()).database_url


def _file() -> Path:
    path = sqlite_file(_url())
    if path is None:
        raise ConfigError("this is for SQLite", hint="PostgreSQL has its own tools: pg_dump, amcheck")
    return path
