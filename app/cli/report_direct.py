"""`shipbell report --direct`: a step without a service applies the rule book itself, and posts what it says.

There is no store here: nothing is collected, held back as a repeat or tried again later. What a rule would hold until
its times are over is left out, and said.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import app.channels
from app.cards import CardContext, Cards
from app.cards.mentions import mention
from app.cards.words import words
from app.channels import Channel, Message, Printer
from app.cli.report_drafts import drafts
from app.clients.outbound import Outbound
from app.config.environment import FileTwins
from app.config.files import RuleSet, load_rules
from app.delivery.opening import open_channels
from app.events import flat
from app.events.own import NO_RECEIPT
from app.kernel.answers import Outcome, Verdict
from app.kernel.clock import monotonic, system_clock
from app.kernel.discover import rooms
from app.kernel.errors import BadPayload, ConfigErrors
from app.kernel.ids import derived_id
from app.reporter.events import Report
from app.reporter.uploads import Upload
from app.routing import Routing, Send, route

Routed = tuple[Mapping[str, Any], Routing]
"""The flat view of an event, and what the rules say of it."""
_MARGIN = 0.5
"""Seconds that are kept for saying what became of it."""
_PAUSE = 1.0
"""Seconds before the second and last try."""


def direct(what: Report | Sequence[Upload], folder: Path, variables: Mapping[str, str], until: float) -> Iterator[str]:
    """Post the cards for a report, or for files, by the rules of `folder`; a line for each.

    What is wrong with the rules, the files or a channel is a line, too.
    """
    kinds = rooms(app.channels, "CHANNEL")
    environ = FileTwins(variables)
    allowed = frozenset(variables.get("SHIPBELL_EXTRA_CHANNEL_HOSTS", "").replace(",", " ").split())
    printed: list[str] = []
    outbound = Outbound(allowed, total=max(0.1, until - monotonic() - _MARGIN))
    try:
        names = [word for kind in kinds.values() for word in (kind.name, *kind.aliases)]
        rule_set = load_rules(folder, names, tests=False)
        routed = []
        for found in _routed(rule_set, what):
            if isinstance(found, str):
                yield found
            else:
                routed.append(found)
        wanted = {send.channel for _, routing in routed for send in routing.sends}
        book = replace(rule_set.rules, channels={name: rule_set.rules.channels[name] for name in sorted(wanted)})
        channels = open_channels(book, kinds, environ, outbound, allowed, printed.append)
    except ConfigErrors as error:
        yield from (f"not posted: {problem}" for problem in error.problems)
        return
    except BadPayload as error:
        yield f"not posted: {error}"
        return
    opened = {name: one.channel for name, one in channels.items()}
    yield from asyncio.run(_post_all(routed, rule_set.cards, opened, outbound, until))
    yield from (line for text in printed for line in text.splitlines())


def _routed(rule_set: RuleSet, what: Report | Sequence[Upload]) -> Iterator[Routed | str]:
    now = system_clock()
    for source, draft in drafts(what):
        if isinstance(draft, str):
            yield draft
            continue
        view = flat(rule_set.estate.event(draft, source=source, receipt=NO_RECEIPT, received_at=now))
        routing = route(rule_set.rules, view)
        if not routing.sends:
            yield f"{view['type']}: no rule wants it posted"
        yield view, routing


async def _post_all(
    routed: Sequence[Routed], cards: Cards, channels: Mapping[str, Channel], outbound: Outbound, until: float
) -> list[str]:
    """All cards at once, for there is little time; a line for each, in order."""
    posts = [
        _post(view, routing, send, cards, channels[send.channel], until)
        for view, routing in routed
        for send in routing.sends
    ]
    try:
        return list(await asyncio.gather(*posts))
    finally:
        await outbound.close()


async def _post(
    view: Mapping[str, Any], routing: Routing, send: Send, cards: Cards, channel: Channel, until: float
) -> str:
    name = f"{view['type']} → {send.channel}"
    if send.wait and send.wait.until:
        return f"{name}: not posted: the rule {send.rule!r} keeps silent now ({send.wait.by})"
    message = _message(view, routing, send, cards)
    try:
        async with asyncio.timeout(until - monotonic() - _MARGIN):
            outcome = await channel.send(message)
            if outcome.verdict is Verdict.RETRY:
                await asyncio.sleep(_PAUSE)
                outcome = await channel.send(message)
    except TimeoutError:
        outcome = Outcome(Verdict.AMBIGUOUS, "timeout")
    if outcome.verdict is Verdict.DELIVERED:
        return f"{name}: {'printed here' if isinstance(channel, Printer) else 'posted'}"
    return f"{name}: not posted: {outcome.reason}{f' {outcome.status}' if outcome.status else ''}"


def _message(view: Mapping[str, Any], routing: Routing, send: Send, cards: Cards) -> Message:
    text, entities = mention([(person.name, person.address) for person in send.mentions])
    said = words(routing.message.text, view) if routing.message else ""
    rendered = cards.render(send.card, CardContext(view, mentions=text, entities=entities, easter_egg=said))
    key = derived_id(view["id"], send.channel, send.rule)
    return Message(key, rendered.card, rendered.summary, view, system_clock())
