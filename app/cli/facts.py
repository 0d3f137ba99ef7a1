"""`shipbell facts …`: derive the facts anew from all events."""

import asyncio
import os
from collections.abc import Sequence
from functools import partial
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from app.cli.faults import USAGE, say, tell
from app.config.environment import read_environment
from app.config.settings import read_settings
from app.ingest.facts_crew import Crew
from app.ingest.facts_rebuild import Progress, rebuild
from app.kernel.clock import monotonic
from app.kernel.errors import ConfigErrors
from app.kernel.yaml import did_you_mean
from app.store import Database
from app.store.heard import heard_of
from app.store.migrate import upgrade
from app.store.opening import sqlite_file

facts_cli = typer.Typer(help="Facts: what events add up to.", no_args_is_help=True)


@facts_cli.callback()
def facts() -> None:
    """Facts: what events add up to."""


@facts_cli.command("rebuild")
def rebuild_facts(
    service: Annotated[str | None, typer.Option("--service", help="Only the chains of this service.")] = None,
) -> None:
    """Derive the facts anew from all events that are kept; the same events give the same facts.

    With SQLite, stop the service before; as many processes as there are cores read and derive. Facts of events that
    retention has deleted stay. Needed after a change of a time zone in the rules: days and weeks of what is there
    already begin where they began before.
    Example: shipbell facts rebuild
    """
    began = monotonic()
    try:
        done = asyncio.run(_rebuild(service))
    except ConfigErrors as error:
        raise tell(error) from None
    took = monotonic() - began
    speed = f", {done.events / took:,.0f} a second" if done.events else ""
    services = "one service" if done.services == 1 else f"{done.services} services"
    typer.echo(f"Derived the facts of {services} out of {done.events} events in {took:.1f} s{speed}.")


async def _rebuild(service: str | None) -> Progress:
    from app.main import prepare

    environ = read_environment()
    settings = read_settings(environ)
    building = prepare(settings, environ, write=lambda _: None)
    database, zones = building.database, building.rules.now.book.zones
    path, cores = sqlite_file(settings.database_url), os.cpu_count() or 1
    crew = Crew(path, zones, cores) if path is not None and cores > 1 else None
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        await database.start()
        await database.write(upgrade)
        await _refuse_unknown(database, service, building.rules.now.book.estate.services)
        with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("events", total=None)

            def show(progress: Progress) -> None:
                text = f"{progress.events} events read, {progress.services} services derived"
                bar.update(task, description=text)

            return await rebuild(database, show, service, zones, crew)
    finally:
        if crew is not None:
            crew.close()
        await database.close()


async def _refuse_unknown(database: Database, service: str | None, known: Sequence[str]) -> None:
    """Raise for a service that neither the estate has nor anything was told of: there is nothing to derive."""
    if service is None or service in known:
        return
    if not await database.read(partial(heard_of, what="service", name=service)):
        raise say(f"the estate has no such service; {did_you_mean(service, known)}", USAGE)
