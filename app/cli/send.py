"""`shipbell send`: a shipped sample, signed with the configured secret, through the real door."""

import time
from typing import Annotated

import typer

from app.cli import samples
from app.cli.fates import PATIENCE_SECONDS, Fate, fates
from app.cli.freshen import freshen
from app.cli.output import AsJson, print_json
from app.cli.post import post_sample, settled
from app.cli.remote import Service
from app.kernel.clock import system_clock
from app.kernel.ids import new_id


def send(
    sample: Annotated[str | None, typer.Argument(help="source/name of a shipped sample, or a .http file.")] = None,
    as_is: Annotated[bool, typer.Option("--as-is", help="Send its bytes as they are, old times included.")] = False,
    list_them: Annotated[bool, typer.Option("--list", help="List the shipped samples.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send a sample webhook to the running service as its vendor would, and say what became of it.

    Times in it are moved to now, so that it is news; --as-is twice shows that the same news is told once.

    Examples:

      shipbell send --list

      shipbell send bitbucket/pipeline-failed
    """
    if list_them or sample is None:
        names = samples.sendable()
        print_json(names) if as_json else typer.echo("\n".join(names))
        return
    source, found = samples.find(sample)
    service, now = Service(), system_clock()
    answer = post_sample(service, source, found, found.body if as_is else freshen(found.body, now), new_id(now))
    receipt = settled(service, answer["receipt"])
    if as_json:
        print_json({**answer, "state": receipt["state"], "reason": receipt["reason"], "events": receipt["events"]})
        return
    typer.echo(f"{answer['outcome']}: receipt {answer['receipt']}")
    typer.echo(f"{receipt['state']}{': ' + receipt['reason'] if receipt['reason'] else ''}")
    until = time.monotonic() + PATIENCE_SECONDS
    for event in receipt["events"]:
        for fate in fates(service, event, until):
            typer.echo(f"event {event} → {_words(fate)}")


def _words(fate: Fate) -> str:
    card = f" ({fate['card']})" if fate.get("card") else f" (rule {fate['rule']})"
    extras = f", {fate['with']}" if fate.get("with") else ""
    return f"{fate['channel']}{card}: {fate['state']}{extras}"
