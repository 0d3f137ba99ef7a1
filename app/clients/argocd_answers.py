"""What Argo CD answers, as far as we use it. Go leaves out what is empty, and writes null for some of it.

https://github.com/argoproj/argo-cd/blob/master/pkg/apis/application/v1alpha1/types.go
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AliasPath, BeforeValidator, Field

from app.clients.replies import Moment

Text = Annotated[str, BeforeValidator(lambda value: value or "")]
Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ())]
Labels = Annotated[Mapping[str, str], BeforeValidator(lambda value: value or {})]


def _at(first: str, *rest: str) -> Any:
    return Field(validation_alias=AliasPath(first, *rest))


def _sources(spec: Any) -> Any:
    """`sources` wins over `source`, as it does there."""
    if not isinstance(spec, dict):
        return ()
    single = spec.get("source")
    return spec.get("sources") or ([single] if single else ())


def _images(result: Any) -> Any:
    """The images of a sync's resources, each once (Argo CD 3.1 and newer)."""
    resources = result.get("resources") if isinstance(result, dict) else None
    images = [image for each in resources or () if isinstance(each, dict) for image in each.get("images") or ()]
    return tuple(dict.fromkeys(images))


@dataclass(frozen=True, slots=True)
class AppSource:
    """Where an application comes from. `images` are the overrides that stand in the application itself."""

    repository: Annotated[Text, _at("repoURL")] = ""
    path: Text = ""
    chart: Text = ""
    target_revision: Annotated[Text, _at("targetRevision")] = ""
    images: Annotated[Texts, _at("kustomize", "images")] = ()


@dataclass(frozen=True, slots=True)
class Deployed:
    """An entry of the history, of which the last ten are kept: one for each sync that succeeded."""

    id: int | None = None
    revision: Text = ""
    revisions: Texts = ()
    started_at: Annotated[Moment, _at("deployStartedAt")] = None
    deployed_at: Annotated[Moment, _at("deployedAt")] = None
    initiated_by: Annotated[str | None, _at("initiatedBy", "username")] = None


@dataclass(frozen=True, slots=True)
class Operation:
    """The latest sync: `phase` is Running, Terminating, Succeeded, Failed or Error."""

    phase: Text = ""
    message: Text = ""
    started_at: Annotated[Moment, _at("startedAt")] = None
    finished_at: Annotated[Moment, _at("finishedAt")] = None
    revision: Annotated[Text, _at("syncResult", "revision")] = ""
    revisions: Annotated[Texts, _at("syncResult", "revisions")] = ()
    initiated_by: Annotated[str | None, _at("operation", "initiatedBy", "username")] = None
    automated: Annotated[bool, BeforeValidator(bool), _at("operation", "initiatedBy", "automated")] = False
    images: Annotated[Texts, BeforeValidator(_images), _at("syncResult")] = ()


@dataclass(frozen=True, slots=True)
class Application:
    """An application. `revision` is what it was compared to, which need not be what is deployed: see `history`.

    `sync`: Synced, OutOfSync or Unknown. `health`: Healthy, Progressing, Degraded, Suspended, Missing or Unknown.
    `images`: what runs. Texts that nobody said are "".
    """

    name: Annotated[str, _at("metadata", "name")]
    namespace: Annotated[Text, _at("metadata", "namespace")] = ""
    uid: Annotated[Text, _at("metadata", "uid")] = ""
    resource_version: Annotated[Text, _at("metadata", "resourceVersion")] = ""
    labels: Annotated[Labels, _at("metadata", "labels")] = field(default_factory=dict)
    deleted_at: Annotated[Moment, _at("metadata", "deletionTimestamp")] = None
    project: Annotated[Text, _at("spec", "project")] = ""
    sources: Annotated[tuple[AppSource, ...], BeforeValidator(_sources), _at("spec")] = ()
    server: Annotated[Text, _at("spec", "destination", "server")] = ""
    cluster: Annotated[Text, _at("spec", "destination", "name")] = ""
    target_namespace: Annotated[Text, _at("spec", "destination", "namespace")] = ""
    sync: Annotated[Text, _at("status", "sync", "status")] = ""
    revision: Annotated[Text, _at("status", "sync", "revision")] = ""
    revisions: Annotated[Texts, _at("status", "sync", "revisions")] = ()
    health: Annotated[Text, _at("status", "health", "status")] = ""
    health_since: Annotated[Moment, _at("status", "health", "lastTransitionTime")] = None
    images: Annotated[Texts, _at("status", "summary", "images")] = ()
    reconciled_at: Annotated[Moment, _at("status", "reconciledAt")] = None
    operation: Annotated[Operation | None, _at("status", "operationState")] = None
    history: Annotated[tuple[Deployed, ...], BeforeValidator(lambda value: value or ()), _at("status", "history")] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """What the GitOps repository says of a revision. `author` may come without a mail address."""

    author: str | None = None
    date: Moment = None
    message: Text = ""
    tags: Texts = ()
