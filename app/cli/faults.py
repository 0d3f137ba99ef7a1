"""How a command tells that something is wrong: all of it, on stderr, with what to do; never a traceback."""

import typer

from app.kernel.errors import ConfigErrors, ShipbellError

WRONG, USAGE, UNREACHABLE = 1, 2, 3


def tell(error: ShipbellError, code: int = WRONG) -> typer.Exit:
    """Print the problems; returns the exit to raise."""
    problems = error.problems if isinstance(error, ConfigErrors) else [error]
    for problem in problems:
        typer.secho(f"error: {problem}", fg="red", err=True)
    return typer.Exit(code)
