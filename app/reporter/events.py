"""What a step tells, as events in the words of `POST /api/v1/reports`."""

import json
from dataclasses import dataclass, fields, replace
from typing import Any

from app.kernel.clock import iso
from app.kernel.ids import derived_id
from app.reporter.surroundings import Surroundings, one_line

SCHEMA = "shipbell.report/v1"
FEATURE = "feature"
"""The environment of branches that have one of their own, where nobody says another name."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the caller says beside the surroundings; "" is not said."""

    kind: str
    status: str = ""
    service: str = ""
    environment: str = ""
    version: str = ""
    url: str = ""
    namespace: str = ""
    failed_step: str = ""
    message: str = ""

    def cleaned(self) -> "Said":
        """The same as lines of text that can be sent: a step's variables may hold anything."""
        return replace(self, **{each.name: one_line(getattr(self, each.name), 2000) for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `key` is the same over all tries and re-sends of it."""

    key: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        """What is told, in a word or two."""
        event = self.body["events"][0]
        return " ".join(filter(None, (event["type"], event.get("status"))))

    def text(self) -> str:
        """The body, for people."""
        return json.dumps(self.body, indent=2, ensure_ascii=False)

    def bytes(self) -> bytes:
        """The body as it is sent."""
        return json.dumps(self.body, separators=(",", ":")).encode()


def report_of(said: Said, here: Surroundings, now: int) -> Report:
    """The report of a deployment, a pipeline or a feature branch; `now` in µs."""
    moment = iso(now)
    event = {**_where(said, here), **_EVENTS[said.kind](said, here, moment), "occurred_at": moment}
    phase = event["type"].rpartition(".")[2]
    place = (said.service, event.get("environment", ""), said.namespace)
    parts = (*_run(here), said.kind, phase, *place)
    # Where nothing tells two runs apart, the time does: rather twice than never.
    key = f"{said.kind}:{derived_id(*(str(part) for part in parts), '' if here.step or here.build else moment)}"
    return Report(key, {"schema": SCHEMA, "events": [_without_nothing(event)]})


def run_name(said: Said, here: Surroundings, now: int) -> str:
    """What all files of one run of one step have in common."""
    return derived_id(*(str(part) for part in _run(here)), said.kind, "" if here.step or here.build else iso(now))


def _run(here: Surroundings) -> tuple[object, ...]:
    """Repository, build, step and run of the step: `step` holds both."""
    return here.repository_key, here.build, here.step


def _pipeline(said: Said, here: Surroundings, now: str) -> dict[str, Any]:
    outcome = said.status or here.outcome or ""
    over = outcome not in ("", "started")
    # As the sources name a build, so that the story of a build is one.
    number = here.build if here.build is not None else here.commit or now
    return {
        "type": "pipeline.finished" if over else "pipeline.started",
        "status": outcome if over else None,
        "subject": f"build:{here.repository_key or said.service or '-'}:{number}"[:300],
        "failed_step": said.failed_step if over else None,
        "exit_code": here.exit_code if outcome == "failed" else None,
    }


def _deployment(said: Said, here: Surroundings, now: str) -> dict[str, Any]:
    outcome = said.status or here.outcome or ""
    over = outcome not in ("", "started")
    environment = said.environment or here.environment
    # A version that is deployed again, to go back to it, say, is another deployment: without a build the time tells.
    number = here.build if here.build is not None else now
    parts = (
        here.repository_key or said.service or "-",
        number,
        environment,
        said.service,
        here.step.rpartition(":")[2],
    )
    return {
        "type": "deployment.finished" if over else "deployment.started",
        "status": outcome if over else None,
        "subject": f"deployment:reporter:{':'.join(str(part) for part in parts)}"[:300],
        "environment": environment,
        "platform": "reporter",
        "version": said.version or here.tag,
        "error": said.message if outcome == "failed" else None,
        "target": {"namespace": said.namespace},
    }


def _feature_branch(said: Said, here: Surroundings, now: str) -> dict[str, Any]:
    """A deployment of a branch. Whoever tells it in the script has come so far: the branch is up.

    The environment of the step does not count: many branches pass through it, and none of them is what runs there.
    """
    up = replace(said, status=said.status or here.outcome or "succeeded", environment=said.environment or FEATURE)
    return _deployment(up, here, now)


_EVENTS = {"pipeline": _pipeline, "deployment": _deployment, "feature-branch": _feature_branch}


def _where(said: Said, here: Surroundings) -> dict[str, Any]:
    """The repository, commit, build and pull request of a step."""
    kind = "tag" if here.tag else "pull_request" if here.pull_request is not None else "branch"
    return {
        "service": said.service,
        "environment": said.environment or here.environment,
        "repository": _repository(here),
        "commit": _commit(here) if here.commit else None,
        "build": {
            "number": here.build,
            "url": here.build_url,
            "name": here.build_name,
            "ref": here.tag or here.branch,
            "ref_kind": kind if here.tag or here.branch else None,
        },
        "pull_request": _request(here) if here.pull_request is not None else None,
        "links": {
            "pipeline": here.build_url,
            "pull_request": here.pull_request_url,
            "commit": here.commit_url,
            "report": said.url,
        },
    }


def _repository(here: Surroundings) -> dict[str, Any] | None:
    if not here.repository:
        return None
    return {
        "provider": here.system,
        "full_name": here.repository,
        "uuid": here.repository_key if here.repository_key != here.repository else None,
        "url": here.repository_url,
    }


def _commit(here: Surroundings) -> dict[str, Any]:
    name, address = here.author
    return {
        "sha": here.commit,
        "branch": here.branch,
        "message": here.message,
        "url": here.commit_url,
        "author": {"name": name, "email": address},
    }


def _request(here: Surroundings) -> dict[str, Any]:
    return {
        "id": here.pull_request,
        "title": here.pull_request_title,
        "url": here.pull_request_url,
        "source_branch": here.branch,
        "target_branch": here.target_branch,
    }


def _without_nothing(value: Any) -> Any:
    """The same without what is not said, in all depths."""
    if isinstance(value, dict):
        kept = {name: _without_nothing(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, "", {})}
    return value
