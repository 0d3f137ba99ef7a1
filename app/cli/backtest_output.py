"""What a backtest found, for people."""

from collections.abc import Mapping
from typing import Any

import typer

from app.cli.output import print_rows

_RULES = {"rule": "rule", "channel": "channel", "cards": "today"}
_CHANGED_RULES = {"rule": "rule", "channel": "channel", "cards today": "today", "changed": "changed", "more": "more",
                  "less": "less", "other card": "other_card"}  # fmt: skip
_CHANNELS = {"channel": "channel", "cards": "cards", "the same news": "same_news", "waited": "waited",
             "muted": "muted", "messages": "posts"}  # fmt: skip
_CONNECTIONS = {"connection": "connection", "budget": "budget", "most in a window": "most", "messages": "sent",
                "found no room": "no_room", "longest wait (s)": "longest_wait_seconds"}  # fmt: skip
_NOBODY = {"why": "why", "rule": "rule", "events": "events"}
_RETOLD = "Of one happening that several sources tell, every card is counted here; the service sends the first alone."
_LOST = {"today's rule": "rule", "events": "events", "for example": "samples"}


def print_report(found: Mapping[str, Any]) -> None:
    """Tables: by rule and channel, by channel, by connection, what nobody gets, what would be lost, new cards."""
    if not found["events"]:
        typer.echo("There is no event to try the rules on.")
        return
    typer.echo(f"{found['events']:,} events, received from {found['from']} to {found['to']}; nothing was sent.")
    compares = found["lost"] is not None
    _print_rules(found["rules"], compares)
    _title("Channels")
    print_rows([_both(row, row["today"], row["changed"]) for row in found["channels"]], _CHANNELS, empty="none")
    typer.echo(_RETOLD)
    _title("Connections")
    print_rows([_connection(row) for row in found["connections"]], _CONNECTIONS, empty="none")
    _title("Events that nobody gets")
    rows = [_both(row, {"events": row["today"]}, _events(row["changed"])) for row in found["nobody"]]
    print_rows(rows, _NOBODY, empty="none")
    if compares:
        _print_lost(found["lost"])
        _print_cards(found["cards"])


def _print_rules(rows: list[dict[str, Any]], compares: bool) -> None:
    _title("Rules")
    if not compares:
        print_rows(rows, _RULES, empty="no card")
        return
    differ = [row for row in rows if row["today"] != row["changed"] or row["other_card"] or row["more"] or row["less"]]
    print_rows(differ, _CHANGED_RULES, empty="Every channel gets the same cards by the same rules.")
    if differ and len(differ) < len(rows):
        typer.echo(f"and {len(rows) - len(differ)} that stay the same")


def _print_lost(lost: Mapping[str, Any]) -> None:
    _title("Lost: somebody gets them today, and nobody would")
    rows = [{**row, "samples": [view["id"] for view in row["samples"]]} for row in lost["rules"]]
    print_rows(rows, _LOST, empty="none")


def _print_cards(cards: list[dict[str, Any]]) -> None:
    for card in cards:
        event = card["event"]
        _title(f"{card['was']} → {card['now']}, e.g. for {event['type']} {event['id']}")
        typer.echo(card["text"] or "told together with others")


def _connection(row: Mapping[str, Any]) -> dict[str, Any]:
    sides = (_flat(row["today"]), _flat(row["changed"]))
    return _both({"connection": row["connection"]}, *sides)


def _flat(side: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if side is None:
        return None
    budget = side["budget"]
    return {**side, "budget": f"{budget['posts']} in {budget['per_seconds']} s, then {budget['when_full']}"}


def _events(number: int | None) -> dict[str, Any] | None:
    return None if number is None else {"events": number}


def _both(row: Mapping[str, Any], today: Mapping[str, Any] | None, changed: Mapping[str, Any] | None) -> dict[str, Any]:
    """One value where today and the change agree, or where nothing compares; else `today → changed`."""
    one = today if changed is None else changed
    if one is None or today is None or changed is None:
        return {**row, **(one or {})}
    return {
        **row,
        **{key: value if today[key] == value else f"{today[key]} → {value}" for key, value in changed.items()},
    }


def _title(text: str) -> None:
    typer.secho(f"\n{text}", bold=True)
