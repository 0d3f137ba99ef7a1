"""Warnings: what is allowed in a rule book and still is probably not meant."""

from collections.abc import Iterator

from app.events import UNMAPPED
from app.kernel.errors import ConfigError
from app.routing.implied import implies
from app.routing.route import UNROUTED_CARD
from app.routing.rulebook import Rule, Rulebook

_USED_WITHOUT_A_RULE = {UNROUTED_CARD, "minimal"}


def lint(book: Rulebook) -> list[ConfigError]:
    """All warnings, each with its place where it has one. They stop nothing."""
    return [*_shadowed(book), *_fallback(book), *_unused(book), *_teams(book)]


def _shadowed(book: Rulebook) -> Iterator[ConfigError]:
    """Rules that a single other rule always beats; several that do it together are not found."""
    for index, rule in enumerate(book.rules):
        if rule.drop:
            continue
        for other in book.rules:
            if other.drop and implies(rule.match, other.match):
                yield _warn(rule, f"the rule {rule.name!r} never sends: {other.name!r} drops all that it matches")
        for above in book.rules[:index]:
            if not above.drop and implies(rule.match, above.match) and _wins_all(book, above, rule):
                hint = "put the particular before the general"
                yield _warn(rule, f"the rule {rule.name!r} never wins: {above.name!r} above sends all of it", hint)


def _wins_all(book: Rulebook, above: Rule, below: Rule) -> bool:
    services = (*book.known.services, UNMAPPED)
    return all(_channels(book, above, service) >= _channels(book, below, service) for service in services)


def _channels(book: Rulebook, rule: Rule, service: str) -> set[str]:
    return {channel for purpose in rule.to for channel in book.channels_for(purpose, service)}


def _warn(rule: Rule, message: str, hint: str = "") -> ConfigError:
    return ConfigError(message, file=rule.file, line=rule.line, hint=hint)


def _fallback(book: Rulebook) -> Iterator[ConfigError]:
    if not book.fallback:
        hint = "write defaults: {fallback: <channel>}"
        yield ConfigError("there is no fallback: an event that no rule matches is sent to nobody", hint=hint)


def _unused(book: Rulebook) -> Iterator[ConfigError]:
    purposes = {purpose for rule in book.rules for purpose in rule.to}
    wishes = [wish for team in book.teams for wish in team.wishes.values()]
    channels = {channel for own in book.purposes.values() for channel in own} | set(book.fallback)
    channels |= {channel for wish in wishes for channel in wish.channels}
    cards = {rule.card for rule in book.rules} | _USED_WITHOUT_A_RULE
    for name, channel in book.channels.items():
        if name not in channels:
            yield channel.document.problem(channel.path, f"the channel {name!r} is never used")
    for what, defined, used in (
        ("purpose", book.purposes, purposes),
        ("card", book.known.cards, cards),
        ("connection", book.connections, {channel.connection for channel in book.channels.values()}),
    ):
        for name in defined:
            if name not in used:
                yield ConfigError(f"the {what} {name!r} is never used")


def _teams(book: Rulebook) -> Iterator[ConfigError]:
    """Teams without a service, and services that two teams want otherwise."""
    for index, team in enumerate(book.teams):
        own = [service for service in book.known.services if team.fits(service)]
        if not own:
            message = f"the team {team.name!r} has no service: {', '.join(team.globs)} fits none of the estate"
            yield ConfigError(message, file=team.file, line=team.line)
        for other in book.teams[:index]:
            both = [service for service in own if other.fits(service)]
            if both and team.wishes.keys() & other.wishes.keys():
                message = f"{both[0]!r} belongs to the teams {other.name!r} and {team.name!r}, and both have wishes"
                yield ConfigError(message, file=team.file, line=team.line, hint=f"{team.name!r} has the last word")
