"""The definitions in the plainest words: every event looked at for every other, nothing kept, nothing shared.

Written from the definitions alone, to hold the facts floor against. It knows no store, no order of arrival and no
speed: O(n²) and worse. What it is asked about are worlds of at most some dozens of events.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.world.brute_git import Git
from tests.world.telling import us

MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000
COUNTED = ("release", "hotfix", "config")
_SHA = re.compile(r"(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{7,40}(?![0-9a-z])")  # a row of digits is a date or a number


@dataclass
class Live:
    """A rollout that went live, and what there is to say of it."""

    service: str
    environment: str
    tier: str
    artifact: str
    sha: str | None
    revision: str | None
    automated: bool
    live_at: int
    attempts: int = 1
    kind: str = ""
    outcome: str = "succeeded"
    flags: set[str] = field(default_factory=set)
    leads: dict[str, float | None] = field(default_factory=dict)  # commit → seconds, None where it is negative
    changes: list[str] = field(default_factory=list)
    back: set[str] = field(default_factory=set)
    failed_by: str | None = None
    reverted: bool = False
    detected_at: int | None = None
    recovered_at: int | None = None

    @property
    def counts(self) -> bool:
        return self.kind in COUNTED and self.outcome == "succeeded"


@dataclass
class Answer:
    """What a world came to: deployments by (service, environment), failed tries, incidents as (service, from, to)."""

    chains: dict[tuple[str, str], list[Live]]
    failed_attempts: int
    incidents: list[dict[str, Any]]


def evaluate(views: list[dict[str, Any]]) -> Answer:
    """Everything from the events alone, in whatever order and however often they came."""
    events = sorted({view["id"]: view for view in views}.values(), key=lambda view: (view["occurred_at"], view["id"]))
    git, incidents = Git(events), _incidents(events)
    chains: dict[tuple[str, str], list[Live]] = {}
    failed = 0
    for key in sorted({(e["service"], e["environment"]) for e in events if e["type"] == "deployment.finished"}):
        here = [event for event in events if (event["service"], event.get("environment")) == key]
        chain, tries = _rollouts(here, git)
        failed += tries
        for index, one in enumerate(chain):
            _describe(one, chain[:index], git)
        chain = chains[key] = sorted([*chain, *_half_way(chain, here, git)], key=lambda one: one.live_at)
        _fail([one for one in chain if one.kind not in ("heal", "redeploy")], incidents, here, git)
    return Answer(chains, failed, incidents)


def _half_way(chain: list[Live], here: list[dict[str, Any]], git: Git) -> list[Live]:
    """Rollouts that failed after they had changed something, and left it unwell: failed, though nothing counts them."""
    found = []
    for one in (event for event in here if event.get("failed_resources")):
        half = Live(one["service"], one["environment"], one["environment_tier"], _artifact(one, git), None, None,
                    False, us(one["finished_at"]), 1, "release", "failed", {"partially_changed"})  # fmt: skip
        ill, after = _degraded(half, here), [each.live_at for each in chain if each.live_at > half.live_at]
        found += [half] if ill and all(ill[0] < live_at for live_at in after) else []
    return found


def _artifact(event: dict[str, Any], git: Git) -> str:
    """The commit, where it is told, or a build says it, or the version holds it; else the version."""
    version = event.get("version", "")
    told = event.get("commit", {}).get("sha") or git.built.get((event["service"], version))
    named = told or next(iter(_SHA.findall(version)), None)
    return (git.whole(named) or named) if named else version


def _rollouts(events: list[dict[str, Any]], git: Git) -> tuple[list[Live], int]:
    """Reports of one rollout put together: the same artifact, no reporter twice, nothing else live in between."""
    groups: list[list[dict[str, Any]]] = []
    told: set[str] = set()
    for event in (event for event in events if event["type"] == "deployment.finished"):
        if event["subject"] in told:
            continue  # the first word on its end stands; a later one is a claim
        told.add(event["subject"])
        if groups and _same_rollout(groups[-1], event, git):
            groups[-1].append(event)
        else:
            groups.append([event])
    chain: list[Live] = []
    tries: list[str] = []
    for group in groups:
        one, artifact = group[0], _artifact(group[0], git)
        if one["status"] != "succeeded":
            tries.append(artifact)
            continue
        live_at = max(_live_at(each, events) for each in [each for each in group if each["canonical"]] or group)
        sha = artifact if _SHA.fullmatch(artifact) else None
        revision = next((each["revision"] for each in group if "revision" in each), None)
        chain.append(Live(one["service"], one["environment"], one["environment_tier"], artifact, sha, revision,
                          one["operation"]["automated"], live_at, 1 + tries.count(artifact)))  # fmt: skip
        tries = []
    if groups and groups[-1][0]["status"] == "succeeded" and _progressing(groups[-1], events, git):
        chain.pop()  # it is not live before its last target is
    return sorted(chain, key=lambda one: one.live_at), sum(group[0]["status"] != "succeeded" for group in groups)


def _progressing(group: list[dict[str, Any]], events: list[dict[str, Any]], git: Git) -> bool:
    """Whether a further target of the same reporter began the same within an hour, and has not come to an end."""
    over = {event["subject"] for event in events if event["type"] == "deployment.finished"}
    told = [(each["source"], each["target"]["cluster"]) for each in group]
    return any(
        (event["source"], event["target"]["cluster"]) not in told
        and event["source"] in {source for source, _ in told}
        and event["subject"] not in over
        and us(event["occurred_at"]) >= us(group[0]["occurred_at"]) - HOUR
        and _artifact(event, git) == _artifact(group[0], git)
        for event in events
        if event["type"] == "deployment.started"
    )


def _same_rollout(group: list[dict[str, Any]], event: dict[str, Any], git: Git) -> bool:
    reporters = [(each["source"], each["target"]["cluster"]) for each in group]
    alike = (_artifact(group[0], git), group[0]["status"]) == (_artifact(event, git), event["status"])
    return alike and (event["source"], event["target"]["cluster"]) not in reporters


def _live_at(event: dict[str, Any], events: list[dict[str, Any]]) -> int:
    """When it was over and healthy: the later of its end and the first word that it is well, where it was not."""
    ended = us(event["finished_at"])
    well = [us(e["since"]) for e in events if e["type"] == "deployment.health_changed" and e["status"] == "healthy"]
    return ended if event.get("healthy", True) else min((each for each in well if each >= ended), default=ended)


def _describe(one: Live, before: list[Live], git: Git) -> None:
    """Its kind, and the commits that came live with it for the first time."""
    one.flags |= {"seed"} if not before else set()
    one.flags |= {"unknown_artifact"} if one.sha is None else set()
    changes: list[str] = []
    if _returns(one, before):
        pass  # what is back was there before: nothing of it is new, and nothing of it needs to be known
    elif before and one.sha is not None:
        line, old = git.line(one.sha), git.line(before[-1].sha)
        shared = [sha for sha in line if sha in old]
        changes = line[: line.index(shared[0])] if shared else []
        if not shared and git.rewritten & {*line}:
            changes = [sha for sha in line if us(git.said[sha]["authored_at"]) > before[-1].live_at]
            one.flags.add("approximate")
        elif not shared:
            one.flags.add("unknown_lineage")
    one.kind, one.changes = _kind(one, before, changes, git), changes
    there = {git.patch(sha) for each in before for sha in git.own(git.line(each.sha))}
    for sha in git.own(changes):
        patch = git.patch(sha)
        if patch in there:
            one.back.add(sha)
            continue
        there.add(patch)
        lead = (one.live_at - us(git.said[sha]["authored_at"])) / 1e6
        one.leads[sha] = lead if lead >= 0 else None


def _kind(one: Live, before: list[Live], changes: list[str], git: Git) -> str:
    if before and one.artifact == before[-1].artifact:
        revisions = {each.revision for each in (one, before[-1])}
        return "config" if len(revisions - {None}) > 1 else "heal" if one.automated else "redeploy"
    if _returns(one, before):
        return "rollback"
    return "hotfix" if git.urgent(changes) else "release"


def _returns(one: Live, before: list[Live]) -> bool:
    """Whether it was live for the first time before what is live now was."""
    born = {each.artifact: index for index, each in reversed(list(enumerate(before)))}
    return one.artifact in born and born[one.artifact] < born[before[-1].artifact]


def _incidents(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each incident: when it began and ended, by the first word on either."""
    told = [event for event in events if event["type"].startswith("incident.")]
    first: dict[str, dict[str, Any]] = {}
    for event in told:
        if event["type"] == "incident.opened":
            first.setdefault(event["subject"], {**event, "from": us(event["opened_at"]), "to": None, "cause": None})
    for event in told:
        if event["type"] == "incident.resolved" and event["subject"] in first and not first[event["subject"]]["to"]:
            first[event["subject"]]["to"] = us(event["resolved_at"])
    return list(first.values())


