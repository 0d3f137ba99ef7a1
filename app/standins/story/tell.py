"""Tells the story: services one by one, then what is not as it should be."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.kernel.clock import DAY, HOUR, SECOND
from app.standins.story.builds import roll_back, tell_builds
from app.standins.story.changes import tell_changes
from app.standins.story.incidents import tell_incidents
from app.standins.story.model import Build, Drift, Person, Rollout, Service, Story, Ticket
from app.standins.story.names import PROJECTS, people, service_names
from app.standins.story.seed import Seed
from app.standins.story.tickets import tell_tickets

_BEFORE_THE_END = 5 * SECOND
"""A deploy step writes its tag so long before it ends."""


def tell(now: int, *, services: int = 5, tickets: int = 40, days: int = 90, seed: str = "acme") -> Story:
    """The story of so many services over so many days up to `now` (µs), with so many tickets each."""
    counted: Counter[str] = Counter()
    told: dict[str, Service] = {}
    asked: dict[str, Ticket] = {}
    everybody = people(Seed(seed))
    for turn, (name, team) in enumerate(service_names(services)):
        project = PROJECTS[team]
        keys = [f"{project}-{101 + counted[project] + number}" for number in range(tickets)]
        counted[project] += tickets
        told[name] = _service(Seed(f"{seed}/{name}"), name, team, keys, everybody, now - days * DAY, now, turn)
        asked |= tell_tickets(Seed(f"{seed}/{name}"), name, keys, everybody, now - days * DAY, now)
    drifts, override = _drift(told, now, seed)
    incidents = tell_incidents(Seed(f"{seed}/incidents"), list(told.values()), everybody, now)
    return Story(seed, now, told, asked, drifts, override, incidents)


def _service(
    seed: Seed, name: str, team: str, keys: Sequence[str], everybody: Sequence[Person], start: int, now: int, turn: int
) -> Service:
    changes = tell_changes(seed, everybody, keys, start, now)
    builds = roll_back(seed, tell_builds(seed, everybody, changes, turn, now), now)
    return Service(
        name,
        seed.uuid("repository"),
        team,
        PROJECTS[team],
        changes.main[-1],
        changes.branches,
        {f"v1.{place // 10}": sha for place, sha in enumerate(changes.main) if place % 10 == 0},
        changes.commits,
        changes.pulls,
        builds,
        _rollouts(name, builds, plain=turn % 2 == 0),
    )


def _rollouts(service: str, builds: Sequence[Build], *, plain: bool) -> Sequence[Rollout]:
    """What the deploy steps that succeeded wrote into the GitOps repository, oldest first."""
    told = [
        Rollout(service, step.environment, _tag(build, plain=plain), step.completed - _BEFORE_THE_END, step.by)
        for build in builds
        for step in build.steps
        if step.environment and step.result == "SUCCESSFUL" and step.completed is not None
    ]
    return sorted(told, key=lambda each: each.at)


def _tag(build: Build, *, plain: bool) -> str:
    """Some tag with the whole SHA, others with the number of the build and the beginning of it."""
    return build.sha if plain else f"{build.number}-{build.sha[:12]}"


def _drift(told: dict[str, Service], now: int, seed: str) -> tuple[Sequence[Drift], Mapping[tuple[str, str], str]]:
    """Five of the services after the first have something wrong each. Changes `told`."""
    names = list(told)[1:]
    drifts: list[Drift] = []
    override: dict[tuple[str, str], str] = {}
    for name, (kind, environment, sentence) in zip(names, _TOLD, strict=False):
        service = told[name]
        mine = [each for each in service.rollouts if each.environment == environment]
        if len(mine) < 2:  # a story of a few tickets
            continue
        drifts.append(Drift(kind, name, environment, sentence))  # type: ignore[arg-type]
        late = replace(mine[-1], at=max(now - 2 * HOUR, mine[-1].at + SECOND))
        if kind == "application_override":
            override[name, environment] = mine[-2].tag
            continue
        if kind == "sync_failed":
            changed = [replace(each, synced=each is not mine[-1]) for each in service.rollouts]
        elif kind == "refused_manifest":
            changed = [*service.rollouts, replace(late, tag="1e10", how="refused", synced=False)]
        elif kind == "argocd_source":
            ahead = next(each.tag for each in reversed(service.rollouts) if each.environment == "dev")
            changed = [*service.rollouts, replace(late, tag=ahead, how="source")]
        else:
            changed = [*service.rollouts, replace(late, tag=Seed(seed).sha("forgotten"))]
        told[name] = replace(service, rollouts=sorted(changed, key=lambda each: each.at))
    return drifts, override


_TOLD = (
    ("sync_failed", "qa", "Git asks for a newer version than runs: Argo CD could not sync it"),
    ("application_override", "prod", "the Application's own kustomize.images overrides the overlay's tag"),
    ("refused_manifest", "preprod", "kustomize refuses the overlay: newTag is an unquoted 1e10"),
    ("argocd_source", "qa", "the Image Updater wrote a newer tag into .argocd-source beside the overlay"),
    ("unknown_commit", "qa", "the tag names a commit that Bitbucket has forgotten: a force-push took it"),
)
