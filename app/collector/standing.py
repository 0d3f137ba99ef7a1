"""What rounds hand on to the next: what was read last of the GitOps repository, of each Argo CD, of names.

So an upstream that does not answer changes nothing: its last good state stays, and is called stale.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.clients.argocd import ArgoCD
from app.clients.faults import ApiFault
from app.clients.git_faults import GitFault
from app.clients.opening import GitOps
from app.clients.upstreams import ArgoCDEntry
from app.collector.applications import Running, running
from app.collector.desired import Named, Repository
from app.collector.past import Past
from app.collector.repositories import Repositories
from app.collector.summary import Summary
from app.estate import Estate

ALL = "*"
"""Stands for every service, where an upstream is stale for all of them."""


@dataclass(slots=True)
class Standing:
    """One for each process."""

    repository: Repository = field(default_factory=Repository)
    repositories: Repositories = field(default_factory=Repositories)
    past: Past = field(default_factory=Past)
    _wanted: list[Named] | None = field(default=None, init=False)
    _run: dict[str, list[Running]] = field(default_factory=dict, init=False)

    async def desired(self, git: GitOps | None, estate: Estate, summary: Summary) -> Sequence[Named] | None:
        """What is desired; as it was read last, where the repository does not answer; None where it never did."""
        if git is None:
            return []
        try:
            self._wanted = await self.repository.read(git, estate, summary)
        except GitFault as fault:
            summary.left(ALL, "gitops", f"gitops: {fault}")
        return self._wanted

    async def running(
        self, argocds: Mapping[str, tuple[ArgoCD, ArgoCDEntry]], estate: Estate, summary: Summary
    ) -> Sequence[Running] | None:
        """What runs, everywhere; as it was read last, where an Argo CD does not answer; None if one never did."""
        asked = [self._ask(name, argocd, entry, estate, summary) for name, (argocd, entry) in argocds.items()]
        found = await asyncio.gather(*asked)
        told = [each for each in found if each is not None]
        return [one for each in told for one in each] if len(told) == len(found) else None

    async def _ask(
        self, name: str, argocd: ArgoCD, entry: ArgoCDEntry, estate: Estate, summary: Summary
    ) -> list[Running] | None:
        try:
            found = await running(argocd, entry.url, name, estate, projects=entry.projects, selector=entry.selector)
        except ApiFault as fault:
            summary.left(ALL, "argocd", f"{name}: {fault}")
            return self._run.get(name)
        if not found and self._run.get(name):  # what a token may not see is silently absent
            summary.left(
                ALL, "argocd", f"{name}: argocd: it shows no application any more: may the token still see them?"
            )
            return self._run[name]
        self._run[name] = found
        return found
