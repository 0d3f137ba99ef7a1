"""Reads `cards/*.yaml`: every problem of every card is found here, with file and line, before anything is sent."""

from collections.abc import Mapping
from typing import Any

from app.cards.compile import Compiler
from app.cards.context import CardContext, Rendered
from app.cards.lint import lint_template
from app.cards.paths import OUTERMOST
from app.cards.render import CardPlan, fall_back, minimal, render
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.yaml import Document, did_you_mean

MINIMAL = "minimal"
"""The name of the card that needs no file, and may have none."""
DIGEST = "digest"
"""The name of the card that needs no file, and may have one."""
_KEYS = frozenset({"summary", "card"})


class Cards:
    """All cards of one load. `names` are what rules may ask for; `warnings` are worth a look."""

    def __init__(self, plans: Mapping[str, CardPlan], warnings: tuple[ConfigError, ...] = ()) -> None:
        self._plans = dict(plans)
        self.names = frozenset({*plans, MINIMAL, DIGEST})
        self.warnings = warnings

    def render(self, name: str, context: CardContext) -> Rendered:
        """The card of this name for one event; a built-in one with `fell_back` when that cannot be sent."""
        if name == MINIMAL:
            return minimal(context)
        if name == DIGEST and name not in self._plans:
            return fall_back(context, None, "")
        return render(self._plans.get(name), context)


def load_cards(documents: Mapping[str, Document]) -> Cards:
    """Compile and lint cards by name. Raises ConfigErrors with every problem of all of them."""
    plans: dict[str, CardPlan] = {}
    problems: list[ConfigError] = []
    warnings: list[ConfigError] = []
    for name, document in documents.items():
        if name == MINIMAL:
            problems.append(document.problem((), f"the name {MINIMAL!r} is taken: that card needs no file"))
        plan, found, warned = _load(document)
        problems += found
        warnings += warned
        if plan is not None:
            plans[name] = plan
    if problems:
        raise ConfigErrors(problems)
    return Cards(plans, tuple(warnings))


def _load(document: Document) -> tuple[CardPlan | None, list[ConfigError], list[ConfigError]]:
    value = document.value
    if not isinstance(value, dict):
        return None, [document.problem((), "a card has a `summary` and a `card`")], []
    problems = [
        document.problem((key,), f"unknown key {key!r}", did_you_mean(key, _KEYS)) for key in value if key not in _KEYS
    ]
    problems += [document.problem((), f"{key!r} is missing") for key in sorted(_KEYS - value.keys())]
    summary = value.get("summary", "")
    if not isinstance(summary, str):
        problems.append(document.problem(("summary",), "'summary' is text", "quote it"))
    findings = list(lint_template(value.get("card"))) if "card" in value else []
    places = [(document.problem(("card", *f.path), f.message, f.hint), f.warning) for f in findings]
    problems += [problem for problem, warning in places if not warning]
    warnings = [problem for problem, warning in places if warning]

    compiler = Compiler(document)
    card = compiler.node(value.get("card"), ("card",), "", "card", OUTERMOST)
    text = compiler.node(summary, ("summary",), "", "summary", OUTERMOST)
    problems += compiler.problems
    if problems:
        return None, problems, warnings
    return _plan(card, text, compiler), [], warnings


def _plan(card: Any, summary: Any, compiler: Compiler) -> CardPlan:
    """Literal parts as functions too; a literal card is copied, so that what the engine adds stays out of it."""
    return CardPlan(
        build=card if callable(card) else lambda run: dict(card),
        summary=summary if callable(summary) else lambda run: summary,
        drops=tuple(sorted(compiler.drops)),
        names=frozenset(compiler.names),
    )
