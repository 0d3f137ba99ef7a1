"""What patches do to the images of containers. What cannot be followed is a problem, not a guess.

https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import re2

from app.gitops.kustomization import Patch
from app.gitops.model import Container, Unreadable
from app.gitops.nodes import Items, Node, Scalar, Table
from app.gitops.workloads import container_tables, objects

_IMAGE = re.compile(r"/(containers|initContainers)/(\d+)/image", re.ASCII)
_NEAR = re.compile(r"/(containers|initContainers)(/[^/]+(/image)?)?", re.ASCII)


def patched(
    containers: Sequence[Container], patch: Patch, nodes: Iterable[Node], path: str, *, whole: bool
) -> list[Container]:
    """The containers after one patch, whose documents stand in `path`. Raises Unreadable."""
    found = list(containers)
    for node in nodes:
        if isinstance(node, Items):
            found = _by_operations(found, patch, node, path)
        else:
            for each in objects(node):
                found = _merged(found, patch, each, path, whole=whole)
    return found


def _by_operations(found: list[Container], patch: Patch, operations: Items, path: str) -> list[Container]:
    """JSON Patch (RFC 6902): it names containers by their place."""
    for operation in operations.entries:
        if not isinstance(operation, Table):
            raise Unreadable("an operation of a patch is a map", path, operation.line)
        where, what = operation.text("path"), operation.text("op")
        hit = _IMAGE.search(where)
        if hit and hit.end() == len(where) and what in ("replace", "add"):
            fits = _target(patch, Table({}, patch.line), path)
            new = partial(replace, image=operation.text("value"), path=path, line=operation.line)
            found = [
                new(each) if fits(each) and (each.list, each.index) == (hit[1], int(hit[2])) else each for each in found
            ]
        elif _touches(operation, where) and what not in ("test", "remove"):
            raise Unreadable("a JSON patch sets containers or images in a way that is not followed", path, patch.line)
    return found


def _touches(operation: Table, where: str) -> bool:
    """Whether it puts containers, or one of them, or an image there."""
    hit = _NEAR.search(where)
    in_value = any(True for _ in container_tables(operation.entries.get("value", Items((), 0))))
    return in_value or (hit is not None and hit.end() == len(where))


def _merged(found: list[Container], patch: Patch, manifest: Table, path: str, *, whole: bool) -> list[Container]:
    """Strategic merge: containers meet by name; one that is new is added, `$patch: delete` takes one away."""
    fits = _target(patch, manifest, path)
    if manifest.text("$patch") == "delete":
        return [each for each in found if not fits(each)]
    for where, index, item in container_tables(manifest):
        name, image = item.text("name"), item.text("image")
        meets = [fits(each) and (each.list, each.name) == (where, name) for each in found]
        if item.text("$patch") == "delete":
            found = [each for each, met in zip(found, meets, strict=True) if not met]
        elif image and any(meets):
            new = partial(replace, image=image, path=path, line=item.entries["image"].line)
            found = [new(each) if met else each for each, met in zip(found, meets, strict=True)]
        elif image:
            holder = next((each for each in found if fits(each)), None)
            if holder is None and whole:
                raise Unreadable("a patch sets an image in something that is not there", path, item.line)
            kind, owner = (holder.kind, holder.holder) if holder else ("", "")
            found.append(Container(kind, owner, where, index, name, image, path, item.entries["image"].line))
    return found


def _target(patch: Patch, manifest: Table, path: str) -> Callable[[Container], bool]:
    """Whether a container is in what the patch is for. Names of a target are expressions, anchored at both ends."""
    if patch.target is None:
        kind, name = manifest.text("kind"), manifest.table("metadata").text("name")
        return lambda each: (each.kind, each.holder) == (kind, name)
    if any(isinstance(patch.target.entries.get(by), Scalar) for by in ("labelSelector", "annotationSelector")):
        raise Unreadable("a patch with a selector is not followed", path, patch.line)
    kinds, names = _whole(patch.target.text("kind"), path, patch), _whole(patch.target.text("name"), path, patch)
    return lambda each: kinds(each.kind) and names(each.holder)


def _whole(expression: str, path: str, patch: Patch) -> Callable[[str], bool]:
    if not expression:
        return lambda _: True
    try:
        compiled: Any = re2.compile(f"^(?:{expression})$")
    except re2.error:
        raise Unreadable("the target of a patch is no expression", path, patch.line) from None
    return lambda text: compiled.search(text) is not None
