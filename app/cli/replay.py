"""`shipbell replay`: receipts read anew, one page or all."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from app.cli.faults import say
from app.cli.listings import Since
from app.cli.output import AsJson, print_json
from app.cli.remote import Service


def replay(
    receipt: Annotated[list[str] | None, typer.Argument(help="Receipts by id.")] = None,
    source: Annotated[str | None, typer.Option(help="All of this source …")] = None,
    state: Annotated[str | None, typer.Option(help="… in this state: processed, ignored or quarantined.")] = None,
    since: Since = None,
    everything: Annotated[bool, typer.Option("--all", help="All that fit, not only the newest 500.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which receipts fit.")] = False,
    reason: Annotated[str, typer.Option(help="Why; kept in the audit trail.")] = "",
    as_json: AsJson = False,
) -> None:
    """Read receipts anew by today's rooms and estate, after a mend; news that is known is not sent again.

    Examples:

      shipbell replay --state quarantined --all --dry-run

      shipbell replay 019ad3c0a1b27c3d8e4f5a6b7c8d9e0f --reason 'the parser was mended'
    """
    wish = {
        "receipts": receipt or [],
        "source": source,
        "state": state,
        "since": since,
        "dry_run": dry_run,
        "reason": reason,
    }
    chosen: list[str] = []
    rest: str | None = None
    columns = (SpinnerColumn(), TextColumn("receipts"), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=None)
        for answer in _pages(wish):
            chosen += answer["receipts"]
            progress.update(task, completed=len(chosen))
            rest = answer["next"]
            if not everything:
                break
    if as_json:
        print_json({"receipts": chosen, "next": rest, "dry_run": dry_run})
    else:
        more = "; older ones fit too: --all" if rest else ""
        typer.echo(f"{len(chosen)} receipts {'would be' if dry_run else 'are'} read anew{more}")
    gone = [each for each in dict.fromkeys(receipt or ()) if each not in chosen]
    if gone:
        raise say(f"there is no receipt {', '.join(gone)}; it may be older than the retention")


def _pages(wish: dict[str, Any]) -> Iterator[dict[str, Any]]:
    service, cursor = Service(), None
    while True:
        answer = service.post("/api/v1/replay", {**wish, "cursor": cursor})
        yield answer
        cursor = answer["next"]
        if cursor is None:
            return
