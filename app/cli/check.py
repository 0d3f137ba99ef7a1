"""`shipbell check`: the whole configuration: what is found, what is missing, what is wrong."""

from collections.abc import Iterator, Mapping
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
    from app.clients.upstreams import TokenEntry, Upstreams
    from app.delivery.opening import OpenChannel
    from app.estate import Estate
    from app.sources import Source


def check(as_json: AsJson = False) -> None:
    """Check settings, secrets, rules, cards, channels and upstreams without starting anything.

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
    typer.secho("\nUpstreams", bold=True)
    none = "none: the collector has nothing to ask (section `upstreams` of the rules)"
    print_rows(found["upstreams"], {"name": "name", "url": "url", "token": "token", "note": "note"}, empty=none)
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
                "todo": _todo(name, loaded.mapped) if door.startswith("shut") else None,
            }
            for name, door in standing(building).items()
        ],
        "channels": [_channel(opened) for opened in loaded.channels.values()],
        "upstreams": list(_upstreams(loaded.upstreams, loaded.book.estate)),
        "counts": {
            "services": len(loaded.book.estate.services),
            "environments": len(loaded.book.estate.environments),
            "rules": len(loaded.book.rules.rules) + len(loaded.book.rules.scheduled),
            "tests": len(loaded.book.rules.trials),
            "cards": len(loaded.cards.names),
            "tokens": len(building.tokens),
        },
        "warnings": list(building.warnings),
    }


def _todo(name: str, mapped: Mapping[str, "Source"]) -> str:
    """What opens a door that is shut. A running process never sees a variable that is set later."""
    variable = secret_name(name)
    return f"set {variable} and restart, or name a secret.file" if name in mapped else f"set {variable}"


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


def _upstreams(named: "Upstreams", estate: "Estate") -> Iterator[Mapping[str, str]]:
    """What may be asked. Without its token the service does not start, so one that is shown has it."""
    if named.gitops is not None:
        note = f"{named.gitops.mode}: {named.gitops.path}"
        token = _token(named.gitops.token_env)
        yield {"name": "gitops", "url": named.gitops.repository, "token": token, "note": note}
    if named.bitbucket is not None:
        known = sum(1 for repository in estate.repositories.values() if repository)
        others = f"{named.bitbucket.workspace}/<service> is tried" if named.bitbucket.workspace else "are left out"
        note = f"{known} of {len(estate.services)} services name a repository; for the others {others}"
        yield {"name": "bitbucket", **_asked(named.bitbucket), "note": note}
    if named.jira is not None:
        yield {"name": "jira", **_asked(named.jira), "note": named.jira.edition}
    for name, entry in named.argocd.items():
        yield {"name": f"argocd {name}", **_asked(entry), "note": ", ".join(entry.projects) or "all projects"}
    yield from _registries(named)
    yield from _incident_tools(named)


def _registries(named: "Upstreams") -> Iterator[Mapping[str, str]]:
    from app.clients.registries import url_of

    note = "the commit in an image's labels"
    for host, entry in named.registries.items():
        yield {"name": f"registry {host}", "url": url_of(host, entry), "token": _token(entry.token_env), "note": note}


def _incident_tools(named: "Upstreams") -> Iterator[Mapping[str, str]]:
    """The tools, and which of their incidents are read."""
    if named.jsm is not None:
        yield {"name": "jsm", **_asked(named.jsm), "note": named.jsm.query or "all alerts"}
    if named.opsgenie is not None:
        alerts = named.opsgenie.query or "all alerts"
        note = "all incidents" if named.opsgenie.reads == "incidents" else alerts
        yield {"name": "opsgenie", **_asked(named.opsgenie), "note": note}
    if named.pagerduty is not None:
        teams = ", ".join(named.pagerduty.teams)
        yield {
            "name": "pagerduty",
            **_asked(named.pagerduty),
            "note": f"of the teams {teams}" if teams else "all teams",
        }
    if named.incidentio is not None:
        yield {"name": "incidentio", **_asked(named.incidentio), "note": "all but private ones"}


def _asked(entry: "TokenEntry") -> Mapping[str, str]:
    return {"url": entry.url, "token": _token(entry.token_env)}


def _token(variable: str | None) -> str:
    return f"{variable} is set" if variable else "none"
