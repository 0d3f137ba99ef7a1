"""Pipelines, steps, deployments and environments as Bitbucket shows them."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from app.kernel.clock import SECOND
from app.standins.bitbucket.repositories import Repository, exact, repository, user
from app.standins.story.model import Build, Step
from app.standins.story.names import ENVIRONMENTS
from app.standins.story.seed import Seed

# The host of `links.self` that programs outside cannot reach.
_INNER = "http://pipelines.internal.example.com//rest/1.0"


def pipeline(here: Repository, build: Build) -> dict[str, Any]:
    """A pipeline: while a manual step waits it is IN_PROGRESS, HALTED, without a result."""
    told: dict[str, Any] = {
        "type": "pipeline",
        "uuid": _braced(build.uuid),
        "build_number": build.number,
        "state": _pipeline_state(build),
        "created_on": exact(build.created),
        "creator": user(build.creator),
        "repository": repository(here),
        "target": _target(build),
        "trigger": {"type": "pipeline_trigger_push", "name": "PUSH"},
        "duration_in_seconds": ((build.completed or build.created) - build.created) // SECOND,
        "build_seconds_used": sum(_seconds(step) for step in build.steps),
        "run_number": 1,
        "links": {
            "self": {"href": f"{_INNER}/repositories/{_braced(here.service.uuid)}/pipelines/{_braced(build.uuid)}"}
        },
    }
    return told | ({"completed_on": exact(build.completed)} if build.completed else {})


def _target(build: Build) -> dict[str, Any]:
    """What it ran for; some of the branches' pipelines are those of pull requests, which have no `ref_name`."""
    if build.ref != "main" and build.number % 3 == 0:
        told = {"type": "pipeline_pullrequest_target", "source": build.ref, "destination": "main"}
        selector = {"type": "pull-requests", "pattern": "**"}
        return told | {"selector": selector, "commit": {"type": "commit", "hash": build.sha}}
    return {
        "type": "pipeline_ref_target",
        "ref_type": "branch",
        "ref_name": build.ref,
        "selector": {"type": "branches" if build.ref == "main" else "default", "pattern": build.ref},
        "commit": {"type": "commit", "hash": build.sha},
    }


def _pipeline_state(build: Build) -> dict[str, Any]:
    if build.stage:
        stage = {"name": build.stage, "type": f"pipeline_state_in_progress_{build.stage.lower()}"}
        return {"name": "IN_PROGRESS", "type": "pipeline_state_in_progress", "stage": stage}
    result = {"name": build.result, "type": f"pipeline_state_completed_{build.result.lower()}"}
    return {"name": "COMPLETED", "type": "pipeline_state_completed", "result": result}


def step(build: Build, one: Step) -> dict[str, Any]:
    """A step's run; one that waits for a click is PENDING and has no times."""
    told: dict[str, Any] = {
        "type": "pipeline_step",
        "pipeline": {"type": "pipeline", "uuid": _braced(build.uuid)},
        "uuid": _braced(one.uuid),
        "name": one.name,
        "trigger": {"type": f"pipeline_step_trigger_{one.trigger}"},
        "state": _step_state(one),
        "maxTime": 120,
        "duration_in_seconds": _seconds(one),
        "build_seconds_used": _seconds(one),
        "run_number": one.run,
    }
    return told | _times(one)


def _step_state(one: Step) -> dict[str, Any]:
    if one.started is None:
        return {"name": "PENDING", "type": "pipeline_step_state_pending"}
    if one.completed is None:
        return {"name": "IN_PROGRESS", "type": "pipeline_step_state_in_progress"}
    result = {"name": one.result, "type": f"pipeline_step_state_completed_{one.result.lower()}"}
    return {"name": "COMPLETED", "type": "pipeline_step_state_completed", "result": result}


def _seconds(one: Step) -> int:
    return 0 if one.started is None or one.completed is None else (one.completed - one.started) // SECOND


def _times(one: Step) -> dict[str, str]:
    told = {} if one.started is None else {"started_on": exact(one.started)}
    return told | ({} if one.completed is None else {"completed_on": exact(one.completed)})


def deployments(here: Repository, builds: Sequence[Build]) -> Iterator[dict[str, Any]]:
    """One for each run of a step that deploys, the newest pipeline first; UNDEPLOYED where nobody clicked yet.

    What is COMPLETED may have failed: the result is `state.status.name`.
    """
    numbers = {one.uuid: number for number, one in enumerate((s for b in builds for s in b.steps if s.environment), 1)}
    for build in reversed(builds):
        for one in build.steps:
            if one.environment:
                yield _deployment(here, build, one, numbers[one.uuid])


def _deployment(here: Repository, build: Build, one: Step, number: int) -> dict[str, Any]:
    place = next(each for each in environments(here) if each["name"] == one.environment)
    page = f"{here.web}/addon/pipelines/home#!/results/{build.number}"
    uuid = _braced(Seed(here.service.uuid).uuid("deployment", one.uuid))
    told: dict[str, Any] = {
        "type": "deployment",
        "uuid": uuid,
        "number": number,
        "key": f"{{{one.environment}}}_{build.number}",
        "step": {"type": "pipeline_step", "uuid": _braced(one.uuid)},
        "environment": {name: place[name] for name in ("type", "uuid", "name", "slug", "environment_type")},
        "release": _release(here, build, page),
        "state": _deployment_state(one, f"{page}/steps/{quote(_braced(one.uuid))}"),
    }
    return told | ({"last_update_time": exact(one.completed)} if one.completed is not None else {})


def _release(here: Repository, build: Build, page: str) -> dict[str, Any]:
    link = {"html": {"href": f"{here.web}/commits/{build.sha}"}}
    return {
        "type": "deployment_release",
        "pipeline": {
            "uuid": _braced(build.uuid),
            "type": "pipeline",
            "build_number": build.number,
            "target": _target(build),
        },
        "key": f"pipelines-{_braced(build.uuid)}",
        "name": f"#{build.number}",
        "url": page,
        "commit": {"type": "commit", "hash": build.sha, "links": link},
        "created_on": exact(build.created),
    }


def _deployment_state(one: Step, page: str) -> dict[str, Any]:
    if one.started is None:
        return {"name": "UNDEPLOYED", "type": "deployment_state_undeployed"}
    if one.completed is None:
        return {"name": "IN_PROGRESS", "type": "deployment_state_in_progress", "url": page, **_times(one)}
    status = {"name": one.result, "type": f"deployment_state_completed_status_{one.result.lower()}"}
    told = {"name": "COMPLETED", "type": "deployment_state_completed", "url": page, "status": status}
    return told | _times(one) | {"deployer": user(one.by)}


def environments(here: Repository) -> list[dict[str, Any]]:
    """The environments, by rank."""
    return [
        {
            "type": "deployment_environment",
            "uuid": _braced(Seed(here.service.uuid).uuid("environment", each.name)),
            "name": each.name,
            "slug": each.name,
            "rank": rank,
            "environment_type": {"type": "deployment_environment_type", "name": each.type, "rank": rank},
            "hidden": False,
        }
        for rank, each in enumerate(ENVIRONMENTS)
    ]


def _braced(uuid: str) -> str:
    return f"{{{uuid}}}"
