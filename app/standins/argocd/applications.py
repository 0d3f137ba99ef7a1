"""An Application as Argo CD's API shows it: what the story says runs, with its last ten deployments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.clock import DAY, MINUTE, SECOND, to_datetime
from app.standins.gitops import SIDECAR, SIDECAR_TAG, Repository, folder_of
from app.standins.story.model import Drift, Rollout, Service, Story
from app.standins.story.seed import Seed

NAMESPACE = "argocd"
MOST_HISTORY = 10
_REFUSED = (
    "Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = "
    "invalid Kustomization: json: cannot unmarshal number into Go struct field Image.images.newTag of type string"
)


@dataclass(frozen=True, slots=True)
class Place:
    """One service in one environment, with everything that its Application is made of."""

    story: Story
    repository: Repository
    url: str
    service: Service
    environment: str

    @property
    def name(self) -> str:
        return f"{self.service.name}-{self.environment}"

    @property
    def rollouts(self) -> Sequence[Rollout]:
        return [each for each in self.service.rollouts if each.environment == self.environment]

    @property
    def drift(self) -> Drift | None:
        here = (self.service.name, self.environment)
        return next((each for each in self.story.drifts if (each.service, each.environment) == here), None)

    @property
    def source(self) -> dict[str, Any]:
        source: dict[str, Any] = {
            "repoURL": self.url,
            "path": folder_of(self.service.name, self.environment),
            "targetRevision": "HEAD",
        }
        tag = self.story.override.get((self.service.name, self.environment))
        return source | {"kustomize": {"images": [f"{self.service.image}:{tag}"]}} if tag else source


def application(place: Place) -> dict[str, Any]:
    """The whole object."""
    destination = {"server": "https://kubernetes.default.svc", "namespace": place.name}
    return {
        "metadata": _metadata(place),
        "spec": {
            "source": place.source,
            "destination": destination,
            "project": place.service.team,
            "syncPolicy": {"automated": {}},
        },
        "status": _status(place, destination),
    }


def _metadata(place: Place) -> dict[str, Any]:
    labels = {"app.kubernetes.io/name": place.service.name, "environment": place.environment}
    return {
        "name": place.name,
        "namespace": NAMESPACE,
        "uid": Seed(place.story.seed).uuid("application", place.name),
        "resourceVersion": str(262_000_000 + place.rollouts[-1].at // SECOND % 10_000_000),
        "generation": 40 + len(place.rollouts),
        "creationTimestamp": _time(place.rollouts[0].at - DAY),
        "labels": labels | {"team": place.service.team},
    }


def _status(place: Place, destination: dict[str, Any]) -> dict[str, Any]:
    kind = place.drift.kind if place.drift else ""
    sync = {"sync_failed": "OutOfSync", "refused_manifest": "Unknown"}.get(kind, "Synced")
    since = _time(place.rollouts[-1].at + 2 * MINUTE)
    health = {"status": "Degraded" if kind == "sync_failed" else "Healthy", "lastTransitionTime": since}
    told = {
        "resources": _resources(place, sync, health),
        "sync": {
            "status": sync,
            "comparedTo": {"source": place.source, "destination": destination},
            "revision": place.repository.head,
        },
        "health": health,
        "history": _history(place),
        "reconciledAt": _time(place.story.now - MINUTE),
        "operationState": _operation(place),
        "sourceType": "Kustomize",
        "summary": {"images": _images(place)},
    }
    if kind == "refused_manifest":
        last = _time(place.rollouts[-1].at + MINUTE)
        told["conditions"] = [{"type": "ComparisonError", "message": _REFUSED, "lastTransitionTime": last}]
    return told


def _images(place: Place) -> list[str]:
    sidecar = SIDECAR_TAG if place.environment == "prod" else "2.8.0"
    running = place.story.running(place.service.name, place.environment)
    return [f"{SIDECAR}:{sidecar}", f"{place.service.image}:{running}"]


def _resources(place: Place, sync: str, health: dict[str, Any]) -> list[dict[str, Any]]:
    where = {"namespace": place.name, "name": place.service.name, "status": sync}
    return [
        {"version": "v1", "kind": "Service", **where, "health": {"status": "Healthy"}},
        {"group": "apps", "version": "v1", "kind": "Deployment", **where, "health": {"status": health["status"]}},
    ]


def _history(place: Place) -> list[dict[str, Any]]:
    """The newest ten that were brought to the cluster; ids go on counting."""
    synced = [each for each in place.rollouts if each.synced]
    numbered = list(enumerate(synced))[-MOST_HISTORY:]
    return [
        {
            "revision": place.repository.revisions[each],
            "deployedAt": _time(each.at + 90 * SECOND),
            "id": number,
            "source": place.source,
            "deployStartedAt": _time(each.at + 30 * SECOND),
            "initiatedBy": {"automated": True},
        }
        for number, each in numbered
    ]


def _operation(place: Place) -> dict[str, Any]:
    """The last sync, which may have failed; a manifest that cannot be read starts none."""
    last = [each for each in place.rollouts if each.how != "refused"][-1]
    revision = place.repository.revisions[last]
    phase = "Succeeded" if last.synced else "Failed"
    tag = place.story.override.get((place.service.name, place.environment), last.tag)
    message = "successfully synced (all tasks run)" if last.synced else "one or more synchronization tasks failed"
    said = "configured" if last.synced else 'admission webhook "policy.example.com" denied the request'
    return {
        "operation": {
            "sync": {"revision": revision, "syncStrategy": {"hook": {}}},
            "initiatedBy": {"automated": True},
            "retry": {"limit": 5},
        },
        "phase": phase,
        "message": message,
        "syncResult": {
            "resources": [
                {
                    "group": "apps",
                    "version": "v1",
                    "kind": "Deployment",
                    "namespace": place.name,
                    "name": place.service.name,
                    "status": "Synced" if last.synced else "SyncFailed",
                    "message": f"deployment.apps/{place.service.name} {said}",
                    "hookPhase": "Running" if last.synced else "Failed",
                    "syncPhase": "Sync",
                    "images": [f"{place.service.image}:{tag}"],
                }
            ],
            "revision": revision,
            "source": place.source,
        },
        "startedAt": _time(last.at + 30 * SECOND),
        "finishedAt": _time(last.at + 90 * SECOND),
        "retryCount": 0 if last.synced else 5,
    }


def _time(us: int) -> str:
    """As Kubernetes writes it: whole seconds."""
    return to_datetime(us).strftime("%Y-%m-%dT%H:%M:%SZ")
