"""Names that nobody knows are refused: an empty answer to a misspelt service would read like good news."""

from collections.abc import Mapping
from functools import partial

from fastapi import HTTPException

from app.api.parts import Parts
from app.events import UNMAPPED
from app.kernel.yaml import did_you_mean
from app.store.heard import heard_of


async def refuse_unknown(parts: Parts, **named: str | None) -> None:
    """Raise 422 for a service, environment or team that neither the estate has nor anything was ever told of."""
    known = _known(parts)
    for what, name in named.items():
        if name is None or name == UNMAPPED or name in known[what]:
            continue
        if not await parts.database.read(partial(heard_of, what=what, name=name)):
            raise HTTPException(422, f"the estate has no such {what}; {did_you_mean(name, known[what])}".rstrip("; "))


def _known(parts: Parts) -> Mapping[str, frozenset[str]]:
    """What may be asked for whether anything is known of it or not."""
    book = parts.book()
    teams = {*book.estate.teams, *(team.name for team in book.rules.teams)}
    return {
        "service": frozenset(book.estate.services),
        "environment": frozenset(book.estate.environments),
        "team": frozenset(teams),
    }
