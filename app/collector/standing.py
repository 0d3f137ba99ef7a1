"""What rounds hand on to the next: what was read last of the GitOps repository, of each Argo CD, of names.

So an upstream that does not answer changes nothing: its last good state stays, and is called stale.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
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
from app.collector.summary import ALL, Summary
from app.estate import Estate


@dataclass(frozen=True, slots=True)
class Heard:
    """What the Argo CDs that were `asked` say runs; as it was read last, of those that are `lost` (name → why).

    `blind` are those of the lost of which nothing was ever read.
    """

    running: Sequence[Running]
    asked: frozenset[str]
    lost: Mapping[str, str]
    blind: frozenset[str]


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
        self, argocds: Mapping[str, tuple[ArgoCD, ArgoCDEntry]], estate: Estate, showed: Collection[str] = ()
    ) -> Heard:
        """What runs, everywhere. `showed` are those that showed something when they were last asked, by whomever."""
        asked = [self._ask(name, argocd, entry, estate, name in showed) for name, (argocd, entry) in argocds.items()]
        faults = await asyncio.gather(*asked)
        lost = {name: why for name, why in zip(argocds, faults, strict=True) if why}
        found = [one for name in argocds for one in self._run.get(name, ())]
        return Heard(found, frozenset(argocds), lost, frozenset(name for name in lost if name not in self._run))

    async def _ask(self, name: str, argocd: ArgoCD, entry: ArgoCDEntry, estate: Estate, showed: bool) -> str:
        """Read what one shows; returns why not, empty if it could be read."""
        try:
            found = await running(argocd, entry.url, name, estate, projects=entry.projects, selector=entry.selector)
        except ApiFault as fault:
            return str(fault)
        if not found and (showed or self._run.get(name)):  # what a token may not see is silently absent
            why = "may the token still see them? If there are none left, take it out of upstreams"
            return f"argocd.{name}: it shows no application any more: {why}"
        self._run[name] = found
        return ""
