"""The GitOps repository: fetched each round, and read only where it has moved."""

import asyncio
from collections.abc import Mapping, Sequence

from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from app.clients.faults import PASSING
from app.clients.git import Mirror
from app.clients.git_faults import GitFault
from app.clients.opening import GitOps
from app.collector.summary import Summary
from app.estate import Estate
from app.events import Hints
from app.gitops import Desired, Layout, environment_branches, read_desired

_PATIENT = AsyncRetrying(
    stop=stop_after_attempt(4),
    wait=wait_random_exponential(multiplier=0.5, max=10),
    retry=retry_if_exception(lambda error: isinstance(error, GitFault) and error.kind in PASSING),
    reraise=True,
)
Named = tuple[str, str, Desired]
"""What is desired, with our names of the service and the environment before it."""


class Repository:
    """Reads what is desired. Keeps what it read of each branch, until that moves."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Layout, str], tuple[str, Sequence[Desired]]] = {}

    async def read(self, git: GitOps, estate: Estate, summary: Summary) -> list[Named]:
        """Everything that is desired, where the estate knows it; the rest is noted. Raises GitFault."""
        await _PATIENT(git.mirror.fetch)
        found: list[Desired] = []
        branches = await _branches(git)
        for name, given in branches.items():
            found += await self._branch(git.mirror, git.layout, name, given)
        if not branches:
            summary.not_known(f"gitops: the repository has no branch that fits {git.branch}")
        elif not found:
            where = ", ".join(sorted(branches)[:5])
            summary.not_known(f"gitops: nothing fits the path {git.layout.path} (branch {where})")
        return _named(found, estate, summary)

    async def _branch(self, mirror: Mirror, layout: Layout, branch: str, given: Mapping[str, str]) -> Sequence[Desired]:
        sha = await mirror.resolve(branch)
        kept = self._kept.get((layout, branch))
        if kept is None or kept[0] != sha:
            async with mirror.tree(sha) as tree:
                read = await asyncio.to_thread(read_desired, tree, layout, given)
            kept = self._kept[layout, branch] = (sha, read)
        return kept[1]


async def _branches(git: GitOps) -> Mapping[str, Mapping[str, str]]:
    """The branches to read, each with what its name tells."""
    if git.layout.mode == "folders":
        return {git.branch: {}}
    return environment_branches(git.layout, await git.mirror.branches())


def _named(found: Sequence[Desired], estate: Estate, summary: Summary) -> list[Named]:
    named = []
    for each in found:
        service = (("name", each.service), ("path", each.path))
        ours, stage = estate.place(Hints(service, (("name", each.environment), ("path", each.path))))
        if ours and stage:
            named.append((ours, stage, each))
        else:
            what = f"service {each.service!r}" if not ours else f"environment {each.environment!r}"
            summary.not_known(f"{each.path}: the estate knows no {what}")
    return named
