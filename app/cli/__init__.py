"""The command line: one file a verb. Exit codes: 0 done, 1 something is wrong, 2 usage, 3 no service there."""

import typer

from app.cli import serve

cli = typer.Typer(
    name="shipbell",
    help="Takes the webhooks of a delivery chain, loses none, and tells the right people.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command("serve")(serve.serve)


def main() -> None:
    """The entry of `shipbell`."""
    cli()
