"""What an event of Kubernetes says of a rollout, whoever hands it on: an exporter's webhook or EventBridge.

Evidence, never the record: it names no image, and a set of replicas at zero is not always a rollout. What tells is the
revision that the object is at: a new one with each rollout, the same when it is scaled, or restarted from zero.
https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
"""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StrictBool

from app.events.draft import Draft, Hints
from app.events.incidents import hint
from app.kernel.shapes import Shape, fit
from app.kernel.text import TITLE_LIMIT, clean
from app.kernel.timestamps import parse_timestamp

SCALING = "ScalingReplicaSet"
VERSION_LABEL = "app.kubernetes.io/version"

_KINDS = frozenset({"Deployment", "Rollout"})
_TO_ZERO = re.compile(r"Scaled down replica set (?P<set>\S+) (?:to 0(?: from \d+)?|from \d+ to 0)", re.ASCII)
# Argo Rollouts words it differently, and says which revision it scaled.
_ROLLOUT_TO_ZERO = re.compile(
    r"Scaled down (?:ReplicaSet|replica set) (?P<set>\S+) \(revision (?P<revision>\d+)\) from \d+ to 0", re.ASCII
)
_REVISIONS = ("deployment.kubernetes.io/revision", "rollout.argoproj.io/revision")
SCALES_TO_ZERO = "shipbell/scales-to-zero"
"""The label of a workload whose sets at zero are no rollouts: KEDA, nights, the strategy `Recreate`."""


def _texts(value: object) -> object:
    """Labels as they should be: whatever is no text says nothing."""
    if not isinstance(value, dict):
        return {}
    return {key: text for key, text in value.items() if isinstance(key, str) and isinstance(text, str)}


Labels = Annotated[dict[str, str], BeforeValidator(_texts)]


class Involved(Shape):
    """What the event is about. Labels and annotations are the exporter's addition."""

    kind: str = Field(min_length=1)
    name: str = Field(min_length=1)
    namespace: str | None = None
    uid: str | None = None
    labels: Labels = {}
    annotations: Labels = {}
    deleted: StrictBool | None = None


class Meta(Shape):
    """The event's own identity."""

    uid: str = Field(min_length=1)
    creationTimestamp: Any = None  # noqa: N815  as Kubernetes spells it


class Series(Shape):
    """An event of the newer API that was seen several times."""

    lastObservedTime: Any = None  # noqa: N815  as Kubernetes spells it


class Scaling(Shape):
    """The event: core/v1 as it is, and what the exporter adds to it. Its times may all be null but one."""

    metadata: Meta
    involvedObject: Involved  # noqa: N815  as Kubernetes spells it
    message: str
    lastTimestamp: Any = None  # noqa: N815  as Kubernetes spells it
    eventTime: Any = None  # noqa: N815  as Kubernetes spells it
    series: Series | None = None
    clusterName: str | None = None  # noqa: N815  as Kubernetes spells it


def scaling_draft(event: dict[str, Any]) -> Draft | str:
    """The draft of a rollout whose old replicas are gone, or why the event tells of none.

    Reasons: `unused_type`, `not_to_zero`, `deleted`, `first_revision` (nothing was there to be replaced),
    `scaled_to_zero` (the set that should run, or a workload that is labelled so). Raises BadPayload with the path of
    the first place that does not fit.
    """
    if event.get("reason") != SCALING:
        return "unused_type"
    its = fit(Scaling, event)
    about = its.involvedObject
    if about.kind not in _KINDS:
        return "unused_type"
    message = its.message.strip()
    found = _TO_ZERO.fullmatch(message) or _ROLLOUT_TO_ZERO.fullmatch(message)
    if found is None:
        return "not_to_zero"
    return _why_none(about, found.groupdict().get("revision")) or _draft(its)


def _why_none(about: Involved, scaled: str | None) -> str | None:
    """Why a set at zero is no rollout, as far as the event tells."""
    if about.deleted:
        return "deleted"
    if about.labels.get(SCALES_TO_ZERO, "").lower() == "true":
        return "scaled_to_zero"
    now = _revision(about)
    if now is None:
        return None
    if now == scaled:
        return "scaled_to_zero"
    return "first_revision" if now == "1" else None


def _revision(about: Involved) -> str | None:
    """The number of the rollout that the object is at."""
    return next((about.annotations[key] for key in _REVISIONS if key in about.annotations), None)


def _draft(its: Scaling) -> Draft:
    about = its.involvedObject
    revision = _revision(about)
    moment = _moment(its)
    cluster = (its.clusterName or "").strip() or None
    key = clean(its.metadata.uid, 100)
    place = {"cluster": cluster, "namespace": about.namespace or None}
    return Draft(
        type="deployment.finished",
        status="succeeded",
        # The first end of a revision is the rollout's. What comes to zero at the same one, later, was only scaled.
        subject=clean(
            f"deployment:kubernetes:{cluster or '-'}:{about.uid or about.name}:"
            + (f"revision-{revision}" if about.uid and revision else key),
            TITLE_LIMIT,
        ),
        identity=f"event:{key}",
        state="succeeded",
        occurred_at=moment,
        hints=workload_hints(about.name, about.namespace, cluster, about.labels),
        original_type=SCALING,
        original_status=clean(its.message, TITLE_LIMIT),
        instance=clean(cluster, 100) if cluster else None,
        fields=present(
            platform="kubernetes",
            finished_at=moment,
            version=about.labels.get(VERSION_LABEL),
            target=present(**place),
            canonical=False,
        ),
    )


def workload_hints(name: str, namespace: str | None, cluster: str | None, labels: dict[str, str]) -> Hints:
    """The names of a workload that may tell service and environment; the labels are looked at first."""
    return Hints(
        service=(*hint("name", name), *hint("application", name), *hint("namespace", namespace)),
        environment=(*hint("namespace", namespace), *hint("cluster", cluster), *hint("application", name)),
        labels=dict(labels),
    )


def present(**fields: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def _moment(its: Scaling) -> datetime | None:
    seen = its.series.lastObservedTime if its.series else None
    times = (its.lastTimestamp, seen, its.eventTime, its.metadata.creationTimestamp)
    return next((read for each in times if (read := parse_timestamp(each)) is not None), None)
