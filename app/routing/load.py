"""Reads the rule book out of its files: all of it is right, or every problem is named with its line."""

from collections.abc import Collection, Sequence

import orjson

from app.events import UNMAPPED
from app.events.event import EVENT_TYPES
from app.kernel.errors import ConfigErrors
from app.kernel.ids import derived_id
from app.kernel.yaml import Document
from app.routing.candidates import candidates
from app.routing.known import Known
from app.routing.places import Places, read_places
from app.routing.rulebook import Rulebook, reached
from app.routing.rules import Around, read_defaults, read_rules
from app.routing.sections import LISTS, Sections, join, refuse_same_names
from app.routing.tables import read_messages, read_people, read_times
from app.routing.trials import read_trials
from app.routing.written import Problems


def load_rulebook(
    documents: Sequence[Document],
    *,
    cards: Collection[str],
    channel_kinds: Collection[str],
    estate_environments: Collection[str],
    services: Collection[str],
    foreign_sections: Collection[str] = (),
) -> Rulebook:
    """The rule book of these files, joined in the order of their names.

    `cards`, `channel_kinds` (aliases included), `estate_environments` and `services` are the names that rules may
    use; `foreign_sections` are top-level keys that belong to others. Raises ConfigErrors with all problems.
    """
    problems: Problems = []
    known = Known(
        tuple(sorted(cards)), tuple(sorted(channel_kinds)), tuple(estate_environments), tuple(sorted(services))
    )
    sections = join(documents, foreign_sections, problems)
    places = read_places(sections, known, problems)
    defaults, dedupe = read_defaults(sections, problems)
    for name in LISTS:
        refuse_same_names(sections.lists[name], problems)
    times = read_times(sections, defaults.timezone, problems)
    people = read_people(sections, problems)
    messages = read_messages(sections, known, times, problems)
    everything = read_rules(Around(sections, known, times, defaults.timezone, dedupe, problems))
    rules = tuple(rule for rule in everything if rule.schedule is None)
    trials = read_trials(sections, known, defaults.timezone, problems)
    if problems:
        raise ConfigErrors(sorted(problems, key=lambda problem: (problem.file, problem.line)))
    return Rulebook(
        rev=_rev(sections),
        known=known,
        channels=places.channels,
        connections=places.connections,
        purposes=places.purposes,
        teams=places.teams,
        rules=rules,
        scheduled=tuple(rule for rule in everything if rule.schedule is not None),
        times=times,
        people=people,
        messages=messages,
        trials=trials,
        fallback=tuple(dict.fromkeys(defaults.fallback)),
        dedupe=dedupe,
        timezone=defaults.timezone,
        index={name: candidates(rules, name) for name in EVENT_TYPES},
        reach=_reach(places, known),
    )


def _rev(sections: Sections) -> str:
    return derived_id(orjson.dumps(sections.content(), option=orjson.OPT_SORT_KEYS))[:12]


def _reach(places: Places, known: Known) -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        (purpose, service): reached(own, places.teams, purpose, service)
        for purpose, own in places.purposes.items()
        for service in (*known.services, UNMAPPED)
    }
