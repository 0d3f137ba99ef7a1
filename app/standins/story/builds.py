"""A service's pipelines with their steps: what was built, and how far each build was brought."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.kernel.clock import DAY, HOUR, MINUTE, SECOND
from app.standins.story.changes import Changes
from app.standins.story.model import Build, Person, Result, Step
from app.standins.story.names import ENVIRONMENTS
from app.standins.story.seed import Seed

_AFTER = {"dev": 6 * MINUTE, "qa": 4 * HOUR, "preprod": 12 * HOUR, "prod": 20 * HOUR}
"""How long after the merge a build comes to an environment."""


@dataclass(frozen=True, slots=True)
class _Pipelines:
    """What makes pipelines: `turn` moves the pattern, so that services differ."""

    seed: Seed
    people: Sequence[Person]
    changes: Changes
    turn: int
    now: int


def tell_builds(seed: Seed, people: Sequence[Person], changes: Changes, turn: int, now: int) -> Sequence[Build]:
    """A pipeline for each commit of main and one for each branch, numbered by time; the last one still runs."""
    make = _Pipelines(seed, people, changes, turn, now)
    started = [(changes.commits[sha].at + 5 * SECOND, sha, "main", place) for place, sha in enumerate(changes.main)]
    started += [(changes.commits[pull.commits[0]].at, pull.commits[0], pull.branch, 0) for pull in changes.pulls]
    told = [
        _main_build(make, number, sha, created, place)
        if ref == "main"
        else _branch_build(make, number, sha, ref, created)
        for number, (created, sha, ref, place) in enumerate(sorted(started), 1)
    ]
    latest = changes.pulls[-1]
    return (*told, _running(make, len(told) + 1, latest.commits[0], latest.branch))


def _main_build(make: _Pipelines, number: int, sha: str, created: int, place: int) -> Build:
    """Build and test, then a deploy step an environment: the first by itself, the others by a click."""
    result: Result = "FAILED" if (place + make.turn) % 13 == 7 else "SUCCESSFUL"
    steps = [
        _step(make, number, "Build", "", created + 10 * SECOND, 2 * MINUTE, "SUCCESSFUL"),
        _step(make, number, "Test", "", created + 140 * SECOND, 3 * MINUTE, result),
    ]
    for environment in ENVIRONMENTS:
        name = environment.name
        reached = list(_attempts(name, place, make.turn)) if result == "SUCCESSFUL" else []
        at = created + _AFTER[name] + make.seed.below(20, "delay", name, place) * MINUTE
        tried = [(run, each, at + (run - 1) * 30 * MINUTE) for run, each in enumerate(reached, 1)]
        happened = [each for each in tried if each[2] + 5 * MINUTE < make.now]
        for run, outcome, begun in happened:
            steps.append(_step(make, number, f"Deploy to {name}", name, begun, 90 * SECOND, outcome, run))
        if not happened:
            steps.append(_step(make, number, f"Deploy to {name}", name, None, 0, ""))
            result = result if result != "SUCCESSFUL" else ""
        elif happened[-1][1] != "SUCCESSFUL":
            result = happened[-1][1]
    ended = max(step.completed or 0 for step in steps)
    by = make.changes.commits[sha].author
    stage = "HALTED" if not result else ""
    uuid = make.seed.uuid("build", number)
    return Build(number, uuid, sha, "main", by, created, ended if result else None, stage, result, tuple(steps))  # type: ignore[arg-type]


def _attempts(environment: str, place: int, turn: int) -> Iterator[Result]:
    """How the tries of bringing a build to an environment ended; none where nobody tried. The first goes everywhere."""
    turned = place + turn + 3
    if place == 0:
        yield "SUCCESSFUL"
    elif turned % 22 == 5:  # stopped in dev, so it goes nowhere else
        if environment == "dev":
            yield "STOPPED"
    elif environment == "dev" or turned % {"qa": 2, "preprod": 4, "prod": 8}[environment] == 0:
        if (environment, turned % 10) == ("qa", 4) or (environment, turned % 24) == ("prod", 8):
            yield "FAILED"
        yield "SUCCESSFUL"


def _step(
    make: _Pipelines,
    build: int,
    name: str,
    environment: str,
    started: int | None,
    took: int,
    result: Result,
    run: int = 1,
) -> Step:
    uuid = make.seed.uuid("step", build, name, run)
    trigger = "automatic" if environment in ("", "dev") else "manual"
    completed = None if started is None else started + took
    by = make.seed.pick(make.people, "clicked", build, name)
    return Step(uuid, name, environment, run, trigger, result, started, completed, by)  # type: ignore[arg-type]


def _branch_build(make: _Pipelines, number: int, sha: str, ref: str, created: int) -> Build:
    """Build and test of a branch: every sixth fails."""
    result: Result = "FAILED" if number % 6 == 1 else "SUCCESSFUL"
    steps = (
        _step(make, number, "Build", "", created + 10 * SECOND, 2 * MINUTE, "SUCCESSFUL"),
        _step(make, number, "Test", "", created + 140 * SECOND, 3 * MINUTE, result),
    )
    by = make.changes.commits[sha].author
    return Build(number, make.seed.uuid("build", number), sha, ref, by, created, steps[-1].completed, "", result, steps)


def _running(make: _Pipelines, number: int, sha: str, ref: str) -> Build:
    """What runs at this moment."""
    begun = make.now - 40 * SECOND
    waits = Step(make.seed.uuid("step", number), "Build", "", 1, "automatic", "", begun, None, make.people[0])
    by = make.changes.commits[sha].author
    return Build(
        number, make.seed.uuid("build", number), sha, ref, by, begun - 5 * SECOND, None, "RUNNING", "", (waits,)
    )


def roll_back(seed: Seed, builds: Sequence[Build], now: int) -> Sequence[Build]:
    """The builds with one redeploy: two hours after the last but one came to prod, the one before it comes back."""
    arrived = [
        (step.completed, build)
        for build in builds
        for step in build.steps
        if step.environment == "prod" and step.result == "SUCCESSFUL" and step.completed is not None
    ]
    if len(arrived) < 3 or arrived[-2][0] > now - DAY:
        return builds
    again, begun = arrived[-3][1], arrived[-2][0] + 2 * HOUR
    first = next(step for step in again.steps if step.environment == "prod" and step.result == "SUCCESSFUL")
    step = replace(
        first,
        uuid=seed.uuid("redeploy", again.number),
        run=first.run + 1,
        trigger="redeploy",
        started=begun,
        completed=begun + 80 * SECOND,
    )
    changed = replace(again, steps=(*again.steps, step))
    return [changed if build is again else build for build in builds]
