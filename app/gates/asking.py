"""From what a caller says to a question with our names."""

import re
from typing import Any

from app.estate import Estate
from app.events import Hints
from app.gates.model import Question
from app.kernel.errors import ShipbellError
from app.kernel.yaml import did_you_mean

_COMMIT = re.compile(r"(?=.*[a-f])[0-9a-f]{7,40}", re.ASCII)
"""A version that names a commit, as our own answers print it; digits alone may be a date or a number."""


class UnknownName(ShipbellError):
    """The estate does not know a name that was given, or none was given."""


def question(
    estate: Estate, now: int, *, service: str, environment: str, repository: str = "", **more: Any
) -> Question:
    """The question; `more` are further fields of it. `now` in µs. Raises UnknownName.

    A version that is (the beginning of) a commit names the commit, where nothing else does.
    """
    hints = (("name", service), ("repository", repository or service))
    ours, stage = estate.place(Hints(hints, (("name", environment),)))
    if ours is None:
        raise _unknown("service", service or repository, estate.services)
    if stage is None:
        raise _unknown("environment", environment, estate.environments)
    if not more.get("commit") and _COMMIT.fullmatch(more.get("version") or ""):
        more["commit"] = more["version"]
    return Question(ours, stage, now, tier=str(estate.tiers[stage]), before=before(estate, stage), **more)


def before(estate: Estate, environment: str) -> str:
    """The environment before that one in the order of promotion, which is the file's; short-lived ones are none."""
    ladder = [name for name in estate.environments if estate.tiers[name] != "feature"]
    index = ladder.index(environment) if environment in ladder else 0
    return ladder[index - 1] if index else ""


def _unknown(kind: str, said: str, known: tuple[str, ...]) -> UnknownName:
    hint = did_you_mean(said, known)
    text = f"the estate knows no {kind} {said!r}" if said else f"no {kind} is named"
    return UnknownName(text + (f" ({hint})" if hint else ""))
