"""Small worlds to be drawn by Hypothesis: at most fifty events, told in any order, some of them twice.

A world is a list of steps that are played on a clock, so that what Hypothesis makes smaller stays a world that could
be. What the definitions leave open is not drawn: no times on the very edge of a window, no reports of one rollout that
lie apart by another's.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from app.kernel.clock import MINUTE
from tests.world import telling
from tests.world.telling import View

SERVICES, STAGES = ("checkout", "ledger"), ("prod", "prod", "prod", "qa")
GAPS = (17, 43, 190, 1_501, 4_400, 11_600)
"""Minutes between two steps: from one that is soon to one after all windows."""
BEGIN = telling.us("2026-03-02T00:00Z")
LIMIT = 50


@dataclass
class Line:
    """The main branch of a service, and what it has been told to."""

    service: str
    head: str
    commits: list[str] = field(default_factory=list)
    told: bool = True


@dataclass
class Stage:
    """One chain: what was live in it, as (commit or None, version or None, number of the revision)."""

    lived: list[tuple[str | None, str | None]] = field(default_factory=list)
    revision: int = 0
    last: tuple[str | None, str | None] | None = None
    targets: tuple[str, ...] = ("blue",)


@dataclass
class Play:
    """The stage on which the steps are played."""

    now: int = BEGIN
    views: list[View] = field(default_factory=list)
    lines: dict[str, Line] = field(default_factory=dict)
    stages: dict[tuple[str, str], Stage] = field(default_factory=dict)
    incidents: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    number: int = 0
    root: str = "root"

    def name(self) -> str:
        self.number += 1
        return f"n{self.number}"

    def line(self, service: str) -> Line:
        return self.lines.setdefault(service, Line(service, f"{service}-{self.root}"))

    def stage(self, service: str, env: str) -> Stage:
        return self.stages.setdefault((service, env), Stage())


Step = tuple[str, int, int, int, int, int]
"""(what, which service, which environment, gap, a number to choose with, one more)."""


@st.composite
def worlds(draw: st.DrawFn) -> list[View]:
    """A world as its events, in the order in which they are told."""
    views = play(draw(st.lists(_STEP, min_size=4, max_size=18)))[:LIMIT]
    twice = draw(st.lists(st.sampled_from(views), max_size=4)) if views else []
    return list(draw(st.permutations([*views, *twice])))


def seeded(seed: int) -> list[View]:
    """The same by a number alone: thousands of them take no longer than the worlds themselves."""
    chance = random.Random(seed)
    names = [name for name, weight in _WEIGHTS.items() for _ in range(weight)]
    steps: list[Step] = [
        (
            chance.choice(names),
            chance.choice(_SERVICE),
            chance.randrange(len(STAGES)),
            chance.randrange(6),
            chance.randrange(6),
            chance.randrange(6),
        )
        for _ in range(chance.randint(6, 22))
    ]
    views = play(steps, seed * 1000)[:LIMIT]
    told = [*views, *chance.choices(views, k=3)] if views else []
    chance.shuffle(told)
    return told


def play(steps: list[Step], number: int = 0) -> list[View]:
    """The events of these steps, in the order in which they happened; commits are named by numbers from `number` on."""
    on = Play(number=number, root=f"root-{number}")
    for what, service, env, gap, pick, more in steps:
        on.now += GAPS[gap] * MINUTE
        _STEPS[what](on, SERVICES[service], STAGES[env], pick, more)
    return on.views


def _push(on: Play, service: str, _: str, pick: int, more: int) -> None:
    line = on.line(service)
    message = None
    if more == 5 and line.commits:
        message = f'Revert "it"\n\nThis reverts commit {telling.sha(line.commits[-1])}.'
    names = [on.name() for _ in range(1 + pick % 3)]
    skew = 600 if more == 4 else 0  # an author whose clock is ten hours ahead
    made = [
        telling.commit(name, on.now - (30 * place - skew) * MINUTE, message if place == 0 else None)
        for place, name in enumerate(names)
    ]
    if (pick, more) != (2, 3):  # else nobody told us
        on.views.append(telling.push(service, on.now, line.head, made))
    line.commits += reversed(names)
    line.head = names[0]


def _merge(on: Play, service: str, _: str, pick: int, more: int) -> None:
    line, merged = on.line(service), on.name()
    inner = [on.name() for _ in range(1 + more % 2)]
    own = [telling.commit(name, on.now - (200 - place) * MINUTE) for place, name in enumerate(inner)]
    if pick == 2:
        _rebase(on, line, own, inner)
        return
    squashed = pick >= 3
    tip = telling.commit(merged, on.now, "One change" if squashed else "Merged in feature/x (pull request #1)")
    branch = "hotfix/npe" if more >= 4 else "feature/card"
    on.views.append(telling.push(service, on.now, line.head, [tip, *([] if squashed else reversed(own))]))
    on.views.append(telling.merge(service, on.now, on.number, merged, own, branch=branch))
    line.commits += [merged] if squashed else [*inner, merged]
    line.head = merged


def _rebase(on: Play, line: Line, own: list[dict[str, Any]], inner: list[str]) -> None:
    """Main gets copies of a pull request's commits, by the same author at the same time."""
    copies = [on.name() for _ in inner]
    made = [{**each, "sha": telling.sha(copy)} for each, copy in zip(own, copies, strict=True)]
    on.views.append(telling.push(line.service, on.now, line.head, made[::-1]))
    on.views.append(telling.merge(line.service, on.now, on.number, copies[-1], own))
    line.commits += copies
    line.head = copies[-1]


