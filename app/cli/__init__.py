"""The command line: one file a verb. Exit codes: 0 done, 1 something is wrong, 2 usage, 3 no service there."""

from importlib.metadata import version
from typing import Annotated

import typer

from app.cli import backtest, check, demo, replay, send, serve
from app.cli.cards import cards_cli
from app.cli.channels import channels_cli
from app.cli.db import db_cli
from app.cli.faults import Told
from app.cli.listings import bundles_cli, deliveries_cli, events_cli, receipts_cli
from app.cli.rules import rules_cli

cli = typer.Typer(
    name="shipbell",
    cls=Told,
    help="Takes the webhooks of a delivery chain, loses none, and tells the right people.",
    epilog="Exit codes: 0 done, 1 something is wrong, 2 wrong usage, 3 no service answers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command("serve")(serve.serve)
cli.command("check")(check.check)
cli.command("send")(send.send)
cli.command("demo")(demo.demo)
rules_cli.command("backtest")(backtest.backtest)
cli.add_typer(rules_cli, name="rules")
cli.add_typer(cards_cli, name="cards")
cli.add_typer(channels_cli, name="channels")
cli.add_typer(receipts_cli, name="receipts")
cli.add_typer(events_cli, name="events")
cli.add_typer(deliveries_cli, name="deliveries")
cli.add_typer(bundles_cli, name="bundles")
cli.command("replay")(replay.replay)
cli.add_typer(db_cli, name="db")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"shipbell {version('shipbell')}")
        raise typer.Exit


@cli.callback()
def root(
    show: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Takes the webhooks of a delivery chain, loses none, and tells the right people."""


def main() -> None:
    """The entry of `shipbell`."""
    cli()
