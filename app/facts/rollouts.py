"""Rollouts: reports of several sources, and of several targets, that are one.

Reports are one rollout when their artifacts agree, no reporter speaks twice, and nothing else went live in between.
Evidence that knows no commit belongs to the rollout that it falls to: its version is a label that nobody has to keep.
So does the record of a platform that names none (ECS, Lambda) to that of the pipeline that deployed there meanwhile,
unless the tag of its image is another version than the pipeline's. A record that does not know what it brought belongs
to the pipeline's word before it. Where the record says that it failed, a pipeline proves nothing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest
from typing import Any

from app.facts.artifacts import Artifact
from app.facts.claims import Claim
from app.facts.reports import Report
from app.kernel.clock import HOUR, MINUTE

SETTLES_WITHIN = 30 * MINUTE
"""How long after its end a rollout whose health nobody told may become healthy, and be live only then."""

TOGETHER = HOUR
"""How long before the first end on one target another may have begun, and be of the same rollout."""

MEANWHILE = 10 * MINUTE
"""How long after a pipeline's end its platform may begin, or after the platform's a pipeline that tells no start."""

NAMELESS = frozenset({"ecs", "lambda"})
"""Platforms whose word on what they deployed (a number, a hash of the code) says nothing to anybody else."""


@dataclass(slots=True)
class Rollout:
    """An operation on one chain. `live_at` (µs) is None unless it succeeded; `healthy` if all its reports are so."""

    reports: list[Report] = field(default_factory=list)
    live_at: int | None = None
    healthy: bool = False
    _artifact: Artifact | None = None

    @property
    def first(self) -> Report:
        return self.reports[0]

    @property
    def artifact(self) -> Artifact:
        """What it deployed, put together of what its reports say."""
        if self._artifact is None:
            self._artifact = self._put_together()
        return self._artifact

    def add(self, report: Report) -> None:
        """One more report of it; the record speaks before evidence that knows no commit, and who knows one first."""
        if self.reports and self._knows_less_than(report):
            self.reports.insert(0, report)
        else:
            self.reports.append(report)
        self._artifact = None

    def _knows_less_than(self, report: Report) -> bool:
        return (self.vague and not is_vague(report)) or (self.nameless and not is_nameless(report))

    def _put_together(self) -> Artifact:
        shas = [report.artifact.sha for report in self.reports if report.artifact.sha]
        versions = [report.artifact.version for report in self.reports if report.artifact.version]
        best = max(shas, key=lambda sha: (len(sha), sha), default=None)
        return Artifact(best, versions[0] if versions else None, self.first.artifact.other)

    @property
    def evidence(self) -> tuple[str, ...]:
        if len(self.reports) == 1:
            return self.first.evidence
        return tuple(sorted(event for report in self.reports for event in report.evidence))

    def first_said(self, name: str) -> Any:
        """What the first report that says anything of it says."""
        for report in self.reports:
            value = report.said.get(name)
            if value is not None:
                return value
        return None

    @property
    def vague(self) -> bool:
        """Whether nothing but evidence that knows no commit speaks of it."""
        return all(is_vague(report) for report in self.reports)

    def takes(self, report: Report) -> bool:
        """Whether a report is one more of this rollout."""
        free = all(each.slot != report.slot for each in self.reports)
        return free and self.artifact.agrees(report.artifact) and self.first.outcome == report.outcome

    @property
    def nameless(self) -> bool:
        """Whether nobody who speaks of it knows a commit that others know, too."""
        return all(is_nameless(report) for report in self.reports)

    def falls_to(self, report: Report) -> bool:
        """Whether evidence and record, or the word of a platform and of who deployed there, are one by their times."""
        ended = max(each.at for each in self.reports)
        if report.at - ended > SETTLES_WITHIN or any(each.slot == report.slot for each in self.reports):
            return False
        if is_vague(report) is not self.vague or (self.hearsay and _is_blind(report)):
            return True
        meanwhile = is_nameless(report) is not self.nameless and (report.start or report.at) - ended <= MEANWHILE
        return meanwhile and not self._is_called_otherwise(report)

    def _is_called_otherwise(self, report: Report) -> bool:
        """Whether both say a version that is a name to others, and it is not the same."""
        mine = {name for each in self.reports if (name := _name(each))}
        return bool(mine) and _name(report) not in (None, *mine)

    @property
    def hearsay(self) -> bool:
        """Whether only pipelines speak of it."""
        return all(map(_is_hearsay, self.reports))

    def is_denied(self, report: Report) -> bool:
        """Whether pipelines called it a success, and the record that it failed."""
        if report.outcome != "failed" or report["canonical"] is False or not self.hearsay:
            return False
        unsaid = is_nameless(report) or _is_blind(report)
        return (unsaid or self.artifact.agrees(report.artifact)) and self._is_fresh(report)

    def denies(self, report: Report) -> bool:
        """Whether a pipeline calls a success what the record has called a failure since the pipeline began."""
        record = self.first
        if record.outcome != "failed" or record["canonical"] is False or not _is_hearsay(report):
            return False
        if any(each.slot == report.slot for each in self.reports):
            return False
        return self.artifact.agrees(report.artifact) and (report.start or report.at) <= record.at

    def _is_fresh(self, report: Report) -> bool:
        return report.at - max(each.at for each in self.reports) <= SETTLES_WITHIN


def is_vague(report: Report) -> bool:
    """Whether a report is evidence that knows no commit."""
    return report["canonical"] is False and report.artifact.sha is None


def is_nameless(report: Report) -> bool:
    """Whether a report knows no commit and no version that others know. One that goes back is news of its own."""
    own = report["platform"] in NAMELESS and report.artifact.sha is None and not report["rollback"]
    return own or is_vague(report)


def _name(report: Report) -> str | None:
    """The version, if others know it: not a platform's own number, nor the label of evidence. `v1.2` is `1.2`."""
    own = report["platform"] in NAMELESS and not report["tag"]
    return None if own or is_vague(report) else (report.artifact.version or "").removeprefix("v") or None