def _release(on: Play, service: str, env: str, pick: int, more: int) -> None:
    line, stage = on.line(service), on.stage(service, env)
    if stage.last == (line.head, None):
        _push(on, service, env, 0, 0)
    stage.revision += 1
    _rollout(on, service, env, (line.head, None), pick, more)


def _unknown(on: Play, service: str, env: str, pick: int, more: int) -> None:
    on.stage(service, env).revision += 1
    _rollout(on, service, env, (None, f"{on.number}.{pick}.0"), 0, more)


def _back(on: Play, service: str, env: str, pick: int, more: int) -> None:
    stage = on.stage(service, env)
    if stage.lived:
        stage.revision += 1
        _rollout(on, service, env, stage.lived[pick % len(stage.lived)], more, 0)


def _again(on: Play, service: str, env: str, pick: int, more: int) -> None:
    """Something that is live already: by hand, by itself, or with another configuration."""
    stage = on.stage(service, env)
    if stage.last is not None:
        stage.revision += pick % 3 == 2
        _rollout(on, service, env, stage.last, 0, more, automated=pick % 3 == 1)


def _half(on: Play, service: str, env: str, pick: int, more: int) -> None:
    """Something stops half-way, and what runs is ill: for a while, or until it is mended; or nobody tells its end."""
    broken, name = [{"kind": "Deployment", "name": service, "status": "SyncFailed"}], on.name()
    on.views.append(telling.deploy(service, on.now, name, env=env, status="failed", failed_resources=broken))
    on.now += 2 * MINUTE
    on.views.append(telling.health(service, on.now, "degraded", env=env))
    if pick < 4:
        (_urgent, _back, _release, _again)[pick](on, service, env, more, 0)
    else:  # the same is tried again
        on.now += (pick - 4) * 15 * MINUTE
        _rollout(on, service, env, (name, None), 0, 0)
    if more < 4:
        on.now += (5, 16, 40, 400)[more] * MINUTE
        on.views.append(telling.health(service, on.now, "healthy", env=env))


def _fail(on: Play, service: str, env: str, pick: int, _: int) -> None:
    stage, head = on.stage(service, env), on.line(service).head
    revision = f"{service}-{env}-{stage.revision + 1}"
    on.views.append(telling.deploy(service, on.now, head, env=env, status="failed", error="no", revision=revision))


