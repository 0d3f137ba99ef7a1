"""What a CDEvent says, before it has its context; or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Why(StrEnum):
    """Why an event has no CDEvent."""

    NO_TYPE = "no_type"
    """CDEvents have no word for it."""
    NO_OUTCOME = "no_outcome"
    """It ended in a way that CDEvents do not know, or nobody knows how."""
    NOTHING_NEW = "nothing_new"
    """A deployment that changed nothing: a dry run, or drift that was repaired."""
    EVIDENCE = "evidence"
    """A second report of a rollout that has its record."""
    RESTRICTED = "restricted"
    """A ticket of which nothing may leave."""
    INCOMPLETE = "incomplete"
    """What CDEvents require is not known: an environment, an artifact, a link."""


@dataclass(frozen=True, slots=True)
class Said:
    """`kind` is the type without `dev.cdevents.` and version; `about` the subject's id and who gave it."""

    kind: str
    content: Mapping[str, Any]
    about: Mapping[str, str] | None