def _is_hearsay(report: Report) -> bool:
    """Whether it is the word of a pipeline, which asks for a version and need not see it run."""
    return report["canonical"] is False and report["platform"] != "kubernetes"


def _is_blind(report: Report) -> bool:
    """Whether the record does not know what it brought: Argo CD's history has no images."""
    unsaid = not report.artifact.sha and not report.artifact.version
    return unsaid and report["canonical"] is not False and report["platform"] not in NAMELESS


def rollouts(reports: Sequence[Report], health: Sequence[Claim]) -> tuple[list[Rollout], list[Rollout]]:
    """(those that went live, in that order; the others: failed, superseded, under way, in the order of their ends).

    The newest is not live yet while another of its targets is under way, unless another rollout ended since.
    """
    live: list[Rollout] = []
    tries: list[Rollout] = []
    open_try: Rollout | None = None
    for report in reports:
        if report.outcome is None:
            tries.append(Rollout([report]))
        elif report.outcome == "succeeded" and not (open_try is not None and open_try.denies(report)):
            open_try = None
            _tell_live(live, report)
        else:
            open_try = _try(live, tries, open_try, report)
    for each, after in zip_longest(live, live[1:]):
        before = min((report.end or report.at for report in after.reports), default=None) if after else None
        ends = [_live_at(report, health, before) for report in _that_count(each)]
        each.live_at, each.healthy = max(at for at, _ in ends), all(well for _, well in ends)
    if live and open_try is None and _progressing(live[-1], reports):
        tries.append(live.pop())
        tries[-1].live_at = None
    live.sort(key=lambda each: (each.live_at, each.first.at, each.first.subject))
    return live, tries


