"""Which tickets are in an environment: those of the deployments that no rollback has taken out again."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Optional

from app.facts.artifacts import Artifact
from app.facts.model import Deployment

Place = tuple[str, str, int]
"""A ticket, the deployment that brought it, and since when it is there (µs)."""


@dataclass(frozen=True, slots=True)
class _State:
    """What is there: what was there before, and what one deployment brought. States share what they have in common."""

    before: Optional["_State"]
    depth: int
    brought: Deployment
    since: int


def tickets_in(deployments: Iterable[Deployment]) -> dict[str, Place]:
    """By ticket, what is there after a chain's deployments, told in the order in which they went live.

    A rollback makes it as it was when the artifact that came back was live last; if it never was, nothing is left.
    """
    lived: list[tuple[Artifact, _State | None]] = []
    now: _State | None = None
    for each in deployments:
        if each.outcome != "succeeded":
            continue
        artifact = artifact_of(each)
        if each.kind == "rollback":
            then = next((state for was, state in reversed(lived) if was.agrees(artifact)), None)
            now = _back(now, then, each.live_at)
        elif each.tickets:
            now = _with(now, each, each.live_at)
        lived.append((artifact, now))
    return _told(now)


def artifact_of(deployment: Deployment) -> Artifact:
    """What it deployed."""
    return Artifact(deployment.sha, deployment.version, deployment.artifact)


def _with(state: _State | None, brought: Deployment, since: int) -> _State:
    return _State(state, state.depth + 1 if state else 0, brought, since)


def _back(now: _State | None, then: _State | None, at: int) -> _State | None:
    """As it was `then`; what had gone meanwhile is there again since `at` (µs)."""
    here, there, again = now, then, list[Deployment]()
    while there is not here:
        if there is not None and (here is None or there.depth >= here.depth):
            again.append(there.brought)
            there = there.before
        elif here is not None:
            here = here.before
    for brought in reversed(again):
        here = _with(here, brought, at)
    return here


def _told(state: _State | None) -> dict[str, Place]:
    found: dict[str, Place] = {}
    while state is not None:  # the newest first: of several that brought a ticket the first one stays
        found |= {key: (key, state.brought.id, state.since) for key in state.brought.tickets}
        state = state.before
    return found
