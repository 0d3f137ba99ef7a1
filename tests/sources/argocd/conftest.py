"""The state of an application, to be changed a little in each test."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from app.events import Draft
from app.sources import Ignored, Inbound
from app.sources.argocd import SOURCE

OLD, PREVIOUS, NEW = "a" * 40, "b" * 40, "c" * 40
AUTOMATED = {"automated": True}


def entry(number: int, revision: str, start: str, end: str, **more: Any) -> dict[str, Any]:
    """A history entry on the 20th, from and to `HH:MM:SS`."""
    times = {"deployStartedAt": f"2026-11-20T{start}Z", "deployedAt": f"2026-11-20T{end}Z"}
    return {"id": number, "revision": revision, "revisions": None, "initiatedBy": None} | times | more


HISTORY = [entry(1, OLD, "08:00:00", "08:01:00"), entry(2, PREVIOUS, "09:00:00", "09:01:00")]
OWN = entry(3, NEW, "10:00:00", "10:00:59")


def state(operation: dict[str, Any] | None = None, **over: Any) -> dict[str, Any]:
    """A body of our schema: an operation that succeeded, whose entry is not in the history yet."""
    done = {
        "phase": "Succeeded",
        "message": "successfully synced",
        "startedAt": "2026-11-20T10:00:00Z",
        "finishedAt": "2026-11-20T10:01:00Z",
        "retryCount": None,
        "initiatedBy": {"username": "dana@example.com"},
        "dryRun": None,
        "partial": False,
        "requestedRevision": NEW,
        "revision": NEW,
        "revisions": None,
        "images": [],
        "failedResources": [],
    }
    return {
        "schema": "shipbell.argocd/v1",
        "trigger": "operation",
        "argocd": {"url": "https://argocd.example.com", "instance": "eu"},
        "app": {
            "name": "checkout-prod",
            "namespace": "argocd",
            "uid": "u-1",
            "labels": {"team": "storefront"},
            "deletionTimestamp": None,
            "destination": {"server": "https://kubernetes.default.svc", "namespace": "shop"},
            "sources": [{"path": "apps/checkout/overlays/prod", "targetRevision": "main"}],
        },
        "health": {"status": None, "message": "", "lastTransitionTime": None},
        "operation": done | (operation or {}),
        "operationPending": False,
        "images": ["registry.example.com/acme/checkout:1.2.3"],
        "history": HISTORY,
        "reconciledAt": "2026-11-20T10:01:01Z",
        "hydratedFrom": None,
    } | over


def inbound(body: dict[str, Any]) -> Inbound:
    return Inbound({}, json.dumps(body).encode())


Told = Callable[..., list[Draft]]


@pytest.fixture
def told() -> Told:
    """What a state tells: its drafts, without those of the history unless they are wanted."""

    def _told(body: dict[str, Any], *, history: bool = False) -> list[Draft]:
        parsed = SOURCE.parse(inbound(body))
        assert not isinstance(parsed, Ignored), parsed
        return [draft for draft in parsed if history or draft.original_type != "history"]

    return _told


def reason(body: dict[str, Any]) -> str:
    """Why a state tells nothing."""
    parsed = SOURCE.parse(inbound(body))
    assert isinstance(parsed, Ignored), parsed
    return parsed.reason
