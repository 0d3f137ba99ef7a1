"""What a step tells, as events in the words of `POST /api/v1/reports`."""

import json
from dataclasses import dataclass
from typing import Any

from app.kernel.clock import iso
from app.kernel.ids import derived_id
from app.reporter.surroundings import Surroundings

SCHEMA = "shipbell.report/v1"


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


def report_of(said: Said, here: Surroundings, now: int) -> Report:
    """The report of a deployment, a pipeline or a feature branch; `now` in µs."""
    event = _EVENTS[said.kind](said, here)
    event = {**_where(said, here), **event, "occurred_at": iso(now)}
    phase = event["type"].rpartition(".")[2]
    parts = (here.repository, here.build, here.step, said.kind, phase, said.service, event.get("environment", ""))
    key = f"{said.kind}:{derived_id(*(str(part) for part in parts), '' if here.build else event['occurred_at'])}"
    return Report(key, {"schema": SCHEMA, "events": [_without_nothing(event)]})


def _pipeline(said: Said, here: Surroundings) -> dict[str, Any]:
    outcome = said.status or here.outcome or ""
    over = outcome not in ("", "started")
    return {
        "type": "pipeline.finished" if over else "pipeline.started",
        "status": outcome if over else None,
        "subject": f"build:{_repository_key(here)}:{here.build if here.build is not None else here.commit}",
        "failed_step": said.failed_step if over else None,
        "exit_code": here.exit_code if over else None,
    }


def _deployment(said: Said, here: Surroundings) -> dict[str, Any]:
    outcome = said.status or here.outcome or ""
    over = outcome not in ("", "started")
    environment = said.environment or here.environment
    run = here.step.rpartition(":")[2]
    place = f"{_repository_key(here)}:{here.build if here.build is not None else here.commit}:{environment}:{run}"
    return {
        "type": "deployment.finished" if over else "deployment.started",
        "status": outcome if over else None,
        "subject": f"deployment:reporter:{place}"[:300],
        "environment": environment,
        "platform": "reporter",
        "version": said.version or here.tag,
        "error": said.message if outcome == "failed" else None,
        "target": {"namespace": said.namespace} if said.namespace else None,
    }


def _feature_branch(said: Said, here: Surroundings) -> dict[str, Any]:
    """A deployment of a branch, with what a developer needs to look into it."""
    event = _deployment(said, here)
    return {**event, "environment": said.environment or here.environment or "feature"}


_EVENTS = {"pipeline": _pipeline, "deployment": _deployment, "feature-branch": _feature_branch}


def _where(said: Said, here: Surroundings) -> dict[str, Any]:
    """The repository, commit, build and pull request of a step."""
    provider = here.system if here.system != "shell" else None
    repository = {
        "provider": provider,
        "full_name": here.repository,
        "uuid": here.repository_uuid,
        "url": here.repository_url,
    }
    request = {"id": here.pull_request, "source_branch": here.branch, "target_branch": here.target_branch}
    kind = "tag" if here.tag else "pull_request" if here.pull_request is not None else "branch"
    return {
        "service": said.service,
        "environment": said.environment or here.environment,
        "repository": repository if here.repository else None,
        "commit": {"sha": here.commit, "branch": here.branch} if here.commit else None,
        "build": {
            "number": here.build,
            "url": here.build_url,
            "ref": here.tag or here.branch,
            "ref_kind": kind if here.tag or here.branch else None,
        },
        "pull_request": request if here.pull_request is not None else None,
        "links": {"pipeline": here.build_url, "report": said.url},
    }


def _repository_key(here: Surroundings) -> str:
    return here.repository_uuid or here.repository or "-"


def _without_nothing(value: Any) -> Any:
    """The same without what is not said, in all depths."""
    if isinstance(value, dict):
        kept = {name: _without_nothing(each) for name, each in value.items()}
        return {name: each for name, each in kept.items() if each not in (None, "", {})}
    return value
