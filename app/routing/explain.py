"""Why did I get this, why not: every rule clause by clause, what was wanted and what the event has."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from app.events import UNMAPPED
from app.events.own import MADE_FOR_A_CARD
from app.kernel.clock import SECOND, iso
from app.kernel.errors import ConfigError
from app.kernel.yaml import did_you_mean
from app.routing.match import Branches, Clause, Match, View, look_up
from app.routing.operators import OPERATORS, exists
from app.routing.route import FOUND_AFTERWARDS, Routing, Send, route_stored
from app.routing.rulebook import Rule, Rulebook

_SHOWN = 120
_TOGETHER = {
    "group": "waited for each other by the rule",
    "hold": "were held back during",
    "overflow": "found no room in the budget of",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One clause (or `any`, `all`, `none` with what stands in it): what was wanted, what came, whether it holds."""

    wanted: str
    got: str
    holds: bool
    inner: tuple["Reason", ...] = ()


@dataclass(frozen=True, slots=True)
class RuleReason:
    """One rule: whether it matched and why, and what came of it in words."""

    rule: str
    place: str
    matched: bool
    outcome: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the rule book says of an event, and why. `channel` is the one that was asked about, or None."""

    routing: Routing
    conclusion: str
    rules: tuple[RuleReason, ...]
    channel: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values, for the API."""
        rules = [asdict(rule) for rule in self.rules]
        record = self.routing.record()
        return {"channel": self.channel, "conclusion": self.conclusion, "routing": record, "rules": rules}

    def text(self) -> str:
        """The same for a terminal."""
        lines = [self.conclusion, ""]
        for rule in self.rules:
            lines.append(f"{'+' if rule.matched else '-'} {rule.rule} ({rule.place}): {rule.outcome}")
            for reason in rule.reasons:
                lines.extend(_lines(reason, 1))
        return "\n".join(lines).rstrip() + "\n"


def explain(book: Rulebook, view: View, channel: str | None = None) -> Explanation:
    """Every rule against the event; with `channel`, only the rules that could reach it, and those that dropped it.

    No rule ever sees a digest: of one it is said what it tells. Raises ConfigError when there is no such channel.
    """
    if channel is not None and channel not in book.channels:
        raise ConfigError(f"unknown channel {channel!r}", hint=did_you_mean(channel, book.channels))
    routing = route_stored(book, view)
    if view.get("type") == "shipbell.digest":
        return Explanation(routing, "\n".join(_told_together(view)), (), channel)
    rules = []
    for rule in book.scheduled if str(view.get("type")) in MADE_FOR_A_CARD else book.rules:
        reached = _reached(book, rule, view)
        if channel is None or channel in reached or rule.name == routing.dropped_by:
            rules.append(_explain_rule(rule, view, routing, reached))
    return Explanation(routing, _conclusion(routing, channel), tuple(rules), channel)


def _told_together(view: View) -> Iterator[str]:
    """What a digest tells and why together, then a line for each event that it lists."""
    how, by, count = (look_up(view, ("digest", name)) for name in ("how", "by", "count"))
    why = _TOGETHER.get(str(how), "waited:")
    yield f"It tells {_shown(count)} events together, which {why} {_shown(by)}."
    yield "Why each of them is told says 'shipbell rules explain' with its id. The first of them:"
    items = look_up(view, ("digest", "items"))
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            words = (item.get(name) for name in ("id", "type", "outcome", "service", "environment", "version"))
            yield f"  {' '.join(str(word) for word in words if word)}"[:_SHOWN]


def _reached(book: Rulebook, rule: Rule, view: View) -> tuple[str, ...]:
    service = view.get("service")
    named = service if isinstance(service, str) else UNMAPPED
    return tuple(dict.fromkeys(one for purpose in rule.to for one in book.channels_for(purpose, named)))


def _explain_rule(rule: Rule, view: View, routing: Routing, reached: tuple[str, ...]) -> RuleReason:
    matched = rule.name in routing.matched
    reasons = (*_reasons(rule.match, view), *_pattern(rule, view))
    if rule.schedule is not None:
        reasons = (Reason(f"rule is {rule.name!r}", _shown(view.get("rule")), matched),)
    return RuleReason(
        rule.name, f"{rule.file}:{rule.line}", matched, _outcome(rule, matched, routing, reached), reasons
    )


def _outcome(rule: Rule, matched: bool, routing: Routing, reached: tuple[str, ...]) -> str:
    if not matched:
        return "does not match"
    if rule.drop:
        return "drops the event"
    if routing.dropped_by:
        return f"matches, but {routing.dropped_by!r} drops the event"
    if not reached:
        return "matches, but nobody gets its purposes for this service"
    first = {send.channel: send.rule for send in routing.sends} | {one.channel: one.rule for one in routing.muted}
    becomes: dict[tuple[str, str], list[str]] = {}
    for send in routing.sends:
        if send.rule == rule.name:
            becomes.setdefault(_becomes(send), []).append(send.channel)
    words = [f"{what} {', '.join(channels)}{when}" for (what, when), channels in becomes.items()]
    words += [f"mute drops it for {one.channel} during {one.times!r}" for one in routing.muted if one.rule == rule.name]
    words += [f"{one} has it from {first[one]!r} above" for one in reached if first[one] != rule.name]
    return "; ".join(words)