def _tell_live(live: list[Rollout], report: Report) -> None:
    """Note a success. A pipeline's takes along all that platforms told before it, of several functions, say."""
    if not (live and (live[-1].takes(report) or live[-1].falls_to(report))):
        live.append(Rollout())
    live[-1].add(report)
    while not is_nameless(report) and len(live) > 1 and live[-2].falls_to(report):
        if {each.slot for each in live[-1].reports} & {each.slot for each in live[-2].reports}:
            break
        for each in live.pop(-2).reports:
            live[-1].add(each)


def _failed_with(rollout: Rollout, report: Report) -> bool:
    return rollout.first.outcome == report.outcome and rollout.falls_to(report)


def _try(live: list[Rollout], tries: list[Rollout], open_try: Rollout | None, report: Report) -> Rollout:
    """The try that a report is of: the open one, or what was taken for live until now, or another one."""
    if open_try is not None and (open_try.takes(report) or open_try.denies(report) or _failed_with(open_try, report)):
        open_try.add(report)
        return open_try
    denied = live.pop().reports if live and live[-1].is_denied(report) else []
    tries.append(Rollout([report, *denied]))
    return tries[-1]


def _progressing(rollout: Rollout, reports: Sequence[Report]) -> bool:
    """Whether its reporter began the same on a further target, and has not told of an end there."""
    newest = {report.slot: report for report in reports}
    for report in rollout.reports:
        newest.pop(report.slot, None)
    reporters = [_reporter(report) for report in rollout.reports]
    return any(
        report.outcome is None
        and _reporter(report) in reporters
        and report.at >= rollout.first.at - TOGETHER
        and rollout.artifact.agrees(report.artifact)
        for report in newest.values()
    )


def _reporter(report: Report) -> list[str]:
    """Its source and instance: see `app.facts.claims.Claim.slot`."""
    return report.slot.split("|")[:2]


def _that_count(rollout: Rollout) -> list[Report]:
    """The reports that are the record of it; mere evidence only where there is nothing else."""
    return [report for report in rollout.reports if report["canonical"] is not False] or rollout.reports


def _live_at(report: Report, health: Sequence[Claim], before: int | None) -> tuple[int, bool]:
    """Its end, or when it was healthy after that, if that was before the next rollout's end; and whether it was."""
    ended = report.end or report.at
    if report["healthy"] is True:
        return ended, True
    if report["healthy"] is None:
        before = min(ended + SETTLES_WITHIN, before or ended + SETTLES_WITHIN)
    for place in range(bisect_left(health, ended, key=told_at), len(health)):
        at = told_at(health[place])
        if before is not None and at >= before:
            break
        if health[place]["status"] == "healthy" and _same_app(report, health[place]):
            return at, True
    return ended, False


def told_at(claim: Claim) -> int:
    """Since when the health was as a claim says; µs."""
    since: int | None = claim["since"]
    return since or claim.at


def _same_app(report: Report, claim: Claim) -> bool:
    """Whether the health is that of the target, as far as that can be told."""
    app = claim.subject.partition(":")[2]
    mine = report.subject.partition(":")[2].startswith(f"{app}:")
    return mine or report.slot.split("|")[:2] != claim.slot.split("|")[:2] or not app


def tries_between(tries: Sequence[Rollout], live: Sequence[Rollout], since: int) -> list[int]:
    """For each that went live, how many failed tries of it there were since the one before (`since`, µs)."""
    marks = [since, *(each.live_at or 0 for each in live)]
    failed = sorted((each for each in tries if each.first.outcome == "failed"), key=_tried_at)
    return [
        sum(
            each.artifact.agrees(one.artifact)
            for each in failed[bisect_right(failed, after, key=_tried_at) : bisect_right(failed, until, key=_tried_at)]
        )
        for one, (after, until) in zip(live, pairwise(marks), strict=True)
    ]


def _tried_at(rollout: Rollout) -> int:
    return rollout.first.at
