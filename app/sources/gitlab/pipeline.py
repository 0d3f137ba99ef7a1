"""`Pipeline Hook`: one message for each state that a pipeline comes to; we tell of its beginning and its ends.

https://docs.gitlab.com/user/project/integrations/webhook_events/#pipeline-events
"""

from datetime import datetime
from typing import Any

from pydantic import StrictBool, StrictInt

from app.events import Draft
from app.kernel.shapes import Shape, fit
from app.kernel.text import LIST_LIMIT
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Parsed
from app.sources.gitlab import reading
from app.sources.gitlab.reading import Body, Commit, Hash

# A pipeline that waits for a person (`manual`, `blocked`) has ended for now; it may go on, and end again.
STATUS = {
    "running": None,
    "success": "succeeded",
    "failed": "failed",
    "canceled": "stopped",
    "manual": "waiting",
    "blocked": "waiting",
}


_HIDDEN = "refs/merge-requests/"


class Build(Shape):
    """A job of the pipeline."""

    id: StrictInt | None = None
    name: str | None = None
    status: str | None = None
    duration: float | None = None
    allow_failure: StrictBool | None = None


class Run(Shape):
    """The pipeline. Older shapes have neither `url` nor `source`; there is no time of its start but its creation."""

    id: StrictInt
    ref: str | None = None
    tag: StrictBool | None = None
    sha: Hash | None = None
    source: str | None = None
    status: str
    name: str | None = None
    url: str | None = None
    created_at: str | None = None
    finished_at: str | None = None


class MergeRequest(Shape):
    """The request that it runs for."""

    iid: StrictInt | None = None
    source_branch: str | None = None


class PipelineMessage(Body):
    """The message."""

    object_attributes: Run
    merge_request: MergeRequest | None = None
    commit: Commit | None = None
    builds: list[Build] | None = None


def read(kind: str, body: dict[str, Any]) -> Parsed:
    """One `pipeline.started` or `pipeline.finished`; what comes before the start is no news."""
    message = fit(PipelineMessage, body)
    its, run = message.project, message.object_attributes
    if run.status not in STATUS:
        return Ignored("unused_status")
    outcome = STATUS[run.status]
    began = parse_timestamp(run.created_at)
    ended = parse_timestamp(run.finished_at) if outcome else None
    subject = reading.subject("build", its.key, run.id)
    url = run.url or (f"{its.web_url}/-/pipelines/{run.id}" if its.web_url else None)
    made, branch = reading.commit(message.commit) or {}, _ref(message)
    jobs = sorted(message.builds or [], key=lambda job: job.id or 0)[:LIST_LIMIT]
    return [
        Draft(
            type="pipeline.finished" if outcome else "pipeline.started",
            status=outcome,
            subject=subject,
            identity=subject,
            state=run.status,
            # What waits has no end yet: not its beginning's time, but that of the message.
            occurred_at=ended if outcome else began,
            hints=reading.hints(its),
            original_status=run.status,
            original_type=kind,
            instance=its.host,
            texts=reading.texts(branch, made.get("message")),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(message.user),
                "commit": {**made, "sha": run.sha} if run.sha else made or None,
                "build": {**_kind(message), "number": run.id, "url": url, "name": run.name, "trigger": run.source},
                "links": {"pipeline": url, "commit": made.get("url")},
                "started_at": began,
                "finished_at": ended,
                "duration_seconds": _seconds(began, ended),
                "steps": [_step(job) for job in jobs] if outcome and jobs else None,
                "failed_step": next((job.name for job in jobs if _broke(job)), None) if outcome == "failed" else None,
            },
        )
    ]


def _kind(message: PipelineMessage) -> dict[str, str]:
    """What it ran for. That of a merge request says so, or has the request's hidden ref."""
    run, ref = message.object_attributes, _ref(message)
    if run.ref is None or ref is None:
        return {}
    asked = run.source == "merge_request_event" or run.ref.startswith(_HIDDEN)
    return {"ref": ref, "ref_kind": "tag" if run.tag else "pull_request" if asked else "branch"}


def _ref(message: PipelineMessage) -> str | None:
    """The branch or tag; of a merge request's hidden ref (`refs/merge-requests/7/head`) the branch that is to merge."""
    ref, request = message.object_attributes.ref, message.merge_request
    if ref is not None and ref.startswith(_HIDDEN) and request is not None:
        return request.source_branch or ref
    return ref


def _step(job: Build) -> dict[str, Any]:
    return {"name": job.name, "status": job.status, "duration_seconds": job.duration}


def _broke(job: Build) -> bool:
    return job.status == "failed" and not job.allow_failure


def _seconds(began: datetime | None, ended: datetime | None) -> float | None:
    if began is None or ended is None or ended < began:
        return None
    return (ended - began).total_seconds()
