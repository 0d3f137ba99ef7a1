"""Warnings: what is allowed in a rule book and still is probably not meant."""

from collections.abc import Iterator

from app.events import UNMAPPED
from app.kernel.clock import SECOND
from app.kernel.errors import ConfigError
from app.routing.implied import implies
from app.routing.route import UNROUTED_CARD
from app.routing.rule_entries import user_of
from app.routing.rulebook import Rule, Rulebook

_USED_WITHOUT_A_RULE = {UNROUTED_CARD, "minimal", "digest"}


def lint(book: Rulebook) -> list[ConfigError]:
    """All warnings, each with its place where it has one. They stop nothing."""
    return [
        *_shadowed(book),
        *_fallback(book),
        *_unused(book),
        *_teams(book),
        *_mentions(book),
        *_nobody(book),
        *_calm(book),
    ]


def _shadowed(book: Rulebook) -> Iterator[ConfigError]:
    """Rules that a single other rule always beats; several that do it together are not found."""
    for index, rule in enumerate(book.rules):
        if rule.drop:
            continue
        for other in book.rules:
            if other.drop and _covers(other, rule):
                yield _warn(rule, f"the rule {rule.name!r} never sends: {other.name!r} drops all that it matches")
        for above in book.rules[:index]:
            if not above.drop and _covers(above, rule) and _wins_all(book, above, rule):
                hint = "put the particular before the general"
                yield _warn(rule, f"the rule {rule.name!r} never wins: {above.name!r} above sends all of it", hint)


def _covers(wide: Rule, narrow: Rule) -> bool:
    """Whether all that one matches the other does, too. Of patterns only the same one is known to."""
    return implies(narrow.match, wide.match) and wide.pattern in (None, narrow.pattern)


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
    rules = (*book.rules, *book.scheduled)
    purposes = {purpose for rule in rules for purpose in rule.to}
    wishes = [wish for team in book.teams for wish in team.wishes.values()]
    channels = {channel for own in book.purposes.values() for channel in own} | set(book.fallback)
    channels |= {channel for wish in wishes for channel in wish.channels}
    channels |= {channel.alerts_to for channel in book.channels.values() if channel.alerts_to}
    cards = {rule.card for rule in rules} | {rule.group.card for rule in rules if rule.group} | _USED_WITHOUT_A_RULE
    times = {rule.mute.during.name for rule in rules if rule.mute}
    times |= {message.during.name for message in book.messages if message.during}
    for name, channel in book.channels.items():
        if name not in channels:
            yield channel.document.problem(channel.path, f"the channel {name!r} is never used")
    for what, defined, used in (
        ("purpose", book.purposes, purposes),
        ("card", book.known.cards, cards),
        ("connection", book.connections, {channel.connection for channel in book.channels.values()}),
        ("times", book.times, times),
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


def _mentions(book: Rulebook) -> Iterator[ConfigError]:
    """People who are named and cannot be mentioned, because the table of users does not know them."""
    named = [(team.file, team.line, address) for team in book.teams for address in team.on_failure_mention]
    for rule in (*book.rules, *book.scheduled):
        named += [
            (rule.file, rule.line, user) for who in (rule.mention.who if rule.mention else ()) if (user := user_of(who))
        ]
    for file, line, address in named:
        if book.people.address(address) is None:
            message = f"{address} cannot be mentioned: the table `users` does not know that address, or forbids it"
            yield ConfigError(message, file=file, line=line, hint="see upn_domains, aliases and never_mention")


def _nobody(book: Rulebook) -> Iterator[ConfigError]:
    """Rules whose mentions nobody ever reads, because a table has nobody for them."""
    says_whom = any(team.on_failure_mention for team in book.teams)
    for rule in (*book.rules, *book.scheduled):
        if rule.mention is None:
            continue
        if "team" in rule.mention.who and not says_whom:
            hint = "write on_failure_mention in `teams`"
            yield _warn(rule, f"the rule {rule.name!r} mentions the team, and no team says whom", hint)
        if not book.people.domains and not book.people.aliases:
            yield _warn(rule, f"the rule {rule.name!r} mentions nobody: there is no table `users`")


def _calm(book: Rulebook) -> Iterator[ConfigError]:
    """Groups that may send more than a budget allows, and alerts that would die with what they tell of."""
    for rule in book.rules:
        group = rule.group
        if group and not group.first_now and rule.card != group.card:
            hint = "write first: now, or leave 'card' out"
            yield _warn(
                rule, f"the card {rule.card!r} of the rule {rule.name!r} is never shown: its group has one", hint
            )
        for name in _channels_of_all(book, rule) if group else ():
            connection = book.connections.get(book.channels[name].connection or "")
            if group and connection and group.wait * connection.posts < connection.per_seconds * SECOND:
                rate = f"{connection.posts} posts in {connection.per_seconds} s"
                message = f"the rule {rule.name!r} may send digests faster than {connection.name!r} allows ({rate})"
                yield _warn(rule, message, "make 'wait' longer")
                break
    for channel in book.channels.values():
        other = book.channels.get(channel.alerts_to or "")
        if other is not None and other.kind == channel.kind:
            message = f"{channel.name!r} alerts {other.name!r}, which is of the same kind: both may die of one cause"
            yield channel.document.problem((*channel.path, "alerts_to"), message)


def _channels_of_all(book: Rulebook, rule: Rule) -> set[str]:
    return set().union(*(_channels(book, rule, service) for service in (*book.known.services, UNMAPPED)))
