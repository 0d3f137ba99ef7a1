"""The containers of Kubernetes manifests, of whatever kind: kustomize looks for them anywhere, too.

https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/imagetag/legacy.go
"""

from collections.abc import Iterator

from app.gitops.model import Container
from app.gitops.nodes import Items, Node, Table
from app.gitops.reading import documents

LISTS = ("containers", "initContainers")


def read_manifests(data: bytes, path: str) -> list[Container]:
    """The containers of all documents of a file. Raises Unreadable."""
    if b"ontainers" not in data:  # most files of a base; definitions of resources are large
        return []
    return [container for node in documents(data, path) for each in objects(node) for container in of(each, path)]


def objects(node: Node) -> Iterator[Table]:
    """The objects of a document: itself, or what a `List` holds."""
    if not isinstance(node, Table):
        return
    if node.text("kind").endswith("List") and isinstance(node.entries.get("items"), Items):
        for item in node.items("items"):
            yield from objects(item)
    else:
        yield node


def of(manifest: Table, path: str) -> Iterator[Container]:
    """The containers of one object that have an image."""
    kind, holder = manifest.text("kind"), manifest.table("metadata").text("name")
    for where, index, item in container_tables(manifest):
        if image := item.text("image"):
            line = item.entries["image"].line
            yield Container(kind, holder, where, index, item.text("name"), image, path, line)


def container_tables(node: Node) -> Iterator[tuple[str, int, Table]]:
    """Every member of every list of containers in it: the list's name, the place, the member."""
    children = node.entries.values() if isinstance(node, Table) else node.entries if isinstance(node, Items) else ()
    for where in LISTS if isinstance(node, Table) else ():
        for index, item in enumerate(node.items(where)) if isinstance(node, Table) else ():
            if isinstance(item, Table):
                yield where, index, item
    for child in children:
        yield from container_tables(child)
