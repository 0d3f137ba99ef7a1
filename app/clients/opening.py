"""Opens the clients that the section `upstreams` asks for: one of each upstream, with its token and its budget."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from app.clients.api import Api
from app.clients.argocd import ArgoCD
from app.clients.auth import Auth, Basic, Bearer
from app.clients.bitbucket import Bitbucket
from app.clients.budget import Budget
from app.clients.git import Mirror
from app.clients.incident_tools import IncidentTools, open_incident_tools
from app.clients.jira import Jira
from app.clients.registries import open_registries
from app.clients.registry import Registry
from app.clients.surroundings import surroundings
from app.clients.upstreams import ArgoCDEntry, BitbucketEntry, GitOpsEntry, JiraEntry, Upstreams
from app.gitops import Layout, Place, Tags, check_layout
from app.kernel.errors import ConfigError, ConfigErrors
from app.kernel.secrets import Secret

CONCURRENCY = 16
"""Calls to one upstream at a time."""


@dataclass(frozen=True, slots=True)
class GitOps:
    """The GitOps repository, how it is laid out, and how its image tags name commits."""

    mirror: Mirror
    branch: str
    layout: Layout
    tags: Tags


@dataclass(frozen=True, slots=True)
class Clients:
    """What may be asked; what the configuration does not name is None. Close it, or use it as a context."""

    gitops: GitOps | None = None
    bitbucket: Bitbucket | None = None
    jira: Jira | None = None
    argocd: Mapping[str, tuple[ArgoCD, ArgoCDEntry]] = field(default_factory=dict)
    registries: Mapping[str, Registry] = field(default_factory=dict)
    incidents: IncidentTools = field(default_factory=IncidentTools)

    def apis(self) -> Mapping[str, Api]:
        """The APIs, by the name under which they are counted."""
        found = [self.bitbucket.api] if self.bitbucket else []
        found += [self.jira.api] if self.jira else []
        found += self.incidents.apis()
        found += [api for each in self.registries.values() for api in (each.api, each.tokens)]
        return {api.name: api for api in (*found, *(argocd.api for argocd, _ in self.argocd.values()))}

    def parts(self) -> list[str]:
        """What there is to ask: `gitops` and the names of the APIs."""
        return [*(["gitops"] if self.gitops else []), *self.apis()]

    def calls(self) -> Mapping[str, int]:
        """How many requests each was sent since it was opened."""
        return {name: api.requests for name, api in self.apis().items()}

    async def close(self) -> None:
        """Close all connections."""
        async with AsyncExitStack() as stack:
            for api in self.apis().values():
                stack.push_async_callback(api.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


Reveal = Callable[[str], str | None]
"""The value of a variable or of its `_FILE` twin; None when it is not set."""


def open_clients(upstreams: Upstreams, reveal: Reveal, folder: Path, environments: tuple[str, ...] = ()) -> Clients:
    """The clients, with their tokens. Copies of repositories are kept in `folder`. Raises ConfigErrors: all faults."""
    problems: list[ConfigError] = []

    def token(variable: str, of: str) -> Secret:
        value = (reveal(variable) or "").strip()
        if not value:
            problems.append(ConfigError(f"upstreams.{of}: {variable}, its token, is not set"))
        return Secret(value or "-")

    git, bitbucket, jira = upstreams.gitops, upstreams.bitbucket, upstreams.jira
    found = Clients(
        gitops=_gitops(git, token, folder, environments, problems, surroundings(reveal)) if git else None,
        bitbucket=_bitbucket(bitbucket, token) if bitbucket else None,
        jira=_jira(jira, token) if jira else None,
        argocd={name: (_argocd(name, entry, token), entry) for name, entry in upstreams.argocd.items()},
        registries=open_registries(upstreams.registries, token),
        incidents=open_incident_tools(upstreams, token),
    )
    if problems:
        raise ConfigErrors(problems)
    return found


_Token = Callable[[str, str], Secret]


def _auth(user: str | None, token: Secret) -> Auth:
    return Basic(user, token) if user else Bearer(token)


def _bitbucket(entry: BitbucketEntry, token: _Token) -> Bitbucket:
    auth = _auth(entry.user, token(entry.token_env, "bitbucket"))
    budget = Budget(entry.requests_per_hour)
    return Bitbucket(Api("bitbucket", entry.url, auth, budget=budget, concurrency=CONCURRENCY), entry.workspace or "")


def _jira(entry: JiraEntry, token: _Token) -> Jira:
    auth = _auth(entry.user, token(entry.token_env, "jira"))
    return Jira(Api("jira", entry.url, auth, concurrency=CONCURRENCY), entry.edition, entry.site or entry.url)


def _argocd(name: str, entry: ArgoCDEntry, token: _Token) -> ArgoCD:
    return ArgoCD(Api(f"argocd.{name}", entry.url, Bearer(token(entry.token_env, f"argocd.{name}"))))


def _gitops(
    entry: GitOpsEntry,
    token: _Token,
    folder: Path,
    environments: tuple[str, ...],
    problems: list[ConfigError],
    around: Mapping[str, str],
) -> GitOps | None:
    auth = Basic(entry.user, token(entry.token_env, "gitops")) if entry.token_env else None
    per_environment = entry.mode == "branch-per-env"
    branch = entry.branch.replace("{env}", "*") if per_environment else entry.branch
    try:
        mirror = Mirror(entry.repository, folder, auth=auth, branches=[branch], environment=around)
        layout = _layout(entry, environments)
        check_layout(layout)
        return GitOps(mirror, entry.branch, layout, Tags(entry.tag))
    except ConfigError as error:
        problems.append(ConfigError(f"upstreams.gitops: {error.message}", hint=error.hint))
        return None


def _layout(entry: GitOpsEntry, environments: tuple[str, ...]) -> Layout:
    explicit = [
        Place(service, stage, path) for service, stages in entry.overrides.items() for stage, path in stages.items()
    ]
    return Layout(
        path=entry.path,
        mode=entry.mode,
        branch=entry.branch if entry.mode == "branch-per-env" else "",
        image=entry.image,
        applications=entry.applications,
        application=entry.application,
        environments=environments,
        explicit=tuple(explicit),
    )
