"""The fields of a deployment, out of what Argo CD says."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.sources.argocd.lineage import Newest, is_rollback
from app.sources.argocd.message import Initiator, Message
from app.sources.argocd.naming import actor, links, target


def present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None and value != []}


def of_operation(message: Message, latest: Newest) -> dict[str, Any]:
    """What a started and a finished operation have in common."""
    operation = message.operation
    return {
        "platform": "argocd",
        "started_at": latest.started,
        **revision_fields(latest.revisions),
        "operation": {
            **initiated(operation.initiated_by),
            "retries": operation.retry_count or 0,
            "dry_run": bool(operation.dry_run),
            "partial": bool(operation.partial),
        },
        "actor": actor(operation.initiated_by),
        "rollback": is_rollback(latest.revisions, latest.before),
        "target": target(message),
        "links": links(message),
    }


def initiated(initiator: Initiator | None) -> dict[str, Any]:
    """Who began it, as far as it was said."""
    if initiator is None:
        return {}
    return present({"automated": bool(initiator.automated), "initiated_by": initiator.username})


def revision_fields(revisions: tuple[str, ...]) -> dict[str, Any]:
    """`revision` for one source, `revisions` for several."""
    if len(revisions) > 1:
        return {"revisions": list(revisions)}
    return {"revision": revisions[0]} if revisions else {}


def span(started: datetime | None, finished: datetime | None) -> dict[str, Any]:
    """The times; no duration where the clocks contradict each other."""
    times: dict[str, Any] = {"started_at": started, "finished_at": finished}
    if started and finished and finished >= started:
        times["duration_seconds"] = (finished - started).total_seconds()
    return times


def failed_pieces(message: Message) -> list[dict[str, str | None]]:
    """What did not come up: resources and hooks, with their own words."""
    return [
        {
            "kind": piece.kind,
            "namespace": piece.namespace,
            "name": piece.name,
            # A hook that failed was synced all the same: its phase is what happened to it.
            "status": piece.hook_phase if piece.status in (None, "Synced") else piece.status,
            "message": piece.message,
        }
        for piece in message.operation.failed_resources
    ]
