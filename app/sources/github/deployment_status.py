"""`deployment_status`: how a deployment goes, of GitHub Actions or of whoever uses GitHub's deployments.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#deployment_status
"""

import re
from typing import Any

from pydantic import Field, StrictInt

from app.events import Draft
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Parsed
from app.sources.github import reading
from app.sources.github.reading import Account, Body, Hash

# `pending`, `queued` and `waiting` come before the start; `inactive` is said of the one before once the next succeeds.
STATES = {"in_progress": None, "success": "succeeded", "failure": "failed", "error": "failed"}

_VERSION = re.compile(r"v?\d+\.\d+\.\d+(?:[-+.].{1,100})?")


class Deployment(Shape):
    """What is deployed, and where to."""

    id: StrictInt
    sha: Hash | None = None
    ref: str | None = None
    environment: str = Field(min_length=1)


class Status(Shape):
    """One word on it. `log_url` is the page of the job."""

    state: str
    description: str | None = None
    log_url: str | None = None
    creator: Account | None = None
    created_at: str | None = None


class DeploymentMessage(Body):
    """The message."""

    deployment: Deployment
    deployment_status: Status


def read(body: dict[str, Any]) -> Parsed:
    """One `deployment.started` or `deployment.finished`."""
    message = fit(DeploymentMessage, body)
    its, made, status = message.repository, message.deployment, message.deployment_status
    if status.state not in STATES:
        return Ignored("unused_state")
    outcome = STATES[status.state]
    moment = parse_timestamp(status.created_at)
    subject = reading.subject("deployment", "github", its.key, made.id)
    return [
        Draft(
            type="deployment.finished" if outcome else "deployment.started",
            status=outcome,
            subject=subject,
            identity=subject,
            state=status.state,
            occurred_at=moment,
            hints=reading.hints(its, made.environment),
            original_status=status.state,
            original_type="deployment_status",
            instance=its.host,
            texts=reading.texts(made.ref),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(status.creator or message.sender),
                "commit": {"sha": made.sha, "url": its.page_of(made.sha)} if made.sha else None,
                "version": made.ref if _VERSION.fullmatch(made.ref or "") else None,
                "build": {"url": status.log_url, "ref": made.ref},
                "links": {"pipeline": status.log_url},
                "platform": "github",
                "started_at": None if outcome else moment,
                "finished_at": moment if outcome else None,
                "error": status.description if outcome == "failed" else None,
            },
        )
    ]
