"""`repo:commit_status_created` and `_updated`: a pipeline run, of Bitbucket Pipelines or of a CI outside.

`key` is no name of a run: Pipelines fills it with a hash of the ref's name, so the next run on the same commit
overwrites it. A run is known by the number in its `url`; only where there is none, by commit and key.
https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/#Build-status-created
"""

import re
from datetime import datetime
from typing import Any, Literal

from pydantic import AliasPath, Field

from app.events import Draft
from app.kernel.errors import BadPayload
from app.kernel.shapes import fit
from app.kernel.timestamps import parse_timestamp
from app.sources import Parsed
from app.sources.bitbucket import reading
from app.sources.bitbucket.reading import Body, Commit, Repository, Shape

# Both forms are alive: …/addon/pipelines/home#!/results/4 and …/pipelines/results/4
_RUN = re.compile(r"https://bitbucket\.org/[^?\s]*/(?:addon/pipelines/home#!|pipelines)/results/(\d{1,9})(?!\d)")
_SHA_AT_END = re.compile(r"/commit/([0-9a-f]{7,64})$")
_STATUS = {"SUCCESSFUL": "succeeded", "FAILED": "failed", "STOPPED": "stopped", "INPROGRESS": None}


class Status(Shape):
    """A build status. `created_on` is when the run began and stays; `updated_on` is when it came to this state.

    Some CIs give the commit only as a link, with 12 characters of its hash.
    """

    state: Literal["INPROGRESS", "SUCCESSFUL", "FAILED", "STOPPED"]
    key: str | None = None
    name: str | None = None
    url: str | None = None
    refname: str | None = None
    created_on: str | None = None
    updated_on: str | None = None
    commit: Commit | None = None
    commit_link: str | None = Field(None, validation_alias=AliasPath("links", "commit", "href"))


class StatusMessage(Body):
    """The message. Its `actor` is the workspace when Pipelines sent it, never the person."""

    commit_status: Status


def read(event_key: str, body: dict[str, Any]) -> Parsed:
    """One `pipeline.started` or `pipeline.finished`."""
    message = fit(StatusMessage, body)
    its, status = message.repository, message.commit_status
    outcome = _STATUS[status.state]
    began, moment = parse_timestamp(status.created_on), parse_timestamp(status.updated_on)
    made = _commit(its, status)
    number, subject = _run(its, status, made)
    return [
        Draft(
            type="pipeline.finished" if outcome else "pipeline.started",
            status=outcome,
            subject=subject,
            identity=subject,
            state=status.state,
            occurred_at=moment or began,
            hints=reading.hints(its),
            original_status=status.state,
            original_type=event_key,
            instance=its.workspace,
            texts=reading.texts(status.refname, status.commit.message if status.commit else None),
            fields={
                "repository": reading.repository(its),
                "actor": reading.person(message.actor),
                "commit": made,
                "build": {"number": number, "url": status.url, "name": status.name, "ref": status.refname},
                "links": {"pipeline": status.url, "commit": made.get("url") if made else None},
                "started_at": began,
                "finished_at": moment if outcome else None,
                "duration_seconds": _seconds(began, moment) if outcome else None,
            },
        )
    ]


def _run(its: Repository, status: Status, made: dict[str, Any] | None) -> tuple[int | None, str]:
    """The run's number, if it has one, and its natural key."""
    found = _RUN.match(status.url or "")
    if found:
        number = int(found[1])
        return number, reading.subject("build", its.key, number)
    if not status.key:
        raise BadPayload("neither a run's number nor a key", "commit_status.key")
    return None, reading.subject("build", its.key, made["sha"] if made else "", status.key)


def _commit(its: Repository, status: Status) -> dict[str, Any] | None:
    if status.commit and status.commit.hash:
        return reading.commit(status.commit)
    found = _SHA_AT_END.search(status.commit_link or "")
    return {"sha": found[1], "url": f"{its.url}/commits/{found[1]}" if its.url else None} if found else None


def _seconds(began: datetime | None, ended: datetime | None) -> float | None:
    if began is None or ended is None or ended < began:
        return None
    return (ended - began).total_seconds()
