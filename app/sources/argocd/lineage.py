"""What a sync is beside the ones before it: something new, a rollback, or the same again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.kernel.errors import BadPayload
from app.kernel.timestamps import parse_timestamp
from app.sources.argocd.message import Entry, Initiator, Message
from app.sources.argocd.versions import is_settled, revisions_of

REPAIRED = 20
"""How many history entries of one message are read; Argo CD keeps ten unless it is told otherwise."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """An entry of the history, with its times read; `started` may be unknown."""

    entry: Entry
    started: datetime | None
    finished: datetime
    revisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest operation among the history: its own entry, if it has one already, and those before it."""

    started: datetime
    own: Deployed | None
    before: tuple[Deployed, ...]
    revisions: tuple[str, ...]
    repeat: bool


def deployed(message: Message) -> list[Deployed]:
    """The history as it can be used, the oldest first. An entry that says no time is none."""
    found: dict[tuple[datetime | None, datetime], Deployed] = {}
    for entry in message.history[-REPAIRED:]:
        finished = parse_timestamp(entry.deployed_at)
        if finished is not None:
            started = parse_timestamp(entry.deploy_started_at)
            found[started, finished] = Deployed(entry, started, finished, revisions_of(entry.revision, entry.revisions))
    return list(found.values())


def newest(message: Message, history: Sequence[Deployed]) -> Newest | None:
    """The newest operation, or None when there was never one. Raises BadPayload when it does not say its start."""
    operation = message.operation
    if not operation.phase:
        return None
    start = parse_timestamp(operation.started_at)
    if start is None:
        raise BadPayload("an operation without the time of its start", "operation.startedAt")
    own = next((entry for entry in history if entry.started == start), None)
    before = tuple(entry for entry in history if entry is not own and entry.finished <= start)
    asked = revisions_of(operation.requested_revision, operation.requested_revisions)
    revisions = revisions_of(operation.revision, operation.revisions) or tuple(filter(is_settled, asked))
    return Newest(start, own, before, revisions, is_repeat(operation.initiated_by, revisions, before))


def is_rollback(revisions: tuple[str, ...], before: Sequence[Deployed]) -> bool | None:
    """Whether it goes back to what was deployed before the latest; None when there is nothing to compare.

    Argo CD does not say so itself: `operation.sync.source` is also set by ordinary syncs. A Git revert has a
    new revision and is not seen here.
    """
    if not revisions or not before:
        return None
    return revisions != before[-1].revisions and any(revisions == entry.revisions for entry in before)


def is_repeat(initiator: Initiator | None, revisions: tuple[str, ...], before: Sequence[Deployed]) -> bool:
    """Whether Argo CD synced the deployed revision again, by itself."""
    automated = initiator is not None and bool(initiator.automated)
    return automated and bool(revisions) and bool(before) and revisions == before[-1].revisions
