"""Why did I get this, why not: every rule clause by clause, what was wanted and what the event has."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from app.events import UNMAPPED
from app.kernel.errors import ConfigError
from app.kernel.yaml import did_you_mean
from app.routing.match import Branches, Clause, Match, View, look_up
from app.routing.operators import OPERATORS, exists
from app.routing.route import Routing, route
from app.routing.rulebook import Rule, Rulebook

_SHOWN = 120


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

    Raises ConfigError when there is no such channel.
    """
    if channel is not None and channel not in book.channels:
        raise ConfigError(f"unknown channel {channel!r}", hint=did_you_mean(channel, book.channels))
    routing = route(book, view)
    rules = []
    for rule in book.rules:
        reached = _reached(book, rule, view)
        if channel is None or channel in reached or rule.name == routing.dropped_by:
            rules.append(_explain_rule(rule, view, routing, reached))
    return Explanation(routing, _conclusion(routing, channel), tuple(rules), channel)


def _reached(book: Rulebook, rule: Rule, view: View) -> tuple[str, ...]:
    service = view.get("service")
    named = service if isinstance(service, str) else UNMAPPED
    return tuple(dict.fromkeys(one for purpose in rule.to for one in book.channels_for(purpose, named)))


def _explain_rule(rule: Rule, view: View, routing: Routing, reached: tuple[str, ...]) -> RuleReason:
    matched = rule.name in routing.matched
    reasons = tuple(_reasons(rule.match, view))
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
    own = [send.channel for send in routing.sends if send.rule == rule.name]
    first = {send.channel: send.rule for send in routing.sends}
    words = [f"sends the card {rule.card!r} to {', '.join(own)}"] if own else []
    words += [f"{one} has it from {first[one]!r} above" for one in reached if one not in own]
    return "; ".join(words)


def _conclusion(routing: Routing, channel: str | None) -> str:
    sends = [send for send in routing.sends if channel in (None, send.channel)]
    if routing.dropped_by:
        return f"Nobody gets it: the rule {routing.dropped_by!r} drops it."
    if not sends:
        if channel is not None:
            return f"{channel} does not get it."
        return "Nobody gets it: no rule matches and there is no fallback." if routing.unrouted else "Nobody gets it."
    return " ".join(f"{send.channel} gets the card {send.card!r} by {_by(send.rule, routing)}." for send in sends)


def _by(rule: str, routing: Routing) -> str:
    return "the fallback, as no rule matches" if routing.unrouted else f"the rule {rule!r}"


def _reasons(match: Match, view: View) -> Iterator[Reason]:
    for clause in match.clauses:
        value = look_up(view, clause.keys)
        yield Reason(f"{clause.path} {wanted_text(clause)}", _shown(value), clause.test(value))
    for branches in match.branches:
        yield _explain_branches(branches, view)


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
