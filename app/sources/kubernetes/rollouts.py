"""Argo Rollouts, by the ConfigMap in `deploy/argo-rollouts/`: the state of one Rollout when something happens to it.

https://argo-rollouts.readthedocs.io/en/stable/features/notifications/
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from app.events import Draft
from app.events.kubernetes import Labels, present, workload_hints
from app.kernel.errors import BadPayload
from app.kernel.shapes import Shape, fit
from app.kernel.text import TITLE_LIMIT, clean
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Parsed

SCHEMA = "shipbell.rollouts/v1"
OUTCOMES = {"updated": None, "completed": "succeeded", "aborted": "failed"}
"""What a trigger says; a pause, a step and a scaled set are on the way to one of these."""


def _said(value: object) -> object:
    """A list without what is empty; null is an empty list."""
    return [each for each in value if each] if isinstance(value, list) else [] if value is None else value


class Rollout(Shape):
    """The part of a Rollout that the template sends; what it does not know is null."""

    name: str = Field(min_length=1)
    namespace: str | None = None
    uid: str = Field(min_length=1)
    labels: Labels = {}
    revision: str | None = None
    images: Annotated[list[str], BeforeValidator(_said)] = []


class Status(Shape):
    """How it stands. The hash is that of the set of replicas that should run."""

    currentPodHash: str | None = None  # noqa: N815
    abortedAt: str | None = None  # noqa: N815
    message: str | None = None


class Message(Shape):
    """The body of the template."""

    trigger: str
    cluster: str | None = None
    sentAt: str | None = None  # noqa: N815
    rollout: Rollout
    status: Status


def read(body: dict[str, Any]) -> Parsed:
    """One event for the beginning or the end of a rollout. Raises BadPayload."""
    if body["schema"] != SCHEMA:
        raise BadPayload(f"an unknown schema: expected {SCHEMA}", "schema")
    message = fit(Message, body)
    if message.trigger not in OUTCOMES:
        return Ignored("unused_type")
    if not (message.rollout.revision or message.status.currentPodHash):
        return Ignored("no_revision")
    return [_draft(message)]


def _draft(message: Message) -> Draft:
    rollout, status = message.rollout, message.status
    outcome = OUTCOMES[message.trigger]
    moment = parse_timestamp(status.abortedAt if outcome == "failed" else None) or parse_timestamp(message.sentAt)
    cluster = (message.cluster or "").strip() or None
    # What is rolled out again gets a new number, and keeps its hash.
    which = f"{rollout.uid}:{rollout.revision or status.currentPodHash}"
    return Draft(
        type="deployment.finished" if outcome else "deployment.started",
        status=outcome,
        subject=clean(f"deployment:rollouts:{cluster or '-'}:{which}", TITLE_LIMIT),
        identity=clean(which, TITLE_LIMIT),
        state=message.trigger,
        occurred_at=moment,
        hints=workload_hints(rollout.name, rollout.namespace, cluster, rollout.labels),
        original_type=message.trigger,
        instance=clean(cluster, 100) if cluster else None,
        fields=present(
            platform="kubernetes",
            started_at=None if outcome else moment,
            finished_at=moment if outcome else None,
            version=_version(rollout),
            images=rollout.images,
            healthy=True if outcome == "succeeded" else None,
            error=status.message if outcome == "failed" else None,
            target=present(cluster=cluster, namespace=rollout.namespace or None),
            canonical=False,
        ),
    )


def _version(rollout: Rollout) -> str | None:
    """The tag that all containers share, or that of the one that is named like the Rollout. A digest is none."""
    parts = [image.partition("@")[0].rsplit("/", 1)[-1].partition(":")[::2] for image in rollout.images]
    own = {tag for name, tag in parts if name and f"-{name}-" in f"-{rollout.name}-"}
    tags = own or {tag for _, tag in parts}
    return (tags.pop() or None) if len(tags) == 1 else None
