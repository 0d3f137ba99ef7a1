"""`shipbell rules backtest`: what the rules would have sent on past events, and what a change would change."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from app.cards import CardContext, Cards, plain
from app.cli.backtest_output import print_report
from app.cli.faults import USAGE, WRONG, say
from app.cli.junit import write_junit
from app.cli.output import AsJson, print_json
from app.cli.past_events import Past, stored_events, written_events
from app.cli.rules import Folder, read_rules, rules_cli
from app.config.environment import read_environment
from app.config.settings import read_settings
from app.kernel.clock import system_clock
from app.kernel.durations import parse_duration
from app.routing import Rulebook
from app.routing.backtest import Backtest, report, shown

_STEP = 1000


@rules_cli.command("backtest")
def backtest(
    since: Annotated[str, typer.Option(help="How far back in the store, e.g. 90d or 12h.")] = "30d",
    against: Annotated[Path | None, typer.Option(help="The folder with the changed rules.")] = None,
    events: Annotated[
        Path | None, typer.Option(help="Events from this file instead: a flat view a line, as received; - is stdin.")
    ] = None,
    rules: Folder = None,
    fail_on_lost: Annotated[
        bool, typer.Option("--fail-on-lost", help="Exit 1 if nobody would get an event that somebody gets today.")
    ] = False,
    junit: Annotated[Path | None, typer.Option(help="Also write a JUnit report there: a case for each rule.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try a change of the rules on past events; nothing is sent.

    Who would have got more, less, another card, or nothing; and the posts of each connection against its budget. It
    only reads the store: the service may go on running. Without --against: what today's rules come to.

    Examples:

      shipbell rules backtest --since 30d --against ./new-rules

      shipbell rules backtest --against ./new-rules --events events.ndjson --fail-on-lost --junit backtest.xml
    """
    if fail_on_lost and against is None:
        raise say("--fail-on-lost compares: name the changed rules with --against", USAGE)
    today = read_rules(rules, tests=False)
    changed = read_rules(against, tests=False) if against is not None else None
    past = written_events(events) if events is not None else stored_events(_database_url(), _since(since))
    tested = _run(past, today.rules, changed.rules if changed is not None else None)
    if not tested.events and (fail_on_lost or events is not None):
        raise say(f"there is no event {f'in {events}' if events else 'in the store since then'}: nothing was tried")
    found = report(tested)
    found["cards"] = list(_cards(tested, changed.cards)) if changed is not None else None
    lost = found["lost"] or {"events": 0, "rules": []}
    if junit is not None:
        write_junit(junit, "shipbell backtest", "backtest", _cases(today.rules, lost))
    if as_json:
        print_json(found)
    else:
        print_report(found)
    if fail_on_lost and lost["events"]:
        raise typer.Exit(WRONG)


def _run(past: Iterable[Past], today: Rulebook, changed: Rulebook | None) -> Backtest:
    """Take all events, with a bar on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console, tested = Console(stderr=True), Backtest(today, changed)
    columns = (BarColumn(), TextColumn("{task.description} events"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("0", total=1.0)
        for event in past:
            tested.take(event.view, event.at)
            if tested.events % _STEP == 0:
                progress.update(task, completed=event.read, description=f"{tested.events:,}")
    tested.finish()
    return tested


def _cards(tested: Backtest, cards: Cards) -> Iterator[dict[str, Any]]:
    """Each change of a card once, with the new card on one of the events that show it."""
    seen = set()
    for row in tested.rows.values():
        for sample in row.samples.get("other_card", ()):
            was, now = sample.was, sample.now
            if was is None or now is None or (was.card, now.card) in seen:
                continue
            seen.add((was.card, now.card))
            # The card of a group shows many events: one alone says nothing about it.
            text = None if now.together else plain(cards.render(now.card, CardContext(sample.view)).card)
            yield {"was": was.card, "now": now.card, "event": shown(sample.view), "text": text}


def _cases(today: Rulebook, lost: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """A test case for each of today's rules: whatever it tells somebody of, somebody goes on hearing of."""
    by_rule = {entry["rule"]: entry for entry in lost["rules"]}
    for name in dict.fromkeys(
        [rule.name for rule in (*today.rules, *today.scheduled) if not rule.drop] + list(by_rule)
    ):
        entry = by_rule.get(name)
        some = ", ".join(view["id"] for view in entry["samples"]) if entry else ""
        yield name, [f"nobody would get {entry['events']} events of this rule, e.g. {some}"] if entry else []


def _database_url() -> str:
    return read_settings(read_environment()).database_url


def _since(text: str) -> int:
    try:
        return system_clock() - parse_duration(text)
    except ValueError as error:
        raise say(f"--since: {error}", USAGE) from None
