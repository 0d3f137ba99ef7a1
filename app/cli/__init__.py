"""The command line: one file a verb. Exit codes: 0 done, 1 something is wrong, 2 usage, 3 no service there."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from app.kernel.lasting import lasting

if TYPE_CHECKING:
    import typer


class Verb(NamedTuple):
    """Where a verb stands in this folder, as `file:name`, and what the list of all verbs says of it."""

    place: str
    says: str


VERBS = {
    "serve": Verb("serve:serve", "Run the service: the webhooks' door, the API, the processor and the couriers."),
    "check": Verb(
        "check:check", "Check settings, secrets, rules, cards, channels and upstreams without starting anything."
    ),
    "send": Verb(
        "send:send", "Send a sample webhook to the running service as its vendor would, and say what became of it."
    ),
    "consume": Verb("consume:consume_cli", "Take messages out of a queue."),
    "demo": Verb(
        "demo:demo", "Send a story through the real door: push, pull request, pipeline, a scan, deployments, failures."
    ),
    "replay": Verb(
        "replay:replay",
        "Read receipts anew by today's rooms and estate, after a mend; news that is known is not sent again.",
    ),
    "rules": Verb("backtest:rules_cli", "The rule book: check, test, explain, try, describe."),
    "cards": Verb("cards:cards_cli", "Cards: lint them, look at one."),
    "channels": Verb("channels:channels_cli", "Channels: how they stand; test one."),
    "receipts": Verb("listings:receipts_cli", "Receipts: every request that came in, and what became of it."),
    "events": Verb("listings:events_cli", "Events: what happened, in our words."),
    "deliveries": Verb("listings:deliveries_cli", "Deliveries: which card went, or goes, to which channel."),
    "bundles": Verb("listings:bundles_cli", "Bundles: cards that wait to be told together, and until when."),
    "where": Verb(
        "where:where", "Where something is, and what it waits for. It exits 1 when nothing of that name is known."
    ),
    "dora": Verb("dora:dora_cli", "Measures: numbers from facts, with the rows behind them."),
    "facts": Verb("facts:facts_cli", "Facts: what events add up to."),
    "collect": Verb(
        "collect:collect",
        "Read the GitOps repository, Argo CD, Bitbucket, Jira and incident tools, and fill in what no webhook told.",
    ),
    "report": Verb(
        "report:report_cli",
        "Tell the service what a step of a pipeline did. Always exits 0: it never fails a pipeline.",
    ),
    "gate": Verb("gate:gate", "Ask a gate before a deployment. Exits 0 allow, 1 block, 2 unknown, 3 wrong usage."),
    "db": Verb("db:db_cli", "The database: upgrade, backup, check."),
}
"""Every verb (a group: in the file that completes it). What it says is the first paragraph of its own help."""


def cli(verbs: Iterable[str] = VERBS) -> "typer.Typer":
    """The command with these verbs. Only their files are read: the others' would make every command wait."""
    from app.cli.tree import tree

    return tree({name: VERBS[name].place for name in verbs})


def overview() -> "typer.Typer":
    """The command with the names of all verbs: enough to list them, and to say that a word is none of them."""
    from app.cli.tree import listing

    return listing({name: verb.says for name, verb in VERBS.items()})


def main() -> None:
    """The entry of `shipbell`."""
    if sys.argv[1:2] == ["report"]:
        _report(sys.argv[2:])
    first = next((word for word in sys.argv[1:] if word != "--"), "")
    with lasting():
        command = cli([first]) if first in VERBS else overview()
    command()


def report_step() -> None:
    """The entry of `shipbell-report`."""
    _report(sys.argv[1:])


def _report(arguments: list[str]) -> None:
    """A pipeline waits: not even the library that reads the other commands' options is loaded."""
    with lasting():
        from app.cli.step import report as of_a_step
    of_a_step(arguments)
