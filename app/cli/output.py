"""What commands print: a table for people, JSON for programs."""

import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

_WIDE = 220  # not a terminal: nothing is to be cut


def print_json(value: Any) -> None:
    """Indented JSON on standard output."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode() + "\n")


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str], *, empty: str) -> None:
    """A table of the `columns` (heading → key, dots walk in); `empty` is said when there is nothing."""
    console = Console(width=None if sys.stdout.isatty() else _WIDE, highlight=False, markup=False)
    rows = list(rows)
    if not rows:
        console.print(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row, key) for key in columns.values()))
    console.print(table)


def _cell(row: Mapping[str, Any], key: str) -> str:
    value: Any = row
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(str(each) for each in value)
    text = str(value)
    return text[:19].replace("T", " ") if key.endswith(("_at", "_until")) else text
