"""`Job Hook`: of the jobs only those that deploy are news, and mere evidence beside the `Deployment Hook`.

`commit.id` is the number of the pipeline, not a commit; older shapes have no `project`.
https://docs.gitlab.com/user/project/integrations/webhook_events/#job-events
"""

from typing import Any
from urllib.parse import urlsplit

from pydantic import AliasPath, Field, StrictBool, StrictInt

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Parsed
from app.sources.gitlab import reading
from app.sources.gitlab.deployment import STATUS, subject_of
from app.sources.gitlab.reading import Hash, Project, User


class Environment(Shape):
    """Where the job deploys to. `action` may also be prepare, verify, access or stop: those deploy nothing."""

    name: str | None = None
    action: str | None = None
    deployment_tier: str | None = None


class Job(Shape):
    """The message."""

    build_id: StrictInt
    build_name: str | None = None
    build_status: str
    build_started_at: str | None = None
    build_finished_at: str | None = None
    ref: str | None = None
    tag: StrictBool | None = None
    sha: Hash | None = None
    pipeline_id: StrictInt | None = None
    project_id: StrictInt | None = None
    project: dict[str, Any] | None = None
    homepage: str | None = Field(None, validation_alias=AliasPath("repository", "homepage"))
    message: str | None = Field(None, validation_alias=AliasPath("commit", "message"))
    environment: Environment | None = None
    user: User | None = None


def read(kind: str, body: dict[str, Any]) -> Parsed:
    """One `deployment.started` or `deployment.finished` that is not canonical, or nothing."""
    job = fit(Job, body)
    place = job.environment
    if place is None or not place.name:
        return Ignored("no_environment")
    if place.action not in (None, "start"):
        return Ignored("no_deployment")
    if job.build_status not in STATUS:
        return Ignored("unused_status")
    its, outcome = _project(job), STATUS[job.build_status]
    began, ended = parse_timestamp(job.build_started_at), parse_timestamp(job.build_finished_at)
    url = f"{its.web_url}/-/jobs/{job.build_id}" if its.web_url else None
    return [
        Draft(
            type="deployment.finished" if outcome else "deployment.started",
            status=outcome,
            subject=subject_of(its.key, job.build_id),
            identity=f"job:{its.key}:{job.build_id}",
            state=job.build_status,
            occurred_at=(ended if outcome else None) or began,
            hints=reading.hints(its, place.name, place.deployment_tier),
            original_status=job.build_status,
            original_type=kind,
            instance=its.host,
            texts=reading.texts(job.ref, job.message),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(job.user),
                "commit": _commit(job, its),
                "version": job.ref if job.tag else None,
                "build": {"number": job.pipeline_id, "url": url, "name": job.build_name, "ref": job.ref,
                          "ref_kind": "tag" if job.tag else "branch"},
                "links": {"pipeline": url},
                "platform": "gitlab",
                "started_at": began,
                "finished_at": ended if outcome else None,
                "canonical": False,
            },
        )
    ]  # fmt: skip


def _commit(job: Job, its: Project) -> dict[str, Any] | None:
    """The commit with its page, which the message does not tell."""
    url = f"{its.web_url}/-/commit/{job.sha}" if its.web_url else None
    return {"sha": job.sha, "message": job.message, "url": url} if job.sha else None


def _project(job: Job) -> Project:
    """The project, by its own object or by the address of its page."""
    if job.project is not None:
        return fit(Project, job.project)
    if reading.host_of(job.homepage) is None or job.project_id is None:
        raise BadPayload("neither a project nor its page", "project")
    try:
        path = urlsplit(job.homepage or "").path.strip("/")
    except ValueError:
        raise BadPayload("not an address", "repository.homepage") from None
    return fit(Project, {"id": job.project_id, "path_with_namespace": path, "web_url": job.homepage})
