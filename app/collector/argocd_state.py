"""An Application as Argo CD's API answers it, in the form of our notification's body (`shipbell.argocd/v1`).

So the room `argocd` reads both, and a webhook that comes late, or not at all, makes no difference: one event.
What may be secret or large is left out, as in deploy/argocd: Helm values, annotations, manifests, the resource tree.
"""

from collections.abc import Iterator
from typing import Any

from app.kernel.json import dumps

_ORIGIN = ("repoURL", "path", "targetRevision", "chart", "ref", "name")
_HISTORY = ("id", "revision", "revisions", "deployStartedAt", "deployedAt", "initiatedBy")
_MESSAGE, _DETAIL = 2_000, 500


def state_of(item: Any, url: str, instance: str) -> dict[str, Any]:
    """The body for one item of the list of applications; whatever is missing in it is null."""
    meta, spec, status = (_map(_map(item).get(part)) for part in ("metadata", "spec", "status"))
    summary, sync = _map(status.get("summary")), _map(status.get("sync"))
    hydrated = _map(_map(status.get("sourceHydrator")).get("lastSuccessfulOperation"))
    return {
        "schema": "shipbell.argocd/v1",
        "trigger": "collector",
        "argocd": {"url": url, "instance": instance},
        "app": {
            **{key: meta.get(key) for key in ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp")},
            "labels": meta.get("labels"),
            "project": spec.get("project"),
            "destination": spec.get("destination"),
            "sources": [_picked(origin, _ORIGIN) for origin in _origins(spec)],
        },
        "sync": {key: sync.get(key) for key in ("status", "revision", "revisions")},
        "health": _health(status),
        "operation": _operation(status, spec),
        "operationPending": bool(_map(item).get("operation")),
        "images": _list(summary.get("images")),
        "externalURLs": _list(summary.get("externalURLs")),
        "history": [{key: entry.get(key) for key in _HISTORY} for entry in map(_map, _list(status.get("history")))],
        "conditions": [],
        "reconciledAt": status.get("reconciledAt"),
        "hydratedFrom": hydrated.get("drySHA"),
    }


def overrides_of(item: Any) -> tuple[str, ...]:
    """The images that the Application itself sets, as kustomize takes them: `name:tag` or `name=other:tag`."""
    spec = _map(_map(item).get("spec"))
    listed = (_list(_map(_map(origin).get("kustomize")).get("images")) for origin in _origins(spec))
    return tuple(str(image) for images in listed for image in images)


def news_of(state: dict[str, Any]) -> str:
    """What of a state is news, as text: not when Argo CD looked last, what it saw then, or what we looked up.

    `sync.revision` moves at every commit to the repository, whoever it is about: https://github.com/argoproj/argo-cd/issues/12169
    """
    history = [{key: value for key, value in entry.items() if key != "images"} for entry in state["history"]]
    kept = {key: value for key, value in state.items() if key != "reconciledAt"}
    return dumps(kept | {"sync": state["sync"]["status"], "history": history}).decode()


def _health(status: dict[str, Any]) -> dict[str, Any]:
    health = _map(status.get("health"))
    return {
        "status": health.get("status"),
        "message": _cut(health.get("message"), _DETAIL),
        "lastTransitionTime": health.get("lastTransitionTime"),
    }


def _operation(status: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    state = _map(status.get("operationState"))
    ordered = _map(state.get("operation"))
    wanted, result = _map(ordered.get("sync")), _map(state.get("syncResult"))
    pieces = [_map(piece) for piece in _list(result.get("resources"))]
    return {
        "phase": state.get("phase"),
        "message": _cut(state.get("message"), _MESSAGE),
        **{key: state.get(key) for key in ("startedAt", "finishedAt", "retryCount")},
        "initiatedBy": ordered.get("initiatedBy"),
        "dryRun": wanted.get("dryRun"),
        "partial": bool(_list(wanted.get("resources"))),
        "strategyApply": "apply" in _map(wanted.get("syncStrategy")),
        "autoSync": _map(spec.get("syncPolicy")).get("automated"),
        "requestedRevision": wanted.get("revision"),
        "requestedRevisions": wanted.get("revisions"),
        "revision": result.get("revision"),
        "revisions": result.get("revisions"),
        "images": list(dict.fromkeys(image for piece in pieces for image in _list(piece.get("images")))),
        "failedResources": list(_failed(pieces)),
    }


def _failed(pieces: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for piece in pieces:
        if piece.get("status") == "SyncFailed" or piece.get("hookPhase") in ("Failed", "Error"):
            kept = {key: piece.get(key) for key in ("kind", "namespace", "name", "status", "hookPhase")}
            yield kept | {"message": _cut(piece.get("message"), _DETAIL)}


def _origins(spec: dict[str, Any]) -> list[Any]:
    return _list(spec.get("sources")) or ([spec["source"]] if spec.get("source") else [])


def _picked(origin: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: value for key in keys if (value := _map(origin).get(key))}


def _cut(text: Any, limit: int) -> str:
    return text[:limit] if isinstance(text, str) else ""


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
