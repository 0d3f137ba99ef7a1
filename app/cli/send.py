"""`shipbell send`: a shipped sample, signed with the configured secret, through the real door."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

import app.sources
from app.cli.faults import USAGE
from app.cli.freshen import freshen
from app.cli.output import AsJson, print_json
from app.cli.post import post_sample, settled
from app.cli.remote import Service
from app.kernel.clock import system_clock
from app.kernel.discover import rooms
from app.kernel.ids import new_id
from app.kernel.samples import Sample, load_sample, read_sample, sample_names
from app.kernel.yaml import did_you_mean
from app.sources import Source


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
    sources: Mapping[str, Source] = rooms(app.sources, "SOURCE")
    names = [f"{room}/{name}" for room in sources for name in sample_names(f"app.sources.{room}")]
    if list_them or sample is None:
        typer.echo("\n".join(names))
        return
    source, found = _find(sample, sources, names)
    service, now = Service(), system_clock()
    answer = post_sample(service, source, found, found.body if as_is else freshen(found.body, now), new_id(now))
    receipt = settled(service, answer["receipt"])
    if as_json:
        print_json({**answer, "state": receipt["state"], "reason": receipt["reason"], "events": receipt["events"]})
        return
    typer.echo(f"{answer['outcome']}: receipt {answer['receipt']}")
    typer.echo(f"{receipt['state']}{': ' + receipt['reason'] if receipt['reason'] else ''}")
    for event in receipt["events"]:
        for delivery in service.get("/api/v1/deliveries", event=event)["items"]:
            typer.echo(f"event {event} → {delivery['channel']} ({delivery['card']}): {delivery['state']}")


def _find(sample: str, sources: Mapping[str, Source], names: list[str]) -> tuple[Source, Sample]:
    if sample.endswith(".http") and Path(sample).is_file():
        found = read_sample(Path(sample).read_bytes())
        name = found.path.split("/")[2].partition("?")[0] if found.path.startswith("/hooks/") else "scans"
    elif sample in names:
        name, _, rest = sample.partition("/")
        found = load_sample(f"app.sources.{name}", rest)
    else:
        name, found = "", Sample("", "", {}, b"")
    if name not in sources:
        hint = did_you_mean(sample, names) or "see 'shipbell send --list'"
        typer.secho(f"error: there is no sample {sample!r} ({hint})", fg="red", err=True)
        raise typer.Exit(USAGE)
    return sources[name], found