def _becomes(send: Send) -> tuple[str, str]:
    """What becomes of a card, in words: what stands before the channels, and what stands behind them."""
    wait, people = send.wait, _people(send)
    card = f"the card {send.card!r}{people}"
    if wait is None:
        return f"sends {card} to", ""
    held = f", not before {iso(wait.until)}" if wait.until else ""
    if wait.how == "hold":
        return f"holds {card} for", f" during {wait.by!r}{held}"
    if wait.how == "coalesce":
        return f"sends {card} or a newer one to", f" after {wait.max_wait // SECOND} s{held}"
    first = f"sends {card} at once when it is the first, else " if wait.first_now else ""
    quiet = f" after {wait.wait // SECOND} s without another, {wait.max_wait // SECOND} s at most"
    return f"{first}groups it with others as the card {wait.card!r}{'' if first else people} for", f"{quiet}{held}"


def _people(send: Send) -> str:
    """Whom the card mentions, and whom it only shows because `users` does not let them be mentioned."""
    mentioned = [person.address for person in send.mentions if person.address]
    named = [person.name for person in send.mentions if not person.address]
    words = [f"mentioning {', '.join(mentioned)}"] if mentioned else []
    words += [f"naming {', '.join(named)} (not to be mentioned by 'users')"] if named else []
    return f", {' and '.join(words)}," if words else ""


def _conclusion(routing: Routing, channel: str | None) -> str:
    sends = [send for send in routing.sends if channel in (None, send.channel)]
    muted = [one for one in routing.muted if channel in (None, one.channel)]
    if routing.dropped_by == FOUND_AFTERWARDS:
        return "Nobody gets it: it was found afterwards, and only counts."
    if routing.dropped_by:
        return f"Nobody gets it: the rule {routing.dropped_by!r} drops it."
    told = [f"{send.channel} {_gets(send)} by {_by(send.rule, routing)}." for send in sends]
    told += [
        f"{one.channel} does not get it: the rule {one.rule!r} keeps silent during {one.times!r}." for one in muted
    ]
    if sends and routing.message:
        told.append(f"The message {routing.message.name!r} is shown.")
    if told:
        return " ".join(told)
    if channel is not None:
        return f"{channel} does not get it."
    return "Nobody gets it: no rule matches and there is no fallback." if routing.unrouted else "Nobody gets it."


def _gets(send: Send) -> str:
    if send.wait is None:
        return f"gets the card {send.card!r}"
    if send.wait.first_now:
        return f"gets the card {send.card!r} if it is the first, or {send.wait.card!r} together with others"
    later = {"group": "together with others", "coalesce": "or a newer one", "hold": "later"}[send.wait.how]
    return f"gets the card {send.wait.card or send.card!r} {later}"


def _by(rule: str, routing: Routing) -> str:
    return "the fallback, as no rule matches" if routing.unrouted else f"the rule {rule!r}"


def _reasons(match: Match, view: View) -> Iterator[Reason]:
    for clause in match.clauses:
        value = look_up(view, clause.keys)
        yield Reason(f"{clause.path} {wanted_text(clause)}", _shown(value), clause.test(value))
    for branches in match.branches:
        yield _explain_branches(branches, view)


def _pattern(rule: Rule, view: View) -> Iterator[Reason]:
    if rule.pattern is not None:
        for path, wanted, got, holds in rule.pattern.reasons(view):
            yield Reason(f"{path} {wanted}", got, holds)


def _explain_branches(branches: Branches, view: View) -> Reason:
    inner = []
    for number, match in enumerate(branches.matches, 1):
        parts = tuple(_reasons(match, view))
        inner.append(Reason(f"alternative {number}", "", all(part.holds for part in parts), parts))
    held = sum(one.holds for one in inner)
    holds = {"any": held > 0, "all": held == len(inner), "none": held == 0}[branches.how]
    return Reason(f"{branches.how} of {len(inner)}", f"{held} of {len(inner)} hold", holds, tuple(inner))


def wanted_text(clause: Clause) -> str:
    """What a clause asks, in words."""
    wanted = clause.wanted
    if clause.operator == "equals":
        return f"is one of {_shown(wanted)}" if isinstance(wanted, list) else f"is {_shown(wanted)}"
    if clause.operator == "not":
        return f"is not {_shown(wanted)}"
    if clause.operator == "exists":
        return "exists" if wanted else "does not exist"
    return f"{OPERATORS[clause.operator].title} {_shown(wanted)}"


def _shown(value: Any) -> str:
    """A value in one short line; `nothing` where there is none."""
    if not exists(value):
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = ", ".join(repr(item) for item in value) if isinstance(value, list) else repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _lines(reason: Reason, depth: int) -> Iterator[str]:
    got = f": {reason.got}" if reason.got else ""
    yield f"{'  ' * depth}{'yes' if reason.holds else 'no '}  {reason.wanted}{got}"
    for inner in reason.inner:
        yield from _lines(inner, depth + 1)
