"""What a backtest found, as plain values for JSON."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from app.kernel.clock import SECOND, iso
from app.routing.backtest.backtest import Backtest
from app.routing.backtest.findings import Row, Sample
from app.routing.backtest.rehearsal import Rehearsal
from app.routing.match import View
from app.routing.route import NO_RULE
from app.routing.rulebook import Connection, Rulebook

_SHOWN = ("id", "type", "service", "environment", "status", "version", "occurred_at")


def report(backtest: Backtest) -> dict[str, Any]:
    """All of it. What compares is None when there is no changed rule book to compare with."""
    return {
        "events": backtest.events,
        "from": iso(backtest.first_at) if backtest.events else None,
        "to": iso(backtest.last_at) if backtest.events else None,
        "rules": list(_rules(backtest)),
        "channels": list(_channels(backtest)),
        "connections": list(_connections(backtest)),
        "nobody": list(_nobody(backtest)),
        "lost": _lost(backtest) if backtest.changed is not None else None,
    }


def shown(view: View) -> dict[str, Any]:
    """An event in a few fields, by which a person finds it again."""
    return {name: view[name] for name in _SHOWN if name in view}


def _rules(backtest: Backtest) -> Iterator[dict[str, Any]]:
    """By rule, in the order of the rule books, and by channel."""
    names = [rule.name for book in _books(backtest) for rule in (*book.rules, *book.scheduled)]
    order = {name: at for at, name in enumerate(dict.fromkeys([*names, NO_RULE]))}
    compares = backtest.changed is not None
    for (rule, channel), row in sorted(backtest.rows.items(), key=lambda item: (order[item[0][0]], item[0][1])):
        yield {
            "rule": rule,
            "channel": channel,
            "today": row.today,
            "changed": row.changed if compares else None,
            "more": row.more if compares else None,
            "less": row.less if compares else None,
            "other_card": row.other_card if compares else None,
            "samples": list(_samples(row)),
        }


def _samples(row: Row) -> Iterator[dict[str, Any]]:
    for how, samples in row.samples.items():
        for sample in samples:
            yield {"how": how, "event": shown(sample.view), **_cards(sample)}


def _cards(sample: Sample) -> dict[str, Any]:
    return {"was": asdict(sample.was) if sample.was else None, "now": asdict(sample.now) if sample.now else None}


def _channels(backtest: Backtest) -> Iterator[dict[str, Any]]:
    """By channel: cards, and the messages that they came to."""
    for name in dict.fromkeys(name for book in _books(backtest) for name in book.channels):
        sides = ((side, rehearsal.heard.get(name) if rehearsal else None) for side, rehearsal in _sides(backtest))
        yield {"channel": name, **{side: asdict(heard) if heard else None for side, heard in sides}}


def _connections(backtest: Backtest) -> Iterator[dict[str, Any]]:
    """By connection: the posts, against its budget."""
    for name in dict.fromkeys(name for book in _books(backtest) for name in book.connections):
        sides = {side: _connection(rehearsal, name) if rehearsal else None for side, rehearsal in _sides(backtest)}
        yield {"connection": name, **sides}


def _connection(rehearsal: Rehearsal, name: str) -> dict[str, Any] | None:
    connection: Connection | None = rehearsal.book.connections.get(name)
    if connection is None:
        return None
    posts = rehearsal.posts[name]
    return {
        "budget": {
            "posts": connection.posts,
            "per_seconds": connection.per_seconds,
            "when_full": connection.when_full,
        },
        "wanted": posts.wanted,
        "sent": posts.sent,
        "most": posts.most,
        "most_at": iso(posts.most_at) if posts.most else None,
        "no_room": posts.no_room,
        "longest_wait_seconds": posts.longest_wait // SECOND,
    }


def _nobody(backtest: Backtest) -> Iterator[dict[str, Any]]:
    """Events that nobody would get, by why and by which rule."""
    sides = dict(_sides(backtest))
    for why, rule in dict.fromkeys(key for rehearsal in sides.values() if rehearsal for key in rehearsal.nobody):
        counts = {side: rehearsal.nobody[why, rule] if rehearsal else None for side, rehearsal in sides.items()}
        yield {"why": why, "rule": rule or None, **counts}


def _lost(backtest: Backtest) -> dict[str, Any]:
    """Events that somebody gets today, and nobody would get."""
    lost = backtest.lost
    rules = [
        {"rule": rule, "events": number, "samples": [shown(view) for view in lost.samples[rule]]}
        for rule, number in lost.by_rule.items()
    ]
    return {"events": lost.by_rule.total(), "rules": rules}


def _sides(backtest: Backtest) -> tuple[tuple[str, Rehearsal | None], ...]:
    return ("today", backtest.today), ("changed", backtest.changed)


def _books(backtest: Backtest) -> list[Rulebook]:
    return [rehearsal.book for _, rehearsal in _sides(backtest) if rehearsal is not None]
