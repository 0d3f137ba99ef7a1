"""Bitbucket's answers as events in our words, with the same subjects as its webhooks give."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from app.clients.bitbucket import pipeline_link
from app.clients.bitbucket_answers import Commit, Deployment, Pipeline, PullRequest, Repository

PUSH = 100
"""Commits in one event: what an event keeps of a list."""

_PIPELINE = {
    "SUCCESSFUL": "succeeded",
    "FAILED": "failed",
    "ERROR": "error",
    "STOPPED": "stopped",
    "EXPIRED": "stopped",
}
_DEPLOYMENT = {"SUCCESSFUL": "succeeded", "FAILED": "failed", "STOPPED": "stopped"}
_REFS = {"branch": "branch", "tag": "tag", "annotated_tag": "tag"}

Told = dict[str, Any]


def repository(its: Repository) -> Told:
    """A repository in our words."""
    return {"provider": "bitbucket", "full_name": its.full_name, "uuid": its.uuid, "url": its.link}


def commit(made: Commit) -> Told:
    """A commit in our words; `date` is the author's."""
    name, _, rest = (made.author or "").partition("<")
    author = {"name": made.user or name.strip() or None, "email": rest.partition(">")[0].strip() or None}
    return {
        "sha": made.hash,
        "message": made.message or None,
        "author": author if any(author.values()) else None,
        "authored_at": _iso(made.date),
        "parents": list(made.parents),
    }


def pushes(service: str, its: Repository, found: Sequence[Commit], before: str | None) -> Iterator[Told]:
    """Commits, newest first, down to (not including) `before`, as pushes of at most a hundred each.

    Each one's `before` is the head of the next, so that together they are one line of history.
    """
    for start in range(0, len(found), PUSH):
        some = found[start : start + PUSH]
        rest = found[start + PUSH : start + PUSH + 1]
        yield {
            "type": "change.pushed",
            "subject": f"commits:{its.uuid}:{some[0].hash}",
            "service": service,
            "repository": repository(its),
            "after": some[0].hash,
            "before": rest[0].hash if rest else before,
            "commits": [commit(each) for each in some],
            "occurred_at": _iso(some[0].date),
        }


def tagged(service: str, its: Repository, tag: str, made: Commit) -> Told:
    """A version that is a tag of the repository, with its commit."""
    return {
        "type": "change.pushed",
        "subject": f"tag:{its.uuid}:{tag}",
        "service": service,
        "repository": repository(its),
        "ref": tag,
        "ref_kind": "tag",
        "after": made.hash,
        "commits": [commit(made)],
        "occurred_at": _iso(made.date),
    }


def merged(service: str, its: Repository, asked: PullRequest, commits: Sequence[Commit] | None) -> Told:
    """A merged pull request, with its own commits where a squash hides them."""
    return {
        "type": "pull_request.merged",
        "subject": f"pull_request:{its.uuid}:{asked.id}",
        "service": service,
        "repository": repository(its),
        "occurred_at": _iso(asked.updated_on),
        "merged_at": _iso(asked.updated_on),
        "commit": {"sha": asked.merge_commit, "branch": asked.target_branch} if asked.merge_commit else None,
        "pull_request": {
            "id": asked.id,
            "title": asked.title,
            "url": asked.link,
            "state": "merged",
            "source_branch": asked.source_branch,
            "target_branch": asked.target_branch,
            "author": {"name": asked.author} if asked.author else None,
            "merge_commit": asked.merge_commit,
        },
        "commits": [commit(each) for each in commits] if commits is not None else None,
        "links": {"pull_request": asked.link},
    }


def finished(service: str, its: Repository, run: Pipeline) -> Told | None:
    """A run that is over, with its true result; None for one that is not."""
    status = _PIPELINE.get(run.result or "")
    if run.state != "COMPLETED" or status is None or run.build_number is None:
        return None
    link = pipeline_link(its.full_name, run.build_number)
    return {
        "type": "pipeline.finished",
        "status": status,
        "subject": f"build:{its.uuid}:{run.build_number}",
        "service": service,
        "repository": repository(its),
        "commit": {"sha": run.commit, "branch": run.ref_name or run.source_branch} if run.commit else None,
        "build": {
            "number": run.build_number,
            "url": link,
            "ref": run.ref_name or run.source_branch,
            "ref_kind": _REFS.get((run.ref_type or "").lower()),
            "trigger": run.trigger,
        },
        "actor": {"name": run.creator} if run.creator else None,
        "occurred_at": _iso(run.completed_on or run.created_on),
        "started_at": _iso(run.created_on),
        "finished_at": _iso(run.completed_on),
        "duration_seconds": run.seconds,
        "links": {"pipeline": link},
    }


def deployed(service: str, its: Repository, made: Deployment) -> Told | None:
    """A deployment that is over, by its result: COMPLETED alone says nothing. None while it runs or nobody said.

    It is evidence, not the record, wherever Argo CD tells of the same rollout.
    """
    status = _DEPLOYMENT.get(made.result or "")
    if made.state != "COMPLETED" or status is None or not made.environment:
        return None
    link = pipeline_link(its.full_name, made.build_number) if made.build_number else None
    return {
        "type": "deployment.finished",
        "status": status,
        "subject": f"deployment:bitbucket:{its.uuid}:{made.uuid}",
        "service": service,
        "environment": made.environment,
        "repository": repository(its),
        "commit": {"sha": made.commit, "branch": made.ref_name} if made.commit else None,
        "build": {"number": made.build_number, "url": link} if made.build_number else None,
        "platform": "bitbucket",
        "canonical": False,
        "actor": {"name": made.deployer} if made.deployer else None,
        "occurred_at": _iso(made.completed_on or made.started_on),
        "started_at": _iso(made.started_on),
        "finished_at": _iso(made.completed_on),
        "links": {"pipeline": link} if link else None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
