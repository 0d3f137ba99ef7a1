"""Which image an earlier commit asked for, told by the files in which it stands: for deployments that are over."""

import posixpath
from collections.abc import Callable, Iterator

from app.gitops.images import joined, split
from app.gitops.kustomization import NAMES, read_kustomization
from app.gitops.model import Desired, Unreadable
from app.gitops.nodes import Items, Node, Scalar, Table
from app.gitops.reading import documents

Read = Callable[[str], bytes | None]
"""The bytes of a file at that commit; None when there is none."""


def image_then(read: Read, names: tuple[str, ...], now: Desired, image: str) -> str | None:
    """The `image` with the tag or digest that a place had; None where that cannot be told for certain.

    `names` are the files in the place's folder at that commit. The place's own kustomization speaks first, then the
    file in which the version stands now. Argo CD's overrides beside them would speak before both: then it is not told.
    """
    if any(name.startswith(".argocd-source") for name in names):
        return None
    paths = [posixpath.join(now.place, name) for name in names if name in NAMES]
    if len(paths) > 1:
        return None
    for path in dict.fromkeys([*paths, now.path]):
        data = read(path) if path else None
        try:
            found = set(_images(data, path, image)) if data is not None else set()
        except Unreadable:
            return None
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def _images(data: bytes, path: str, image: str) -> Iterator[str]:
    if posixpath.basename(path) in NAMES:
        for entry in read_kustomization(data, path).images:
            if image in (entry.new_name, entry.name) and (entry.new_tag or entry.digest):
                yield joined(image, entry.new_tag, entry.digest)
        return
    for node in documents(data, path):
        for text in _scalars(node):
            name, tag, digest = split(text)
            if name == image and (tag or digest):
                yield text


def _scalars(node: Node) -> Iterator[str]:
    """What stands at the keys `image`."""
    if isinstance(node, Items):
        for each in node.entries:
            yield from _scalars(each)
    if isinstance(node, Table):
        for key, each in node.entries.items():
            if key == "image" and isinstance(each, Scalar):
                yield each.text
            else:
                yield from _scalars(each)
