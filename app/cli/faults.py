"""How a command tells that something is wrong: all of it, on stderr, with what to do; never a traceback."""

from typing import Any

import typer
from typer.core import TyperGroup

from app.kernel.errors import ConfigErrors, ShipbellError

WRONG, USAGE, UNREACHABLE = 1, 2, 3


def say(problem: object, code: int = WRONG) -> typer.Exit:
    """Print one problem; returns the exit to raise."""
    typer.secho(f"error: {problem}", fg="red", err=True)
    return typer.Exit(code)


def tell(error: ShipbellError) -> typer.Exit:
    """Print all problems of an error; returns the exit to raise."""
    for problem in error.problems if isinstance(error, ConfigErrors) else [error]:
        say(problem)
    return typer.Exit(WRONG)


class Told(TyperGroup):
    """The root command: whatever we raise on purpose below it ends as a sentence."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except ShipbellError as error:
            raise tell(error) from None
