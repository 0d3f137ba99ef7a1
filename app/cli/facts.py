"""`shipbell facts …`: derive the facts anew from all events."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from app.config.environment import read_environment
from app.config.settings import read_settings
from app.ingest.facts_rebuild import Progress, rebuild
from app.kernel.clock import monotonic, system_clock
from app.store.migrate import upgrade
from app.store.opening import open_database

facts_cli = typer.Typer(help="Facts: what events add up to.", no_args_is_help=True)


@facts_cli.callback()
def facts() -> None:
    """Facts: what events add up to."""


@facts_cli.command("rebuild")
def rebuild_facts(
    service: Annotated[str | None, typer.Option("--service", help="Only the chains of this service.")] = None,
) -> None:
    """Derive the facts anew from all events that are kept; the same events give the same facts.

    With SQLite, stop the service before. Facts of events that retention has deleted stay.
    Example: shipbell facts rebuild
    """
    began = monotonic()
    done = asyncio.run(_rebuild(service))
    took = monotonic() - began
    speed = f", {done.events / took:,.0f} a second" if done.events else ""
    typer.echo(f"Derived the facts of {done.services} services out of {done.events} events in {took:.1f} s{speed}.")


async def _rebuild(service: str | None) -> Progress:
    database = open_database(read_settings(read_environment()).database_url, system_clock)
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        await database.start()
        await database.write(upgrade)
        with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task("events", total=None)

            def tell(progress: Progress) -> None:
                text = f"{progress.events} events read, {progress.services} services derived"
                bar.update(task, description=text)

            return await rebuild(database, tell, service)
    finally:
        await database.close()
