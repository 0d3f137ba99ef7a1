"""ECS: the states of a service's deployments. A rollback shows in nothing but `reason`.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
"""

import re

from pydantic import Field

from app.events import Draft
from app.events.kubernetes import present
from app.kernel.errors import BadPayload
from app.kernel.shapes import Shape, fit
from app.kernel.text import TITLE_LIMIT, clean
from app.kernel.timestamps import parse_timestamp
from app.sources.eventbridge.envelope import Envelope, hints, own_key

OUTCOMES = {
    "SERVICE_DEPLOYMENT_IN_PROGRESS": None,
    "SERVICE_DEPLOYMENT_COMPLETED": "succeeded",
    "SERVICE_DEPLOYMENT_FAILED": "failed",
}

_SERVICE = re.compile(r"arn:[^:]+:ecs:[^:]*:[^:]*:service/(?:(?P<cluster>[^/]+)/)?(?P<name>[^/]+)")
_DEPLOYMENT = re.compile(r"ecs-svc/\d+", re.ASCII)


class Detail(Shape):
    """One change of state."""

    eventName: str  # noqa: N815
    deploymentId: str = Field(min_length=1)  # noqa: N815
    updatedAt: str | None = None  # noqa: N815
    reason: str | None = None


def read(envelope: Envelope) -> Draft | str:
    """A deployment that began or ended, or why there is none (`unused_type`, `rolls_back`). Raises BadPayload."""
    detail = fit(Detail, envelope.detail)
    if detail.eventName not in OUTCOMES:
        return "unused_type"
    named = _DEPLOYMENT.search(detail.reason or "")
    runs = named[0] if named else detail.deploymentId
    back = "rolling back" in (detail.reason or "")
    if back and runs == detail.deploymentId:
        return "rolls_back"  # it has had its end already: what runs is what ran
    return _draft(envelope, detail, runs, back=back or runs != detail.deploymentId)


def _draft(envelope: Envelope, detail: Detail, runs: str, *, back: bool) -> Draft:
    """`runs` is the deployment whose tasks are there when it is done: of a rollback, the one that is gone back to.

    It is the revision by which facts see that a rollback brought nothing new.
    """
    arn, cluster, name = _service(envelope)
    outcome = OUTCOMES[detail.eventName]
    moment = envelope.moment or parse_timestamp(detail.updatedAt)
    which = f"{arn}:{own_key(detail.deploymentId)}"
    return Draft(
        type="deployment.finished" if outcome else "deployment.started",
        status=outcome,
        subject=clean(f"deployment:ecs:{which}", TITLE_LIMIT),
        identity=f"ecs:{which}",
        state=detail.eventName,
        occurred_at=moment,
        hints=hints(envelope, name, cluster),
        original_type="ECS Deployment State Change",
        original_status=detail.eventName,
        instance=envelope.own_account,
        fields=present(
            platform="ecs",
            started_at=None if outcome else moment,
            finished_at=moment if outcome else None,
            revision=clean(runs),
            rollback=True if back else None,
            healthy=True if outcome == "succeeded" else None,
            error=detail.reason if outcome == "failed" else None,
            target=present(cluster=clean(cluster) if cluster else None),
        ),
    )


def _service(envelope: Envelope) -> tuple[str, str | None, str]:
    """The service's ARN, cluster and name. ARNs of the old style have no cluster. Raises BadPayload."""
    for resource in envelope.resources[:10]:
        found = _SERVICE.fullmatch(resource) if isinstance(resource, str) else None
        if found:
            return clean(found[0], 200), found["cluster"], found["name"]
    raise BadPayload("expected the ARN of a service", "resources")
