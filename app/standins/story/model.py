"""What the story is made of. Times are µs since 1970; what has not happened is None or an empty text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

State = Literal["UNDEPLOYED", "COMPLETED"]
Result = Literal["", "SUCCESSFUL", "FAILED", "STOPPED"]
How = Literal["overlay", "refused", "source"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at acme."""

    name: str
    email: str
    account_id: str
    uuid: str


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a service's repository."""

    sha: str
    parents: tuple[str, ...]
    author: Person
    at: int
    message: str


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One pull request: `commits` are its own, newest first; `merge` is what became of them on main."""

    id: int
    title: str
    branch: str
    author: Person
    state: Literal["OPEN", "MERGED", "DECLINED"]
    created: int
    updated: int
    base: str
    commits: tuple[str, ...]
    merge: str = ""
    closed_by: Person | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One run of a pipeline's step; `environment` where it deploys, no `started` when it still waits for a click."""

    uuid: str
    name: str
    environment: str
    run: int
    trigger: Literal["automatic", "manual", "redeploy"]
    result: Result
    started: int | None
    completed: int | None
    by: Person


@dataclass(frozen=True, slots=True)
class Build:
    """One pipeline; `result` is empty while it runs or waits for a manual step (`stage` says which)."""

    number: int
    uuid: str
    sha: str
    ref: str
    creator: Person
    created: int
    completed: int | None
    stage: Literal["", "RUNNING", "HALTED"]
    result: Result
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Rollout:
    """One commit of the GitOps repository: an image tag of a service in an environment.

    `how`: in the overlay; in it as kustomize refuses it; or in Argo CD's `.argocd-source` file beside it.
    `synced` is whether Argo CD has brought it to the cluster.
    """

    service: str
    environment: str
    tag: str
    at: int
    by: Person
    how: How = "overlay"
    synced: bool = True


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a Jira project."""

    id: str
    name: str
    released: bool
    date: int


@dataclass(frozen=True, slots=True)
class Sprint:
    """A sprint of a board."""

    id: int
    name: str
    state: Literal["closed", "active"]
    started: int
    ended: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """One Jira issue. `fix_versions` None: its type has no such field; `level`: only some people may read it."""

    id: str
    key: str
    service: str
    summary: str
    type: str
    status: str
    category: Literal["new", "indeterminate", "done"]
    fix_versions: tuple[Version, ...] | None
    assignee: Person | None
    sprint: Sprint | None
    level: str
    hidden: bool
    created: int
    updated: int


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its repository, pipelines and rollouts, oldest first."""

    name: str
    uuid: str
    team: str
    project: str
    main: str
    branches: Mapping[str, str]
    tags: Mapping[str, str]
    commits: Mapping[str, Commit]
    pulls: Sequence[PullRequest]
    builds: Sequence[Build]
    rollouts: Sequence[Rollout]
    labels: Mapping[str, str] = field(default_factory=dict)
    """Image tags that name no commit, with the one that their image was built from."""

    @property
    def image(self) -> str:
        return f"registry.example.com/acme/{self.name}"


@dataclass(frozen=True, slots=True)
class Drift:
    """Something that is not as it should be, and is meant so: `told` says it in a sentence."""

    kind: Literal["sync_failed", "application_override", "refused_manifest", "argocd_source", "unknown_commit"]
    service: str
    environment: str
    told: str


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that went wrong in production, in the tool of the service's team; `reopened` comes after an end."""

    id: str
    tool: Literal["alerts", "pagerduty", "incidentio"]
    service: str
    title: str
    priority: Literal["P1", "P2", "P4"]
    by: Person
    opened: int
    acknowledged: int | None
    reopened: int | None
    resolved: tuple[int, ...]

    @property
    def is_over(self) -> bool:
        return bool(self.resolved) and (self.reopened is None or self.resolved[-1] > self.reopened)

    @property
    def updated(self) -> int:
        """When it was touched last, µs."""
        return max(each for each in (self.opened, self.acknowledged, self.reopened, *self.resolved) if each)


@dataclass(frozen=True, slots=True)
class Story:
    """Everything, as of `now`. `tickets` by the keys that commits name: a moved one has another `key` inside."""

    seed: str
    now: int
    services: Mapping[str, Service]
    tickets: Mapping[str, Ticket]
    drifts: Sequence[Drift]
    override: Mapping[tuple[str, str], str]
    incidents: Sequence[Incident] = ()

    def desired(self, service: str, environment: str) -> str | None:
        """The tag that Git asks for; None where kustomize refuses what is written."""
        told = [each for each in self.services[service].rollouts if each.environment == environment]
        if told[-1].how == "refused":
            return None
        return self.override.get((service, environment), told[-1].tag)

    def running(self, service: str, environment: str) -> str:
        """The tag that Argo CD has brought to the cluster."""
        told = [e.tag for e in self.services[service].rollouts if e.environment == environment and e.synced]
        return self.override.get((service, environment), told[-1])
