"""`shipbell cards …`: lint the cards, and see one on a real or a shipped event."""

from typing import Annotated, Any

import typer

import app.sources
from app.cards import CardContext, plain
from app.cli.faults import USAGE, tell
from app.cli.output import AsJson, print_json
from app.cli.remote import Service
from app.cli.rules import Folder, read_rules
from app.config.files import RuleSet
from app.events import flat
from app.kernel.clock import system_clock
from app.kernel.discover import rooms
from app.kernel.errors import ShipbellError
from app.kernel.samples import load_sample, sample_names
from app.sources import Ignored, Inbound

cards_cli = typer.Typer(help="Cards: lint them, look at one.", no_args_is_help=True)

NO_RECEIPT = "0" * 32


@cards_cli.command("lint")
def lint(rules: Folder = None) -> None:
    """Check every card against Teams' limits and the fields that events have; exits 1 on a problem.

    Example: shipbell cards lint --rules ./rules
    """
    try:
        rule_set = read_rules(rules)
    except ShipbellError as error:
        raise tell(error) from None
    for warning in rule_set.cards.warnings:
        typer.secho(f"warning: {warning}", fg="yellow")
    typer.echo(f"{len(rule_set.cards.names)} cards: right")


@cards_cli.command("preview")
def preview(
    card: Annotated[str, typer.Argument(help="The card's name.")],
    event: Annotated[str, typer.Argument(help="An event's id, or source/sample.")] = "bitbucket/pipeline-failed",
    rules: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Render a card on a stored event or on a shipped sample, as text or as the Adaptive Card itself.

    Examples:

      shipbell cards preview pipeline bitbucket/pipeline-failed

      shipbell cards preview deployment 0a1b2c3d4e5f60718293a4b5c6d7e8f9 --json > card.json
    """
    try:
        rule_set = read_rules(rules)
        view = _sample_view(event, rule_set) if "/" in event else Service().get(f"/api/v1/events/{event}")
    except ShipbellError as error:
        raise tell(error) from None
    if card not in rule_set.cards.names:
        typer.secho(
            f"error: there is no card {card!r}; known: {', '.join(sorted(rule_set.cards.names))}", fg="red", err=True
        )
        raise typer.Exit(USAGE)
    rendered = rule_set.cards.render(card, CardContext(view))
    if as_json:
        print_json(rendered.card)
        return
    typer.echo(plain(rendered.card))
    note = f" · fell back: {rendered.fell_back}" if rendered.fell_back else ""
    typer.secho(f"{rendered.size} bytes{' · shortened' if rendered.shortened else ''}{note}", dim=True)


def _sample_view(name: str, rule_set: RuleSet) -> dict[str, Any]:
    room, _, sample = name.partition("/")
    sources = rooms(app.sources, "SOURCE")
    if room not in sources or sample not in sample_names(f"app.sources.{room}"):
        typer.secho(f"error: there is no sample {name!r}; see 'shipbell send --list'", fg="red", err=True)
        raise typer.Exit(USAGE)
    found = load_sample(f"app.sources.{room}", sample)
    parsed = sources[room].parse(Inbound(found.headers, found.body))
    if isinstance(parsed, Ignored) or not parsed:
        typer.secho(f"error: the sample {name!r} says nothing that could be shown", fg="red", err=True)
        raise typer.Exit(USAGE)
    return flat(rule_set.estate.event(parsed[0], source=room, receipt=NO_RECEIPT, received_at=system_clock()))
