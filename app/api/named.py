"""Names that nobody knows are refused: an empty answer to a misspelt word would read like good news."""

from collections.abc import Collection
from functools import partial

from fastapi import HTTPException

from app.api.parts import Parts
from app.events import EVENT_TYPES, UNMAPPED
from app.events.fields import field_catalogue
from app.events.own import SOURCE
from app.kernel.yaml import did_you_mean
from app.store.heard import heard_of

_OF_THE_ESTATE = frozenset({"service", "environment", "team", "pod", "business_area", "component"})


async def refuse_unknown(parts: Parts, **named: str | None) -> None:
    """Raise 422 for a name (by what it is of) that is neither in force now nor in anything that was ever told."""
    for what, name in named.items():
        if name is None or name == UNMAPPED:
            continue
        known = _statuses(named.get("type")) if what == "status" else _known(parts, what)
        if name not in known and not await parts.database.read(partial(heard_of, what=what, name=name)):
            who = "the estate has" if what in _OF_THE_ESTATE else "there is"
            thing = what.replace("_", " ")
            raise HTTPException(422, f"{who} no such {thing}; {did_you_mean(name, known)}".rstrip("; "))


def _known(parts: Parts, what: str) -> Collection[str]:
    """What may be asked for whether anything is known of it or not."""
    book = parts.book()
    closed: dict[str, Collection[str]] = {
        "service": book.estate.services,
        "environment": book.estate.environments,
        "platform": field_catalogue()["platform"].enum or (),
        "source": {*parts.sources, SOURCE},
        "type": EVENT_TYPES,
        "channel": parts.channels(),
    }
    if what in closed:
        return closed[what]
    teams = {team.name for team in book.rules.teams} if what == "team" else set[str]()
    return teams | book.estate.owners(what)


def _statuses(of_type: str | None) -> Collection[str]:
    """The outcomes of a type, or of all."""
    found = field_catalogue({of_type} if of_type in EVENT_TYPES else None).get("status")
    return (found and found.enum) or ()
