"""`shipbell cards …`: lint the cards, and see one on a real or a shipped event."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cards import plain
from app.cards.preview import Shown, find_renderer, page
from app.cli import samples
from app.cli.faults import USAGE, say
from app.cli.output import AsJson, print_json
from app.cli.remote import Service
from app.cli.rules import Folder, read_rules, read_view, stored
from app.config.files import RuleSet
from app.ingest.rehearsal import as_sent, sample_view
from app.kernel.clock import system_clock
from app.kernel.yaml import did_you_mean

cards_cli = typer.Typer(help="Cards: lint them, look at one.", no_args_is_help=True)


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
    event: Annotated[
        str, typer.Option(help="An event's id, source/sample or its file, or a JSON file with a flat view.")
    ] = "bitbucket/pipeline-failed",
    html: Annotated[
        Path | None, typer.Option("--html", "-o", help="Where to write the page.", show_default="preview-CARD.html")
    ] = None,
    as_text: Annotated[bool, typer.Option("--text", help="Print the card as text, write no page.")] = False,
    rules: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the Adaptive Card itself, write no page.")] = False,
) -> None:
    """Show a card on a stored event or on a shipped sample: a page with it as Teams does, light and dark.

    Examples:

      shipbell cards preview pipeline --event bitbucket/pipeline-failed

      shipbell cards preview deployment --event 0a1b2c3d4e5f60718293a4b5c6d7e8f9 --html deployment.html

      shipbell cards preview digest --event digest.json --json > card.json
    """
    rule_set = read_rules(rules)
    known = rule_set.cards.names
    if card not in known:
        raise say(f"there is no card {card!r} ({did_you_mean(card, known)})", USAGE)
    rendered = rule_set.cards.render(*as_sent(rule_set.rules, _view(event, rule_set), card))
    if as_json:
        print_json(rendered.card)
        return
    if as_text:
        typer.echo(plain(rendered.card))
    else:
        _write_page(html or Path(f"preview-{card}.html"), Shown(card, event, rendered))
    note = f" · fell back: {rendered.fell_back}" if rendered.fell_back else ""
    typer.secho(f"{rendered.size} bytes{' · shortened' if rendered.shortened else ''}{note}", dim=True)


def _write_page(file: Path, shown: Shown) -> None:
    renderer = find_renderer()
    try:
        file.write_text(page(shown, renderer).html, encoding="utf-8")
    except OSError as error:
        raise say(f"{file} cannot be written: {error.strerror}") from None
    typer.echo(file)
    if renderer is None:
        typer.secho("It shows text and JSON only: 'make preview' in a checkout fetches what draws cards.", fg="yellow")


def _view(event: str, rule_set: RuleSet) -> dict[str, Any]:
    if event.endswith(".json"):
        try:
            return read_view(Path(event))
        except OSError as error:
            raise say(f"{event} cannot be read: {error.strerror}") from None
    if "/" not in event and not event.endswith(".http"):
        found: dict[str, Any] = Service().get(f"/api/v1/events/{stored(event)}")
        return found
    view = sample_view(*samples.find(event), rule_set.estate, system_clock())
    if view is None:
        raise say(f"the sample {event!r} says nothing that could be shown", USAGE)
    return view
