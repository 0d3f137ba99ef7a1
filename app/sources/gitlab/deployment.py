"""`Deployment Hook`: a job deploys to an environment. The record of GitLab's deployments.

The whole id of the commit is only in `commit_url`. What waits for an approval tells of it, too; that is no outcome.
https://docs.gitlab.com/user/project/integrations/webhook_events/#deployment-events
"""

import re
from typing import Any

from pydantic import Field, StrictInt

from app.events import Draft
from app.kernel.shapes import fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Parsed
from app.sources.gitlab import reading
from app.sources.gitlab.reading import Body, Hash

STATUS = {"running": None, "success": "succeeded", "failed": "failed", "canceled": "stopped"}

_SHA_AT_END = re.compile(r"/commit/([0-9a-fA-F]{7,64})$")
_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:[-+.].{1,100})?")


class Deployment(Body):
    """The message. There is no `deployable` where a deployment was made by the API; old shapes have no `ref`."""

    status: str
    status_changed_at: str | None = None
    deployment_id: StrictInt
    deployable_id: StrictInt | None = None
    deployable_url: str | None = None
    environment: str = Field(min_length=1)
    environment_tier: str | None = None
    short_sha: Hash | None = None
    commit_url: str | None = None
    commit_title: str | None = None
    ref: str | None = None


def read(kind: str, body: dict[str, Any]) -> Parsed:
    """One `deployment.started` or `deployment.finished`."""
    its = fit(Deployment, body)
    if its.status not in STATUS:
        return Ignored("unused_status")
    outcome = STATUS[its.status]
    moment = parse_timestamp(its.status_changed_at)
    found = _SHA_AT_END.search(its.commit_url or "")
    sha = found[1] if found else its.short_sha
    return [
        Draft(
            type="deployment.finished" if outcome else "deployment.started",
            status=outcome,
            subject=subject_of(its.project.key, its.deployable_id, its.deployment_id),
            identity=f"deployment:{its.project.key}:{its.deployment_id}",
            state=its.status,
            occurred_at=moment,
            hints=reading.hints(its.project, its.environment, its.environment_tier),
            original_status=its.status,
            original_type=kind,
            instance=its.project.host,
            texts=reading.texts(its.commit_title, its.ref),
            fields={
                "repository": reading.repository(its.project),
                "actor": reading.person(its.user),
                "commit": {"sha": sha, "message": its.commit_title, "url": its.commit_url} if sha else None,
                "version": its.ref if _VERSION.fullmatch(its.ref or "") else None,
                "build": {"url": its.deployable_url, "ref": its.ref},
                "links": {"pipeline": its.deployable_url, "commit": its.commit_url},
                "platform": "gitlab",
                "started_at": None if outcome else moment,
                "finished_at": moment if outcome else None,
            },
        )
    ]


def subject_of(project: str, job: int | None, deployment: int | None = None) -> str:
    """What a deployment is known by: the job that does it, so that the job's own message speaks of the same."""
    return reading.subject("deployment", "gitlab", project, f"job:{job}" if job is not None else deployment)
