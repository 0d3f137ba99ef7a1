"""The command line: one file a verb. Exit codes: 0 done, 1 something is wrong, 2 usage, 3 no service there."""

import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated

import typer

from app.cli.faults import Told
from app.kernel.lasting import lasting

VERBS = {
    "serve": "serve:serve",
    "check": "check:check",
    "send": "send:send",
    "demo": "demo:demo",
    "replay": "replay:replay",
    "rules": "backtest:rules_cli",
    "cards": "cards:cards_cli",
    "channels": "channels:channels_cli",
    "receipts": "listings:receipts_cli",
    "events": "listings:events_cli",
    "deliveries": "listings:deliveries_cli",
    "bundles": "listings:bundles_cli",
    "dora": "dora:dora_cli",
    "facts": "facts:facts_cli",
    "db": "db:db_cli",
}
"""Every verb, with the file that it stands in (for a group: that completes it) and its name there."""


def cli(verbs: Iterable[str] = VERBS) -> typer.Typer:
    """The command with these verbs. Only their files are read: the others' would make every command wait."""
    root = typer.Typer(
        name="shipbell",
        cls=Told,
        help="Takes the webhooks of a delivery chain, loses none, and tells the right people.",
        epilog="Exit codes: 0 done, 1 something is wrong, 2 wrong usage, 3 no service answers.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    root.callback()(_root)
    for name in verbs:
        module, _, attribute = VERBS[name].partition(":")
        verb = getattr(import_module(f"app.cli.{module}"), attribute)
        if isinstance(verb, typer.Typer):
            root.add_typer(verb, name=name)
        else:
            root.command(name)(verb)
    return root


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"shipbell {version('shipbell')}")
        raise typer.Exit


def _root(
    show: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Takes the webhooks of a delivery chain, loses none, and tells the right people."""


def main() -> None:
    """The entry of `shipbell`."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    with lasting():
        command = cli([first] if first in VERBS else VERBS)
    command()
