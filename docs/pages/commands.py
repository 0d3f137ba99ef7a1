"""The page of commands: what every `--help` says."""

import typer
from typer.cli import get_docs_for_click

from app.cli import cli

ORIGIN = "app/cli/"

_INTRO = """# Commands

`shipbell` is in `.venv/bin/` of a checkout (`python -m app` is the same). Exit codes: 0 done, 1 something is wrong,
2 wrong usage, 3 no service answers. Every listing prints JSON with `--json`.
"""


def pages() -> dict[str, str]:
    """`commands.md`."""
    group = typer.main.get_command(cli())
    text = get_docs_for_click(obj=group, ctx=typer.Context(group, info_name="shipbell"), name="shipbell")
    return {"commands.md": f"{_INTRO}\n{_one_title(text)}"}


def _one_title(text: str) -> str:
    """The page has its title already: `shipbell` itself becomes a section like its commands."""
    return text.strip().replace("# `shipbell`", "## `shipbell`", 1).replace("**Usage**:", "Usage:") + "\n"
