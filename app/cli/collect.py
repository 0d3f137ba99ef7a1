"""`shipbell collect`: read the GitOps repository and the APIs, without the service."""

import asyncio
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from app.cli.faults import USAGE, WRONG, say
from app.cli.output import AsJson, print_json
from app.config.environment import read_environment
from app.config.settings import read_settings
from app.kernel import logs
from app.kernel.durations import parse_duration
from app.kernel.errors import ConfigError, ConfigErrors, Overloaded, StoreUnavailable

if TYPE_CHECKING:
    from app.cli.collecting import Wish
    from app.collector.round import Progress
    from app.collector.summary import Summary


def collect(
    once: Annotated[bool, typer.Option("--once", help="One round, then end.")] = False,
    service: Annotated[list[str] | None, typer.Option("--service", help="Only this service; again for more.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Read so far back, what was read before included, e.g. 90d.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="One round that stores nothing and tells nobody.")] = False,
    no_process: Annotated[
        bool, typer.Option("--no-process", help="Store what is found, and leave the facts to the service.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read the GitOps repository, Argo CD, Bitbucket, Jira and incident tools, and fill in what no webhook told.

    The service does this by itself, every five minutes. With SQLite it must be stopped meanwhile (not for a dry run);
    with PostgreSQL this runs beside it. What is older than an hour is told to no channel. Without --once it goes on
    until Ctrl-C. Exits 1 when something could not be read, so that its last state stays, 2 when the configuration is
    wrong.

    Examples:

      shipbell collect --dry-run

      shipbell collect --once --service checkout --since 30d
    """
    from app.cli.collecting import Wish

    stale = _run(Wish(once or dry_run, service or (), _duration(since), dry_run, not no_process), as_json=as_json)
    if stale:
        raise typer.Exit(WRONG)


def _run(wish: "Wish", *, as_json: bool) -> bool:
    """Whether something was stale in the last round. Raises typer.Exit for what stops it."""
    from app.cli.collecting import Busy, collect_alone

    stale = False

    def done(summary: "Summary", receipts: int) -> None:
        nonlocal stale
        stale = bool(summary.stale)
        told = {**summary.to_dict(), "receipts": receipts, "dry_run": wish.dry_run}
        if as_json:
            print_json(told)
        else:
            _print(told)

    logs.configure("WARNING")
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _bar() as progress, suppress(KeyboardInterrupt):
            asyncio.run(collect_alone(_building(), wish, progress, done))
    except ConfigErrors as error:
        for problem in error.problems:
            say(problem, USAGE)
        raise typer.Exit(USAGE) from None
    except ConfigError as error:
        raise say(error, USAGE) from None
    except (Busy, StoreUnavailable, Overloaded) as error:
        raise say(str(error) or "the database does not keep up") from None
    finally:
        signal.signal(signal.SIGTERM, before)
    return stale


def _building() -> Any:
    from app.main import prepare

    environ = read_environment()
    return prepare(read_settings(environ), environ, write=lambda _: None)


def _duration(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--since") from None


@contextmanager
def _bar() -> Iterator["Progress"]:
    """A bar of services on a terminal; elsewhere nothing."""
    console = Console(stderr=True)
    columns = (TextColumn("Collecting"), BarColumn(), MofNCompleteColumn(), TextColumn("services"), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("services", total=None)
        yield lambda summary: bar.update(task, total=summary.services, completed=summary.done)


def _print(told: Mapping[str, Any]) -> None:
    services, calls = told["services"], told["calls"]
    each = f", {sum(calls.values()) / services:.1f} a service" if services else ""
    typer.echo(f"{services} services in {told['seconds']:.1f} s; {sum(calls.values())} calls{each}.")
    typer.echo(f"Looked at: {_listed(told['looked_at'])}")
    typer.echo(f"{'News, told to nobody' if told['dry_run'] else 'News'}: {_listed(told['news'])}")
    typer.echo(f"Calls:     {_listed(calls)}")
    for heading, lines in (("Not known", told["unknown"]), ("Stale: the last state stays", _stale(told["stale"]))):
        if lines:
            typer.secho(f"\n{heading}", bold=True)
            for line in lines:
                typer.echo(f"  {line}")


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count) or "nothing"


def _stale(stale: Mapping[str, list[str]]) -> list[str]:
    return [f"{'all services' if name == '*' else name}: {why}" for name in sorted(stale) for why in stale[name]]
