"""What the revisions in Argo CD's history asked for: the history itself has no images."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.clients.git_faults import GitFault
from app.clients.git_tree import GitTree
from app.clients.opening import GitOps
from app.collector.applications import Running
from app.collector.desired import Named
from app.gitops import Desired, image_then

MOST = 50_000
"""Answers that are kept."""
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

_Asked = tuple[str, str, str]
"""A place, its image, and a revision."""


@dataclass(slots=True)
class Past:
    """What was found is kept: a commit never changes."""

    _kept: dict[_Asked, str | None] = field(default_factory=dict, init=False)

    async def fill(self, git: GitOps, desired: Sequence[Named], found: Sequence[Running]) -> None:
        """Put the images into the entries of the histories, where the GitOps repository can tell them."""
        by_path = _places(desired)
        entries = [
            ((now.place, image, str(entry.get("revision"))), now, entry)
            for one in found
            if not one.overrides and (known := by_path.get(one.path))
            for now, image in (known,)
            for entry in one.state["history"]
            if _SHA.fullmatch(str(entry.get("revision")))
        ]
        fresh = {asked: now for asked, now, _ in entries if asked not in self._kept}
        if len(self._kept) + len(fresh) > MOST:
            self._kept.clear()
        if fresh:
            try:
                async with git.mirror.tree(
                    next(iter(fresh))[2] if git.layout.mode != "folders" else git.branch
                ) as tree:
                    self._kept |= await asyncio.to_thread(_read, tree, fresh)
            except GitFault:
                return  # told by whoever fetches
        for asked, _, entry in entries:
            if image := self._kept.get(asked):
                entry["images"] = [image]


def _places(desired: Sequence[Named]) -> dict[str, tuple[Desired, str]]:
    """The place of each folder, and the service's own image; where it cannot be read now, as elsewhere."""
    images = {service: each.image for service, _, each in desired if each.image}
    return {
        each.place: (each, image)
        for service, _, each in desired
        if each.place and (image := each.image or images.get(service, ""))
    }


def _read(tree: GitTree, fresh: Mapping[_Asked, Desired]) -> dict[_Asked, str | None]:
    found: dict[_Asked, str | None] = {}
    for (place, image, revision), now in fresh.items():

        def read(path: str, revision: str = revision) -> bytes | None:
            return tree.read_at(revision, path)

        found[place, image, revision] = image_then(read, tree.names_at(revision, place), now, image)
    return found
