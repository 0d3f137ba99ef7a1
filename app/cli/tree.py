"""The tree of commands, put together by the library that reads their options."""

from collections.abc import Mapping
from importlib import import_module
from typing import Annotated

import typer

from app.cli.faults import Told


def tree(verbs: Mapping[str, str]) -> typer.Typer:
    """The command with these verbs: each with its `file:name` in this folder."""
    root = _trunk()
    for name, place in verbs.items():
        module, _, attribute = place.partition(":")
        verb = getattr(import_module(f"app.cli.{module}"), attribute)
        if isinstance(verb, typer.Typer):
            root.add_typer(verb, name=name)
        else:
            root.command(name, cls=getattr(verb, "cls", None))(verb)
    return root


def listing(verbs: Mapping[str, str]) -> typer.Typer:
    """The command with these verbs by name and what is said of them: it runs none."""
    root = _trunk()
    for name, says in verbs.items():
        root.command(name, help=says)(lambda: None)
    return root


def _trunk() -> typer.Typer:
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
