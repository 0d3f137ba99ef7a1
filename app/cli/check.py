"""`shipbell check`: the whole configuration: what is found, what is missing, what is wrong."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from app.channels import Printer
from app.cli.faults import tell
from app.cli.output import AsJson, print_json, print_rows
from app.config.environment import read_environment
from app.config.names import secret_name
from app.config.settings import read_settings
from app.kernel.errors import ConfigErrors

if TYPE_CHECKING:
    from app.delivery.opening import OpenChannel


def check(as_json: AsJson = False) -> None:
    """Check settings, secrets, rules, cards and channels without starting anything.

    Exits 1 when the service would not start. Example: shipbell check --json
    """
    try:
        found = _examine()
    except ConfigErrors as error:
        if as_json:
            print_json({"ok": False, "problems": [str(problem) for problem in error.problems]})
        raise tell(error) from None
    if as_json:
        print_json({"ok": True, **found})
        return
    typer.secho("Sources", bold=True)
    print_rows(found["sources"], {"name": "name", "door": "door", "what": "title", "to do": "todo"}, empty="none")
    typer.secho("\nChannels", bold=True)
    columns = {"name": "name", "kind": "kind", "connection": "connection", "sends": "sends"}
    print_rows(found["channels"], columns, empty="none")
    typer.echo("\n" + ", ".join(f"{number} {what}" for what, number in found["counts"].items()))
    for warning in found["warnings"]:
        typer.secho(f"warning: {warning}", fg="yellow")
    typer.secho("The configuration is right.", fg="green")


def _examine() -> dict[str, Any]:
    from app.main import prepare, standing

    environ = read_environment()
    building = prepare(read_settings(environ), environ, write=lambda _: None)
    loaded = building.rules.now
    return {
        "sources": [
            {
                "name": name,
                "door": door,
                "title": building.sources[name].title,
                "todo": f"set {secret_name(name)}" if door.startswith("shut") else None,
            }
            for name, door in standing(building).items()
        ],
        "channels": [_channel(opened) for opened in loaded.channels.values()],
        "counts": {
            "services": len(loaded.book.estate.services),
            "environments": len(loaded.book.estate.environments),
            "rules": len(loaded.book.rules.rules),
            "tests": len(loaded.book.rules.trials),
            "cards": len(loaded.cards.names),
            "tokens": len(building.tokens),
        },
        "warnings": list(building.warnings),
    }


def _channel(opened: "OpenChannel") -> Mapping[str, Any]:
    prints = isinstance(opened.channel, Printer)
    waits_for = getattr(opened.settings, "url_env", None)
    sends = f"prints to the console until {waits_for} is set" if prints and waits_for else "to the console"
    return {
        "name": opened.name,
        "kind": opened.settings.kind,
        "connection": opened.settings.connection,
        "sends": sends if prints else "yes",
    }
