"""The command line: one file a verb. Exit codes: 0 done, 1 something is wrong, 2 usage, 3 no service there."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.kernel.lasting import lasting

if TYPE_CHECKING:
    import typer

VERBS = {
    "serve": "serve:serve",
    "check": "check:check",
    "send": "send:send",
    "consume": "consume:consume_cli",
    "demo": "demo:demo",
    "replay": "replay:replay",
    "rules": "backtest:rules_cli",
    "cards": "cards:cards_cli",
    "channels": "channels:channels_cli",
    "receipts": "listings:receipts_cli",
    "events": "listings:events_cli",
    "deliveries": "listings:deliveries_cli",
    "bundles": "listings:bundles_cli",
    "where": "where:where",
    "dora": "dora:dora_cli",
    "facts": "facts:facts_cli",
    "collect": "collect:collect",
    "report": "report:report_cli",
    "gate": "gate:gate",
    "db": "db:db_cli",
}
"""Every verb, with the file that it stands in (for a group: that completes it) and its name there."""


def cli(verbs: Iterable[str] = VERBS) -> "typer.Typer":
    """The command with these verbs. Only their files are read: the others' would make every command wait."""
    from app.cli.tree import tree

    return tree({name: VERBS[name] for name in verbs})


def main() -> None:
    """The entry of `shipbell`."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    if first == "report":
        _report(sys.argv[2:])
    with lasting():
        command = cli([first] if first in VERBS else VERBS)
    command()


def report_step() -> None:
    """The entry of `shipbell-report`."""
    _report(sys.argv[1:])


def _report(arguments: list[str]) -> None:
    """A pipeline waits: not even the library that reads the other commands' options is loaded."""
    with lasting():
        from app.cli.step import report as of_a_step
    of_a_step(arguments)
