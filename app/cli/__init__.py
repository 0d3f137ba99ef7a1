"""The command line: one file a verb. Exit codes: 0 done, 1 something is wrong, 2 usage, 3 no service there."""

import typer

from app.cli import check, demo, send, serve
from app.cli.cards import cards_cli
from app.cli.db import db_cli
from app.cli.listings import deliveries_cli, events_cli, receipts_cli, replay
from app.cli.rules import rules_cli

cli = typer.Typer(
    name="shipbell",
    help="Takes the webhooks of a delivery chain, loses none, and tells the right people.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command("serve")(serve.serve)
cli.command("check")(check.check)
cli.command("send")(send.send)
cli.command("demo")(demo.demo)
cli.add_typer(rules_cli, name="rules")
cli.add_typer(cards_cli, name="cards")
cli.add_typer(receipts_cli, name="receipts")
cli.add_typer(events_cli, name="events")
cli.add_typer(deliveries_cli, name="deliveries")
cli.command("replay")(replay)
cli.add_typer(db_cli, name="db")


def main() -> None:
    """The entry of `shipbell`."""
    cli()