def _fail(chain: list[Live], incidents: list[dict[str, Any]], here: list[dict[str, Any]], git: Git) -> None:
    """Which deployments failed, by what, since when it was known, and until when. Each at most once."""
    blame: list[tuple[Live, str]] = []
    whole = [one for one in chain if one.outcome == "succeeded"]
    for index, one in enumerate(whole):
        half = _still_ill(chain, one, here)
        accused = half or whole[index - 1]
        if one.kind == "rollback" and one.live_at - accused.live_at <= 7 * DAY:
            blame.append((accused, "rollback"))
            since = max(place for place in range(index) if whole[place].artifact == one.artifact)
            for between in whole[since + 1 : index]:
                between.reverted |= between is not accused
    for index, one in enumerate(chain):
        if one.kind == "hotfix":
            back = git.taken_back(one.changes)
            held = [first for sha in back for first in [each for each in chain[:index] if sha in _brought(each)][:1]]
            half = _still_ill(chain, one, here)
            previous = [half] if half else [each for each in chain[:index] if each.counts]
            blame += [(each, "revert" if held else "hotfix") for each in (held or previous[-1:])]
    blame.sort(key=lambda charge: ("rollback", "revert", "hotfix").index(charge[1]))
    linked: dict[int, list[dict[str, Any]]] = {}
    for each in incidents:
        named = [one for one in chain if _named(one, each, git)]
        suspects = named or [one for one in chain if _suspect(one, each)]
        if suspects and each["cause"] is None:
            nearest = max(suspects, key=lambda one: one.live_at)
            each["cause"] = nearest.live_at
            linked.setdefault(id(nearest), []).append(each)
            blame.insert(0 if named else len(blame), (nearest, "incident"))
    blame += [(one, "degraded") for one in chain if _degraded(one, here) is not None]
    for one, why in blame:
        one.failed_by = one.failed_by or (why if one.counts or one.outcome == "failed" else None)
    for index, one in enumerate(chain):
        if one.failed_by:
            mended = [each.live_at for each in chain[index + 1 :] if each.kind in ("rollback", "hotfix")][:1]
            ended = [each["to"] for each in linked.get(id(one), [])]
            known = [each["from"] for each in linked.get(id(one), [])]
            told = one.failed_by == "degraded" or one.outcome == "failed"
            if told and (ill := _degraded(one, here)):
                known.append(ill[0])
                ended.append(ill[1])
            one.detected_at = min(known, default=None)
            one.recovered_at = min(mended + [end for end in ended if end is not None], default=None)


