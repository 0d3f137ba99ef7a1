"""`shipbell cards …`: lint the cards, and see one on a real or a shipped event."""

from typing import Annotated, Any

import typer

from app.cards import CardContext, plain
from app.cli import samples
from app.cli.faults import USAGE, say
from app.cli.output import AsJson, print_json
from app.cli.remote import Service
from app.cli.rules import Folder, read_rules
from app.config.files import RuleSet
from app.events import flat
from app.kernel.clock import system_clock
from app.kernel.yaml import did_you_mean
from app.sources import Ignored, Inbound

cards_cli = typer.Typer(help="Cards: lint them, look at one.", no_args_is_help=True)

NO_RECEIPT = "0" * 32


@cards_cli.command("lint")
def lint(rules: Folder = None, as_json: AsJson = False) -> None:
    """Check every card against Teams' limits and the fields that events have; exits 1 on a problem.

    Example: shipbell cards lint --rules ./rules
    """
    cards = read_rules(rules).cards
    if as_json:
        print_json({"ok": True, "cards": sorted(cards.names), "warnings": [str(each) for each in cards.warnings]})
        return
    for warning in cards.warnings:
        typer.secho(f"warning: {warning}", fg="yellow")
    typer.echo(f"{len(cards.names)} cards: right")


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
    rule_set = read_rules(rules)
    known = rule_set.cards.names
    if card not in known:
        raise say(f"there is no card {card!r} ({did_you_mean(card, known)})", USAGE)
    view = _sample_view(event, rule_set) if "/" in event else Service().get(f"/api/v1/events/{event}")
    rendered = rule_set.cards.render(card, CardContext(view))
    if as_json:
        print_json(rendered.card)
        return
    typer.echo(plain(rendered.card))
    note = f" · fell back: {rendered.fell_back}" if rendered.fell_back else ""
    typer.secho(f"{rendered.size} bytes{' · shortened' if rendered.shortened else ''}{note}", dim=True)


def _sample_view(name: str, rule_set: RuleSet) -> dict[str, Any]:
    source, found = samples.find(name)
    parsed = source.parse(Inbound(found.headers, found.body))
    if isinstance(parsed, Ignored) or not parsed:
        raise say(f"the sample {name!r} says nothing that could be shown", USAGE)
    return flat(rule_set.estate.event(parsed[0], source=source.name, receipt=NO_RECEIPT, received_at=system_clock()))
