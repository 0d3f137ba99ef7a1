"""Deployments: the newest operation, and those of the history that a lost message may have told."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from app.events import Draft
from app.kernel.clock import iso, to_us
from app.kernel.timestamps import parse_timestamp
from app.sources.argocd.fields import failed_pieces, initiated, of_operation, present, revision_fields, span
from app.sources.argocd.lineage import Deployed, Newest, deployed, is_rollback, newest
from app.sources.argocd.message import Message
from app.sources.argocd.naming import actor, commit, hints, links, subject, target
from app.sources.argocd.versions import image_version, source_version

OUTCOMES = {"Succeeded": "succeeded", "Failed": "failed", "Error": "failed"}
"""Terminal phases. While retries are left the phase is Running, even with `finishedAt` set."""

_HEALTHY = {"Healthy": True, "Degraded": False, "Missing": False}


def rollout_drafts(message: Message) -> Iterator[Draft]:
    """`deployment.finished` for the history, the oldest first, then the operation's own news.

    An operation that succeeded and its entry in the history are one piece of news: they share the start of the
    operation, and the entry's end is the one that counts (the operation's may be a second later).
    """
    history = deployed(message)
    latest = newest(message, history)
    told = latest if latest is not None and _is_told(message, latest) else None
    for index, entry in enumerate(history):
        if told is None or entry is not told.own or message.operation.phase != "Succeeded":
            yield _repaired(message, entry, history[:index])
    if told is not None:
        yield _started(message, told) if message.operation.phase == "Running" else _finished(message, told)


def why_no_rollout(message: Message) -> str:
    """The reason when a message told nothing: `dry_run`, `partial`, `operation_pending` or `no_news`."""
    operation = message.operation
    if operation.dry_run:
        return "dry_run"
    if operation.partial:
        return "partial"
    return "operation_pending" if message.operation_pending and operation.phase in OUTCOMES else "no_news"


def _is_told(message: Message, latest: Newest) -> bool:
    """Whether the operation is a deployment that runs or is over.

    A dry run is none, and a part of an application is none, unless Argo CD heals it: that syncs just the
    resources that drifted. An end beside a waiting operation is the end of an older one.
    https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/
    """
    operation = message.operation
    if operation.dry_run or (operation.partial and not latest.repeat):
        return False
    return operation.phase == "Running" or (operation.phase in OUTCOMES and not message.operation_pending)


def _started(message: Message, latest: Newest) -> Draft:
    return _draft(
        message,
        "deployment.started",
        iso(to_us(latest.started)),
        occurred_at=latest.started,
        original_type=_kind(message, latest),
        original_status=message.operation.phase,
        fields=present(
            {
                **of_operation(message, latest),
                "version": source_version(message.app.sources, latest.revisions),
            }
        ),
    )


def _finished(message: Message, latest: Newest) -> Draft:
    operation = message.operation
    succeeded = operation.phase == "Succeeded"
    finished = latest.own.finished if succeeded and latest.own else parse_timestamp(operation.finished_at)
    # What runs now says nothing of a sync that failed.
    images = operation.images or (message.images if succeeded else [])
    version = image_version(images, message.app.name) or source_version(message.app.sources, latest.revisions)
    outcome = OUTCOMES[operation.phase or ""]
    return _draft(
        message,
        "deployment.finished",
        iso(to_us(latest.started)),
        status=outcome,
        state=outcome,
        occurred_at=finished,
        original_type=_kind(message, latest),
        original_status=operation.phase,
        fields=present(
            {
                **of_operation(message, latest),
                **span(latest.started, finished),
                "version": version,
                "images": images,
                "commit": commit(message),
                "healthy": _healthy(message, finished) if succeeded else None,
                "error": None if succeeded else operation.message or None,
                "failed_resources": None if succeeded else failed_pieces(message),
            }
        ),
    )


def _healthy(message: Message, finished: datetime | None) -> bool | None:
    """Whether it was healthy when it was finished; what became of it later is news of its own."""
    since = parse_timestamp(message.health.last_transition_time)
    if since and finished and since > finished:
        return None
    return _HEALTHY.get(message.health.status or "")


def _repaired(message: Message, past: Deployed, before: Sequence[Deployed]) -> Draft:
    """An entry of the history: a whole sync that succeeded. Its images are known if the collector looked them up."""
    # Without a start, the end tells them apart: neither ever changes.
    which = iso(to_us(past.started)) if past.started else f"until-{iso(to_us(past.finished))}"
    return _draft(
        message,
        "deployment.finished",
        which,
        status="succeeded",
        state="succeeded",
        occurred_at=past.finished,
        original_type="history",
        fields=present(
            {
                "platform": "argocd",
                **span(past.started, past.finished),
                **revision_fields(past.revisions),
                "version": image_version(past.entry.images, message.app.name) or source_version((), past.revisions),
                "images": past.entry.images or None,
                "operation": initiated(past.entry.initiated_by) or None,
                "actor": actor(past.entry.initiated_by),
                "rollback": is_rollback(past.revisions, before),
                "target": target(message),
                "links": links(message),
            }
        ),
    )


def _draft(message: Message, news: str, which: str, **rest: Any) -> Draft:
    return Draft(
        type=news,
        subject=subject(message, "deployment", which),
        identity=f"{message.app.key}:{which}",
        instance=message.argocd.instance,
        hints=hints(message),
        **rest,
    )


def _kind(message: Message, latest: Newest) -> str:
    """`self-heal` repairs drift; `resync` is the same revision with other parameters, or nothing new at all."""
    if latest.repeat:
        return "self-heal" if message.operation.partial else "resync"
    return "operation"
