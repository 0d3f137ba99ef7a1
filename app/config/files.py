"""Reads the rules folder: estate, rule book and cards, held against each other, as one set."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import app.sources
from app.cards import Cards, load_cards
from app.cards.words import check_words
from app.clients.upstreams import SECTIONS as UPSTREAM_SECTIONS
from app.clients.upstreams import Collect, Upstreams, load_upstreams
from app.config.documents import read_documents, read_files
from app.estate import SECTIONS as ESTATE_SECTIONS
from app.estate import Estate, load_estate
from app.gates.found import GATES
from app.gates.section import SECTIONS as GATE_SECTIONS
from app.gates.section import Asked, check_names, load_gates
from app.kernel.discover import rooms
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.yaml import Document
from app.mapped import load_mapped
from app.routing import Rulebook, TrialResult, lint, load_rulebook, run_trials
from app.sources import Source

FOREIGN = (*ESTATE_SECTIONS, *UPSTREAM_SECTIONS, *GATE_SECTIONS)
"""Sections of the rules files that are not the rule book's."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything that the rules folder says. `warnings` are no faults, but worth a look."""

    estate: Estate
    rules: Rulebook
    cards: Cards
    upstreams: Upstreams
    collect: Collect
    gates: Asked
    mapped: Mapping[str, Source]
    """The sources that are a file of this folder."""
    warnings: Sequence[str]


def load_rules(folder: Path, channel_kinds: Collection[str], *, tests: bool = True) -> RuleSet:
    """The rule set of a folder. Raises ConfigErrors with every problem found, with file and line.

    With `tests` the rule book's own tests are run too: a failing one is a problem like any other.
    """
    documents = read_documents(folder)
    problems: list[ConfigError] = []
    estate, cards = None, None
    drawn: Mapping[str, Document] = {}
    with _gathered(problems):
        estate = load_estate(documents)
    with _gathered(problems):
        upstreams, collect = load_upstreams(documents)
    with _gathered(problems):
        gates = load_gates(documents, GATES)
    with _gathered(problems):
        mapped = load_mapped(_by_name(folder, "sources"), _taken())
    with _gathered(problems):
        drawn = _by_name(folder, "cards")
        cards = load_cards(drawn)
    if estate is not None and not problems:
        with _gathered(problems):
            check_names(documents, estate.environments, estate.services)
    if problems or estate is None or cards is None:
        raise ConfigErrors(problems)
    rules = load_rulebook(
        documents,
        cards=cards.names,
        channel_kinds=channel_kinds,
        estate_environments=estate.environments,
        services=estate.services,
        foreign_sections=FOREIGN,
    )
    _check_messages(rules)
    failed = [result for result in run_trials(rules) if not result.passed] if tests else []
    if failed:
        raise ConfigErrors([_failure(result) for result in failed])
    warnings = tuple(
        str(warning) for warning in (*lint(rules), *_untold(rules, drawn), *cards.warnings, *_unread(folder))
    )
    return RuleSet(estate, rules, cards, upstreams, collect, gates, mapped, warnings)


@contextmanager
def _gathered(problems: list[ConfigError]) -> Iterator[None]:
    """Go on after a fault, so that a person hears of all of them at once."""
    try:
        yield
    except ConfigErrors as error:
        problems += error.problems


def _check_messages(rules: Rulebook) -> None:
    """The texts of messages are in the language of cards: raises ConfigErrors when one is wrong."""
    problems = []
    for message in rules.messages:
        for text in (*message.texts, *chain.from_iterable((message.by_user or {}).values())):
            if problem := check_words(text):
                what = f"the message {message.name!r}: {problem}"
                problems.append(ConfigError(what, file=message.file, line=message.line))
    if problems:
        raise ConfigErrors(problems)


def _untold(rules: Rulebook, cards: Mapping[str, Document]) -> Iterator[ConfigError]:
    """Groups whose card is written for one event: of many it says nothing."""
    for rule in rules.rules:
        card = cards.get(rule.group.card) if rule.group else None
        if card is not None and "e.digest" not in str(card.value):
            message = f"the rule {rule.name!r} groups into the card {card.file}, which shows nothing of e.digest"
            yield ConfigError(message, file=rule.file, line=rule.line, hint="name one that does, such as digest")


def _unread(folder: Path) -> Iterator[ConfigError]:
    """What looks like a file of ours and is none: a rule in it would be in force only in somebody's head."""
    for path in sorted((*folder.glob("*.yml"), *folder.glob("cards/*.yml"), *folder.glob("sources/*.yml"))):
        yield ConfigError("is not read", file=str(path.relative_to(folder.parent)), hint="only *.yaml is: rename it")


def _failure(result: TrialResult) -> ConfigError:
    return ConfigError(
        f"the test {result.name!r} fails: {'; '.join(result.problems)}", file=result.file, line=result.line
    )


def _taken() -> list[str]:
    """The names of the sources that are rooms."""
    return [name for source in rooms(app.sources, "SOURCE").values() for name in (source.name, *source.aliases)]


def _by_name(folder: Path, kind: str) -> Mapping[str, Document]:
    """The files of a folder in it, by their names without the ending."""
    paths = sorted((folder / kind).glob("*.yaml"))
    return dict(zip((path.stem for path in paths), read_files(paths, folder), strict=True))