def _rollout(
    on: Play, service: str, env: str, what: tuple[str | None, str | None], pick: int, more: int, automated: bool = False
) -> None:
    """What the reporters of one rollout say: a cluster or two, a second source, its beginning."""
    stage, (name, version) = on.stage(service, env), what
    if not stage.lived and pick == 5:
        stage.targets = ("blue", "green")
    said: dict[str, Any] = {
        "env": env, "version": version, "automated": automated, "revision": f"{service}-{env}-{stage.revision}",
    }  # fmt: skip
    for place, target in enumerate(stage.targets):
        ended = on.now + 2 * place * MINUTE
        on.views.append(telling.deploy(service, ended, name, target=target, **said))
    if more == 1 and name:
        late = on.now + 3 * MINUTE
        on.views.append(telling.deploy(service, late, name, source="reporter", canonical=False, env=env))
    if more == 2:
        on.views.append(telling.deploy(service, on.now, name, began=on.now - MINUTE, status=None, **said))
    if what not in stage.lived:
        stage.lived.append(what)
    stage.last = what


def _open(on: Play, service: str, env: str, pick: int, more: int) -> None:
    name, where = on.name(), service if more < 5 else None
    priority = ("P1", "P2", "P2", "P2", "P3", None)[pick]
    on.views.append(telling.incident(where, on.now, name, priority=priority, env=env if more == 1 else None))
    on.incidents.append((name, where, priority))


def _resolve(on: Play, *_: object) -> None:
    if on.incidents:
        name, where, priority = on.incidents.pop()
        on.views.append(telling.incident(where, on.now, name, "resolved", priority=priority))


def _unwell(on: Play, service: str, env: str, pick: int, more: int) -> None:
    """Something new that is not well soon after, for five minutes or for sixteen."""
    _release(on, service, env, 0, more)
    on.now += 7 * MINUTE
    on.views.append(telling.health(service, on.now, "degraded", env=env))
    on.now += (5 if pick < 3 else 16) * MINUTE
    on.views.append(telling.health(service, on.now, "healthy", env=env))


def _urgent(on: Play, service: str, env: str, pick: int, more: int) -> None:
    """A branch of what is live, live itself within the hour; main gets a copy of its commit."""
    stage, line = on.stage(service, env), on.line(service)
    base = stage.last[0] if stage.last else None
    if base is None:
        return
    mend, copy = on.name(), on.name()
    made = telling.commit(mend, on.now - 20 * MINUTE)
    on.views.append(telling.push(service, on.now, base, [made], ref="hotfix/npe"))
    on.views.append(telling.merge(service, on.now, on.number, mend, [made], branch="hotfix/npe"))
    on.now += 25 * MINUTE
    stage.revision += 1
    _rollout(on, service, env, (mend, None), pick, more)
    picked = telling.commit(copy, on.now, f"Mend it\n\n(cherry picked from commit {telling.sha(mend)})")
    on.views.append(telling.push(service, on.now, line.head, [picked]))
    line.commits.append(copy)
    line.head = copy


_STEPS: dict[str, Callable[[Play, str, str, int, int], None]] = {
    "push": _push, "merge": _merge, "release": _release, "unknown": _unknown, "back": _back, "again": _again,
    "fail": _fail, "open": _open, "resolve": _resolve, "unwell": _unwell, "urgent": _urgent,
    "half": _half,
}  # fmt: skip
_WEIGHTS = dict.fromkeys(_STEPS, 1) | {"push": 4, "merge": 3, "release": 7, "back": 3, "open": 3, "again": 2}
_SERVICE = (0, 0, 0, 0, 1)
_STEP = st.tuples(
    st.sampled_from([name for name, weight in _WEIGHTS.items() for _ in range(weight)]), st.sampled_from(_SERVICE),
    st.integers(0, len(STAGES) - 1), st.integers(0, len(GAPS) - 1), st.integers(0, 5), st.integers(0, 5),
)  # fmt: skip
