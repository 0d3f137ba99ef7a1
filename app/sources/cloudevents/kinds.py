"""What becomes of each type of CDEvent that has a word of ours."""

from collections.abc import Callable
from functools import partial
from typing import Any

from app.events import Draft, Hints
from app.events.incidents import State, incident_draft
from app.kernel.text import clean
from app.kernel.timestamps import parse_timestamp
from app.sources.cloudevents.purl import image, version
from app.sources.cloudevents.shape import Reference, Told

_OUTCOMES = {"success": "succeeded", "failure": "failed", "cancel": "stopped", "error": "error"}
_KEY = 130


def _draft(
    told: Told, kind: str, subject: str, hints: Hints, fields: dict[str, Any], status: str | None = None
) -> Draft:
    return Draft(
        type=kind,
        status=status,
        subject=subject,
        identity=clean(f"{told.context.source} {told.context.id}", 300),
        occurred_at=parse_timestamp(told.context.timestamp),
        hints=hints,
        fields={name: value for name, value in fields.items() if value not in (None, "", [], {})},
        original_type=told.context.type,
        original_status=told.subject.content.outcome,
        instance=told.context.source,
        texts=tuple(filter(None, (told.subject.content.description,))),
    )


def _named(what: str, told: Told, subject: str | None = None) -> str:
    """The natural key of what the event speaks of; ids are only unique within their source."""
    giver = told.subject.source or told.context.source
    return f"{what}:cloudevents:{clean(giver, _KEY)}:{clean(subject or told.subject.id, _KEY)}"


def _name(value: str | None) -> tuple[tuple[str, str], ...]:
    return (("name", value),) if value else ()


def _of(reference: Reference | None) -> tuple[tuple[str, str], ...]:
    return _name(reference.id if reference else None)


def deployed(told: Told) -> Draft:
    """A service went live. CDEvents name no run of it, so each event is one."""
    content = told.subject.content
    running = image(content.artifact or "")
    return _draft(
        told,
        "deployment.finished",
        _named("deployment", told, told.context.id),
        Hints(_name(told.subject.id), _of(content.environment)),
        {
            "finished_at": parse_timestamp(told.context.timestamp),
            "version": version(content.artifact or ""),
            "images": [running] if running else None,
            "rollback": True if told.kind == "service.rolledback" else None,
        },
        "succeeded",
    )


def pipeline(told: Told) -> Draft:
    """A run of a pipeline began or ended."""
    content, ended = told.subject.content, told.kind == "pipelinerun.finished"
    return _draft(
        told,
        "pipeline.finished" if ended else "pipeline.started",
        _named("build", told),
        Hints(_name(content.pipeline)),
        {
            "build": {"name": content.pipeline, "url": content.uri} if content.pipeline or content.uri else None,
            "links": {"pipeline": content.uri} if content.uri else None,
            "finished_at" if ended else "started_at": parse_timestamp(told.context.timestamp),
            "failed_step": content.errors if ended else None,
        },
        _OUTCOMES.get(content.outcome or "") if ended else None,
    )


def change(kind: str, told: Told) -> Draft:
    """A change was asked for, or came to its end."""
    content, number = told.subject.content, told.subject.id
    numbered = number.isascii() and number.isdecimal() and len(number) < 10
    asked = {"id": int(number) if numbered else None, "title": content.description}
    name = content.repository.id if content.repository else None
    return _draft(
        told,
        f"pull_request.{kind}",
        _named("pull_request", told),
        Hints((("repository", name),) if name else ()),
        {
            "pull_request": {key: value for key, value in asked.items() if value is not None},
            "repository": {"full_name": name} if name else None,
            "merged_at": parse_timestamp(told.context.timestamp) if kind == "merged" else None,
        },
    )


def incident(state: State, told: Told) -> Draft:
    """An incident began or is over."""
    content, at = told.subject.content, parse_timestamp(told.context.timestamp)
    draft = incident_draft(
        f"cloudevents:{clean(told.subject.source or told.context.source, _KEY)}",
        clean(told.subject.id, _KEY),
        state,
        at,
        hints=Hints(_of(content.service), _of(content.environment)),
        fields={
            "title": (content.description or "").partition("\n")[0],
            "url": content.ticket,
            "version": version(content.artifact or ""),
        },
        original=(None, told.context.type),
    )
    return draft._replace(instance=told.context.source)


def tests(told: Told) -> Draft:
    """A suite of tests ran."""
    content = told.subject.content
    suite = content.suite
    outcome = _OUTCOMES.get(content.outcome or "", "unknown")
    return _draft(
        told,
        "tests.finished",
        _named("tests", told),
        Hints((), _of(content.environment)),
        {
            "suite": (suite.name or suite.id) if suite else None,
            "run_id": told.subject.id,
            "final": True,
            "failures": [{"message": content.reason}] if content.reason and outcome == "failed" else None,
            "report_url": suite.uri if suite else None,
        },
        outcome if outcome in ("succeeded", "failed") else "unknown",
    )


READERS: dict[str, Callable[[Told], Draft]] = {
    "service.deployed": deployed,
    "service.upgraded": deployed,
    "service.rolledback": deployed,
    "pipelinerun.started": pipeline,
    "pipelinerun.finished": pipeline,
    "change.created": partial(change, "opened"),
    "change.updated": partial(change, "updated"),
    "change.merged": partial(change, "merged"),
    "change.abandoned": partial(change, "declined"),
    "incident.detected": partial(incident, "opened"),
    "incident.reported": partial(incident, "opened"),
    "incident.resolved": partial(incident, "resolved"),
    "testsuiterun.finished": tests,
}
"""Every type that is read; all others say nothing of ours."""
