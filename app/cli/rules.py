"""`shipbell rules …`: check, test, explain and describe the rule book."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

import app.channels
from app.cli.faults import USAGE, WRONG, say, tell
from app.cli.junit import write_junit
from app.cli.output import AsJson, print_json
from app.cli.past_events import event_of
from app.cli.remote import Service
from app.config.environment import read_environment
from app.config.files import FOREIGN, RuleSet, load_rules
from app.config.settings import read_settings
from app.delivery.opening import check_channels
from app.kernel.clock import iso, system_clock
from app.kernel.discover import rooms
from app.kernel.errors import BadPayload, ConfigError, ConfigErrors
from app.kernel.json import loads
from app.routing import editor_schema, explain, run_trials

_ID = re.compile("[0-9a-f]{32}")
NO_ID = "0" * 32
"""Of an event that was written by hand."""

rules_cli = typer.Typer(help="The rule book: check, test, explain, try, describe.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Option("--rules", help="The rules folder, instead of SHIPBELL_RULES_DIR.")]


@rules_cli.command("check")
def check(rules: Folder = None, as_json: AsJson = False) -> None:
    """Load the folder strictly, run its tests, and print every problem with file, line and suggestion.

    Exits 1 on a problem. Example: shipbell rules check --rules ./rules
    """
    try:
        rule_set = read_rules(rules)
    except ConfigErrors as error:
        if as_json:
            print_json({"ok": False, "problems": [str(problem) for problem in error.problems]})
        raise tell(error) from None
    if as_json:
        print_json({"ok": True, "rev": rule_set.rules.rev, "warnings": list(rule_set.warnings)})
        return
    for warning in rule_set.warnings:
        typer.secho(f"warning: {warning}", fg="yellow")
    book = rule_set.rules
    typer.echo(f"{len(book.rules) + len(book.scheduled)} rules, {len(book.trials)} tests, revision {book.rev}: right")


@rules_cli.command("test")
def run_tests(
    rules: Folder = None,
    junit: Annotated[Path | None, typer.Option(help="Also write a JUnit report there.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run the `tests:` of the rule book, one line each; exits 1 if one fails. For your own CI.

    Example: shipbell rules test --junit rules.xml
    """
    results = run_trials(read_rules(rules, tests=False).rules)
    failed = [result for result in results if not result.passed]
    if junit is not None:
        cases = [(result.name, result.problems) for result in results]
        write_junit(junit, "shipbell rules", "rules", cases)
    if as_json:
        print_json([{"name": each.name, "passed": each.passed, "problems": list(each.problems)} for each in results])
    else:
        for each in results:
            typer.secho(f"{'ok  ' if each.passed else 'FAIL'} {each.name}", fg=None if each.passed else "red")
            for problem in each.problems:
                typer.echo(f"     {each.file}:{each.line}: {problem}")
        typer.echo(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    if failed:
        raise typer.Exit(WRONG)


@rules_cli.command("explain")
def explain_event(
    event: Annotated[str, typer.Argument(help="An event's id, or a JSON file with a flat view.")],
    channel: Annotated[str | None, typer.Option(help="Only: why did this channel get it, or not?")] = None,
    rules: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Why did I get this, why not: every rule, clause by clause, wanted and got.

    Examples:

      shipbell rules explain 0a1b2c3d4e5f60718293a4b5c6d7e8f9 --channel security

      shipbell rules explain event.json --rules ./new-rules
    """
    if Path(event).is_file():
        found = _explained(rules, read_view(Path(event)), channel)
    elif rules is not None:
        found = _explained(rules, Service().get(f"/api/v1/events/{stored(event)}"), channel)
    else:
        found = Service().get(f"/api/v1/events/{stored(event)}/explain", channel=channel)
    if as_json:
        print_json({name: value for name, value in found.items() if name != "text"})
    else:
        typer.echo(found["text"])


def _explained(folder: Path | None, view: dict[str, Any], channel: str | None) -> dict[str, Any]:
    """What the rules of a folder say of an event."""
    try:
        explanation = explain(read_rules(folder).rules, view, channel)
    except ConfigError as error:  # no such channel
        raise say(error, USAGE) from None
    return {"today": explanation.to_dict(), "text": explanation.text()}


@rules_cli.command("schema")
def schema(rules: Folder = None) -> None:
    """Print the JSON Schema of the rule book for editors, with your channels, purposes and cards filled in.

    Example: shipbell rules schema > rules/rules.schema.json
    """
    print_json(editor_schema(read_rules(rules).rules, FOREIGN))


def read_rules(folder: Path | None, *, tests: bool = True) -> RuleSet:
    """The rule set of a folder, or of SHIPBELL_RULES_DIR. Raises ConfigErrors."""
    kinds = rooms(app.channels, "CHANNEL")
    words = [word for kind in kinds.values() for word in (kind.name, *kind.aliases)]
    rule_set = load_rules(folder or read_settings(read_environment()).rules_dir, words, tests=tests)
    check_channels(rule_set.rules, kinds)
    return rule_set


def stored(event: str) -> str:
    """The id of a stored event. Exits when it cannot be one."""
    if not _ID.fullmatch(event):
        raise say(f"{event!r} is neither a file nor the id of an event: 'shipbell events list' shows those", USAGE)
    return event


def read_view(path: Path) -> dict[str, Any]:
    """The flat view of an event in a JSON file, as somebody wrote it. Raises BadPayload."""
    try:
        found = loads(path.read_bytes())
        if isinstance(found, dict):
            found = {"received_at": found.get("occurred_at") or iso(system_clock()), **found}
        return event_of(found, NO_ID)[0]
    except (ValueError, BadPayload) as error:
        raise BadPayload(f"{path} holds no event: {error}") from None
