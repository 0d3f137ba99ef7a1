"""`workflow_run`: a run of a workflow of GitHub Actions began or ended.

`run_number` counts the runs of one workflow, so it names none in a repository with several: the run's `id` does.
https://docs.github.com/en/webhooks/webhook-events-and-payloads#workflow_run
"""

from datetime import datetime
from typing import Any

from pydantic import StrictInt

from app.events import Draft
from app.kernel.shapes import Shape, fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Ignored, Parsed
from app.sources.github import reading
from app.sources.github.reading import Account, Body, Commit, Hash

OUTCOMES = {
    "success": "succeeded",
    "failure": "failed",
    "timed_out": "failed",
    "startup_failure": "error",
    "cancelled": "stopped",
    "action_required": "waiting",
}


class Run(Shape):
    """The run. A further attempt has the same id; `updated_at` is its end once it is completed."""

    id: StrictInt
    name: str | None = None
    run_number: StrictInt | None = None
    run_attempt: StrictInt | None = None
    event: str | None = None
    conclusion: str | None = None
    html_url: str | None = None
    head_branch: str | None = None
    head_sha: Hash | None = None
    head_commit: Commit | None = None
    actor: Account | None = None
    created_at: str | None = None
    run_started_at: str | None = None
    updated_at: str | None = None


class RunMessage(Body):
    """The message."""

    action: str
    workflow_run: Run


def read(body: dict[str, Any]) -> Parsed:
    """One `pipeline.started` or `pipeline.finished`; a run that was skipped is no news."""
    message = fit(RunMessage, body)
    its, run = message.repository, message.workflow_run
    if message.action not in ("in_progress", "completed"):
        return Ignored("unused_action")
    ended = message.action == "completed"
    outcome = OUTCOMES.get(run.conclusion or "") if ended else None
    if ended and outcome is None:
        return Ignored("unused_conclusion")
    began = parse_timestamp(run.run_started_at) or parse_timestamp(run.created_at)
    moment = parse_timestamp(run.updated_at)
    subject = reading.subject("build", its.key, run.id)
    made = reading.commit(run.head_commit, run.head_branch)
    return [
        Draft(
            type="pipeline.finished" if ended else "pipeline.started",
            status=outcome,
            subject=subject,
            identity=f"{subject}:{run.run_attempt or 1}",
            state=run.conclusion or message.action,
            occurred_at=moment if ended else began,
            hints=reading.hints(its),
            original_status=run.conclusion,
            original_type=f"workflow_run.{message.action}",
            instance=its.host,
            texts=reading.texts(run.head_branch, run.head_commit.message if run.head_commit else None),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(run.actor or message.sender),
                "commit": {
                    **(made or {"branch": run.head_branch}),
                    "sha": run.head_sha,
                    "url": its.page_of(run.head_sha),
                }
                if run.head_sha
                else made,
                "build": _build(run),
                "links": {"pipeline": run.html_url},
                "started_at": began,
                "finished_at": moment if ended else None,
                "duration_seconds": _seconds(began, moment) if ended else None,
            },
        )
    ]


def _build(run: Run) -> dict[str, Any]:
    """`head_branch` is also the name of a tag: only that it ran for a pull request is certain."""
    number = f" #{run.run_number}" if run.run_number is not None else ""
    asked = (run.event or "").startswith("pull_request")
    return {
        "url": run.html_url,
        "name": f"{run.name or 'workflow'}{number}",
        "ref": run.head_branch,
        "ref_kind": "pull_request" if asked else None,
        "trigger": run.event,
    }


def _seconds(began: datetime | None, ended: datetime | None) -> float | None:
    if began is None or ended is None or ended < began:
        return None
    return (ended - began).total_seconds()
