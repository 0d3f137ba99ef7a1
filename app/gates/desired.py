"""What the GitOps repository says is desired of one service in one environment."""

import asyncio
from collections.abc import Mapping

from app.clients.opening import GitOps
from app.estate import Estate
from app.events import Hints
from app.gates.gate import Running
from app.gates.model import CannotTell
from app.gitops import Desired, environment_branches, read_desired


async def desired(git: GitOps, estate: Estate, service: str, environment: str) -> Running | None:
    """The version there; None when no overlay speaks of it. Raises GitFault; CannotTell for what nobody can read."""
    await git.mirror.fetch()
    found = [each for each in await _read(git) if _place(estate, each) == (service, environment)]
    if not found:
        return None
    problem = next((each for each in found if each.problem), None)
    if problem is not None:
        where = f"{problem.path}:{problem.line}" if problem.line else problem.path
        raise CannotTell(
            "baseline_unreadable",
            f"what is desired of {service} in {environment} cannot be read: {where}: {problem.problem}",
            (f"Mend {where} in the GitOps repository.",),
        )
    versions = sorted({each.tag or each.digest for each in found})
    if len(versions) > 1:
        raise CannotTell(
            "several_versions",
            f"{environment} is to run {len(versions)} versions of {service} at once: {', '.join(versions[:5])}",
            ("Say from which one to count: --baseline VERSION.",),
        )
    first = found[0]
    return Running(versions[0], whence=f"the GitOps repository, {first.path}:{first.line}")


async def _read(git: GitOps) -> list[Desired]:
    branches: Mapping[str, Mapping[str, str]] = {git.branch: {}}
    if git.layout.mode != "folders":
        branches = environment_branches(git.layout, await git.mirror.branches())
    found: list[Desired] = []
    for name, given in branches.items():
        async with git.mirror.tree(name) as tree:
            found += await asyncio.to_thread(read_desired, tree, git.layout, given)
    return found


def _place(estate: Estate, each: Desired) -> tuple[str | None, str | None]:
    service = (("name", each.service), ("path", each.path))
    return estate.place(Hints(service, (("name", each.environment), ("path", each.path))))
