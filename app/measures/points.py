"""What measures look at: of each fact the few values that numbers are made of. Times are µs UTC, `at` is the time
by which a fact belongs to a window."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo

from app.facts.windows import UTC


class DeploymentPoint(NamedTuple):
    """A deployment; `at` is when it went live. `flags` is the JSON text of its quality flags."""

    at: int
    kind: str
    outcome: str
    counts: bool
    failed_by: str | None
    failed_confidence: str | None
    detected_at: int | None
    recovered_at: int | None
    re_arrivals: int
    team: str | None
    flags: str


class CommitPoint(NamedTuple):
    """A commit's first arrival. `lead` is in seconds; `flags` is only there where the lead is not."""

    at: int
    clock: str
    lead: float | None
    flags: str | None


class Leads(NamedTuple):
    """Commits of which the lead time is known, as columns: a row for each would cost more than everything else.

    `at` in µs, `seconds` are the lead times, in the same order.
    """

    at: Sequence[int] = ()
    seconds: Sequence[float] = ()

    def between(self, start: int, end: int) -> "Leads":
        """The part of a bucket."""
        chosen = [(at, lead) for at, lead in zip(self.at, self.seconds, strict=True) if start <= at < end]
        return Leads([at for at, _ in chosen], [lead for _, lead in chosen])


class PullPoint(NamedTuple):
    """A pull request, or (`number` None) a commit of none, that arrived: `at` is when the last of its commits did."""

    at: int
    number: int | None
    first_commit_at: int | None
    merged_at: int | None


class StayPoint(NamedTuple):
    """A commit's stay in an environment; `at` is when it arrived in the next one (`left_for`)."""

    at: int
    environment: str
    left_for: str
    since: int


class IncidentPoint(NamedTuple):
    """An incident; `at` is when it was opened."""

    at: int
    resolved_at: int | None
    state: str
    service: str
    deployment_id: str | None


class AttemptPoint(NamedTuple):
    """An attempt; `at` is when it ended, `kind` that of the deployment which it became."""

    at: int
    outcome: str
    changed: bool
    kind: str | None = None


class RunningPoint(NamedTuple):
    """What runs in one environment of one service; `at` is when it went live, None if nothing of ours did."""

    at: int | None
    service: str
    environment: str


NO_LEADS = Leads()


@dataclass(frozen=True, slots=True)
class Seen:
    """The facts of a scope between `start` and `end`, each kind in the order of `at`; only the kinds asked for.

    `open_failures`, `open_incidents` and `running` are as of now, whatever the window. `known` says that the scope
    has ever had a deployment: without one, a count of 0 would be a guess. `leads` are the commits that are not among
    `commits`, because nothing is to be judged about them. Days begin in `zone`.
    """

    start: int
    end: int
    as_of: int
    known: bool
    deployments: Sequence[DeploymentPoint] = ()
    commits: Sequence[CommitPoint] = ()
    pulls: Sequence[PullPoint] = ()
    stays: Sequence[StayPoint] = ()
    incidents: Sequence[IncidentPoint] = ()
    attempts: Sequence[AttemptPoint] = ()
    open_failures: Sequence[DeploymentPoint] = ()
    open_incidents: Sequence[IncidentPoint] = ()
    running: Sequence[RunningPoint] = ()
    leads: Leads = NO_LEADS
    zone: ZoneInfo = UTC.default

    def between(self, start: int, end: int) -> "Seen":
        """The part of a bucket; what is as of now stays."""
        return replace(
            self,
            start=start,
            end=end,
            deployments=_within(self.deployments, start, end),
            commits=_within(self.commits, start, end),
            leads=self.leads.between(start, end),
            pulls=_within(self.pulls, start, end),
            stays=_within(self.stays, start, end),
            incidents=_within(self.incidents, start, end),
            attempts=_within(self.attempts, start, end),
        )


class _Dated(Protocol):
    @property
    def at(self) -> int: ...


P = TypeVar("P", bound=_Dated)


def _within(points: Sequence[P], start: int, end: int) -> Sequence[P]:
    return [point for point in points if start <= point.at < end]


IN_WINDOW = ("deployments", "commits", "pulls", "stays", "incidents", "attempts")
NOW = ("open_failures", "open_incidents", "running")
KINDS = tuple(each.name for each in fields(Seen) if each.name in IN_WINDOW + NOW)
"""The kinds of facts that a measure may ask for, by their names in `Seen`."""
