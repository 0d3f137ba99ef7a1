"""`shipbell check`: the whole configuration: what is found, what is missing, what is wrong."""

import typer

from app.channels import Printer
from app.cli.faults import tell
from app.cli.output import AsJson, print_json, print_rows
from app.config.environment import read_environment
from app.config.settings import read_settings
from app.kernel.errors import ConfigErrors, ShipbellError


def check(as_json: AsJson = False) -> None:
    """Check settings, secrets, rules, cards and channels without starting anything.

    Exits 1 when the service would not start. Example: shipbell check --json
    """
    from app.main import prepare, standing

    try:
        environ = read_environment()
        building = prepare(read_settings(environ), environ, write=lambda _: None)
    except ConfigErrors as error:
        if as_json:
            print_json({"ok": False, "problems": [str(problem) for problem in error.problems]})
        raise tell(error) from None
    except ShipbellError as error:
        raise tell(error) from None
    loaded = building.rules.now
    sources = [
        {"name": name, "door": door, "title": building.sources[name].title} for name, door in standing(building).items()
    ]
    channels = [
        {
            "name": name,
            "kind": opened.settings.kind,
            "connection": opened.settings.connection,
            "sends": "prints to the console: no URL is set" if isinstance(opened.channel, Printer) else "yes",
        }
        for name, opened in loaded.channels.items()
    ]
    counts = {
        "services": len(loaded.book.estate.services),
        "environments": len(loaded.book.estate.environments),
        "rules": len(loaded.book.rules.rules),
        "tests": len(loaded.book.rules.trials),
        "cards": len(loaded.cards.names),
        "tokens": len(building.tokens),
    }
    if as_json:
        print_json(
            {"ok": True, "sources": sources, "channels": channels, **counts, "warnings": building.rules.warnings}
        )
        return
    typer.secho("Sources", bold=True)
    print_rows(sources, {"name": "name", "door": "door", "what": "title"}, empty="none")
    typer.secho("\nChannels", bold=True)
    print_rows(channels, {"name": "name", "kind": "kind", "connection": "connection", "sends": "sends"}, empty="none")
    typer.echo("\n" + ", ".join(f"{number} {what}" for what, number in counts.items()))
    for warning in building.rules.warnings:
        typer.secho(f"warning: {warning}", fg="yellow")
    typer.secho("The configuration is right.", fg="green")