def _still_ill(chain: list[Live], remedy: Live, here: list[dict[str, Any]]) -> Live | None:
    """The last that stopped half-way since anything went live, if it was ill until the remedy came."""
    for one in reversed(chain[: chain.index(remedy)]):
        if one.outcome == "succeeded":
            return None
        ill = _degraded(one, here)
        if ill and (ill[1] is None or ill[1] >= remedy.live_at):
            return one
    return None


def _brought(one: Live) -> set[str]:
    """The commits that came with it for the first time, as they are on the branch and as they were made."""
    return ({*one.changes} | one.leads.keys()) - one.back


def _suspect(one: Live, incident: dict[str, Any]) -> bool:
    where = incident.get("environment") or (one.environment if one.tier == "production" else None)
    urgent = incident.get("priority") in ("P1", "P2")
    near = 0 <= incident["from"] - one.live_at <= DAY
    return one.counts and urgent and near and (incident["service"], where) == (one.service, one.environment)


def _named(one: Live, incident: dict[str, Any], git: Git) -> bool:
    """Whether the incident itself says which version it is of: that needs no window."""
    said = "version" in incident or "commit" in incident
    here = (incident["service"], incident.get("environment") or one.environment) == (one.service, one.environment)
    return said and here and one.counts and incident["from"] >= one.live_at and _artifact(incident, git) == one.artifact


def _degraded(one: Live, here: list[dict[str, Any]]) -> tuple[int, int | None] | None:
    """From when until when it was not well for more than ten minutes, if that began within half an hour."""
    words = [(us(e["since"]), e["status"]) for e in here if e["type"] == "deployment.health_changed"]
    for start, status in words:
        if status == "degraded" and 0 <= start - one.live_at <= 30 * MINUTE:
            well = min((when for when, what in words if when > start and what == "healthy"), default=None)
            if well is None or well - start > 10 * MINUTE:
                return start, well
    return None
