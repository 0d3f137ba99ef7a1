"""Follows a kustomization through its resources, bases and components, inside the repository and nowhere else."""

import posixpath
import re
from collections.abc import Iterable

from app.gitops.images import Entry, changed
from app.gitops.kustomization import NAMES, Kustomization, Patch, read_kustomization
from app.gitops.model import Container, Tree, Unreadable
from app.gitops.nodes import Items, Node, Scalar, Table
from app.gitops.patches import patched
from app.gitops.reading import documents
from app.gitops.workloads import read_manifests

MOST_STEPS = 2_000
"""Files and folders that one overlay may reach; no real one comes near."""
MOST_CONTAINERS = 2_000

# A host, a scheme or the double slash of go-getter: what kustomize fetches from elsewhere.
_REMOTE = re.compile(
    r"[a-z+]+://|[\w.-]+@[\w.-]+:|(gh|git)::?|[\w-]+(\.[\w-]+)*\.[a-z]{2,}[/:]|[^?]*\?(ref|version)=|\w.*//"
)

Images = tuple[list[Container], bool]
"""The containers found, and whether that was all of them."""


class Walk:
    """Reads a tree; what was parsed once is kept, because many overlays share a base."""

    def __init__(self, tree: Tree, paths: Iterable[str]) -> None:
        self._tree = tree
        self._files = frozenset(paths)
        self._folders: dict[str, list[str]] = {"": []}
        for path in sorted(self._files):
            for folder in _parents(path):
                self._folders.setdefault(folder, [])
            self._folders[posixpath.dirname(path)].append(path)
        self._kustomizations: dict[str, Kustomization] = {}
        self._manifests: dict[str, list[Container]] = {}
        self._bases: dict[str, Images] = {}
        self._steps = 0

    def overlay(self, folder: str, overrides: Iterable[Entry] = ()) -> Images:
        """The containers that a folder's kustomization makes, after `overrides` (entries of `edit set image`).

        Without a kustomization they are those of its manifests. Raises Unreadable.
        """
        self._steps = 0
        if not self.kustomizations(folder):
            if folder not in self._folders:
                raise Unreadable("is not there", folder)
            plain = [path for path in self._folders[folder] if _is_manifest(path)]
            return [container for path in plain for container in self._manifest(path)], True
        return self._folder(folder, (), tuple(overrides))

    def file(self, path: str) -> Images:
        """The containers of a single file of manifests. Raises Unreadable."""
        return self._manifest(path), True

    def kustomizations(self, folder: str) -> list[str]:
        """The kustomization files of a folder: one, or it is a fault."""
        return [path for name in NAMES if (path := posixpath.join(folder, name)) in self._files]

    def holds(self, path: str) -> bool:
        """Whether there is a file (or link) of this path."""
        return path in self._files

    def beside(self, path: str) -> list[str]:
        """The files in the folder of a path."""
        return self._folders.get(posixpath.dirname(path), [])

    def bytes(self, path: str) -> bytes:
        """A file's content. Raises Unreadable for what is not there, a link, or too large."""
        data = self._tree.read(path)
        if data is None:
            raise Unreadable(self._tree.refused(path) or "is not there", path)
        return data

    def _folder(self, folder: str, trail: tuple[str, ...], overrides: tuple[Entry, ...] = ()) -> Images:
        return self._made(self._kustomization(folder), folder, ([], True), (*trail, folder), overrides)

    def _made(
        self, read: Kustomization, folder: str, start: Images, trail: tuple[str, ...], overrides: tuple[Entry, ...] = ()
    ) -> Images:
        """What a kustomization makes of `start`: more of it, by components, patches and images, in this order."""
        containers, whole = list(start[0]), start[1] and read.whole
        for reference in read.resources:
            more, seen = self._resource(reference, read, folder, trail)
            containers, whole = [*containers, *more], whole and seen
            if len(containers) > MOST_CONTAINERS:
                raise Unreadable(f"more than {MOST_CONTAINERS} containers", read.path, reference.line)
        for reference in read.components:
            containers, whole = self._component(reference, read, folder, (containers, whole), trail)
        for patch in read.patches:
            containers = self._patch(containers, patch, read, folder, whole=whole)
        self._check_doubtful(read, folder)
        return changed(containers, set_images(read.images, overrides), whole=whole), whole

    def _resource(self, reference: Scalar, read: Kustomization, folder: str, trail: tuple[str, ...]) -> Images:
        place = self._place(reference, read, folder)
        if place is None:
            return [], False
        if place in self._files:
            return self._manifest(place), True
        self._check_trail(place, reference, read, trail)
        if self._kustomization(place).component:
            raise Unreadable(f"{place} is a component, not a resource", read.path, reference.line)
        if place not in self._bases:
            self._bases[place] = self._folder(place, trail)
        return self._bases[place]

    def _component(
        self, reference: Scalar, read: Kustomization, folder: str, start: Images, trail: tuple[str, ...]
    ) -> Images:
        place = self._place(reference, read, folder)
        if place is None:
            return start[0], False
        self._check_trail(place, reference, read, trail)
        component = self._kustomization(place)
        if not component.component:
            raise Unreadable(f"{place} is no component", read.path, reference.line)
        return self._made(component, place, start, (*trail, place))

    def _check_trail(self, place: str, reference: Scalar, read: Kustomization, trail: tuple[str, ...]) -> None:
        if place in trail:
            raise Unreadable(f"a cycle: {place or '.'} leads back to itself", read.path, reference.line)

    def _place(self, reference: Scalar, read: Kustomization, folder: str) -> str | None:
        """The path that a reference leads to; None when it leads out of sight. Raises Unreadable."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise Unreadable(f"reaches more than {MOST_STEPS} files and folders", read.path, reference.line)
        text = reference.text
        if text.startswith("/"):
            raise Unreadable(f"{text[:100]!r} leads out of the repository", read.path, reference.line)
        place = posixpath.normpath(posixpath.join(folder, text))
        place = "" if place == "." else place
        if text and (place in self._files or place in self._folders):
            return place
        if _REMOTE.match(text):
            return None
        where = "leads out of the repository" if place.startswith("..") else "is not there"
        raise Unreadable(f"{text[:100]!r} {where}", read.path, reference.line)

    def _kustomization(self, folder: str) -> Kustomization:
        found = self.kustomizations(folder)
        if len(found) != 1:
            named = " and ".join(posixpath.basename(path) for path in found)
            reason = f"holds {named}: kustomize takes one" if found else "holds no kustomization"
            raise Unreadable(f"the folder {folder or '.'} {reason}", found[-1] if found else folder)
        if folder not in self._kustomizations:
            self._kustomizations[folder] = read_kustomization(self.bytes(found[0]), found[0])
        return self._kustomizations[folder]

    def _manifest(self, path: str) -> list[Container]:
        if path not in self._manifests:
            self._manifests[path] = read_manifests(self.bytes(path), path)
        return self._manifests[path]

    def _patch(
        self, containers: list[Container], patch: Patch, read: Kustomization, folder: str, *, whole: bool
    ) -> list[Container]:
        if patch.inline:
            nodes = [_moved(node, patch.line) for node in documents(patch.inline.encode(), read.path)]
            return patched(containers, patch, nodes, read.path, whole=whole)
        place = self._place(Scalar(patch.file, "text", patch.line), read, folder)
        if place is None:
            raise Unreadable("a patch from elsewhere", read.path, patch.line)
        return patched(containers, patch, documents(self.bytes(place), place), place, whole=whole)

    def _check_doubtful(self, read: Kustomization, folder: str) -> None:
        """Transformers and replacements may set images; where one speaks of them, nobody guesses."""
        for node in read.doubtful:
            for leaf in _leaves(node):
                place = posixpath.normpath(posixpath.join(folder, leaf.text))
                text = self.bytes(place).decode("utf-8", "replace") if place in self._files else leaf.text
                if "image" in text.lower():
                    raise Unreadable("a transformer or replacement sets images", read.path, leaf.line)


def set_images(images: Iterable[Entry], overrides: Iterable[Entry]) -> list[Entry]:
    """Entries after `kustomize edit set image`: one that is set takes the place of what the file has of that name.

    `*` keeps what the file says. The result is sorted by name, as the command writes it.
    """
    found = tuple(images)
    given = {entry.name: entry for entry in overrides}
    if not given:
        return list(found)
    old = {entry.name: entry for entry in found}
    kept = {name: _keeping(entry, old.get(name)) for name, entry in given.items()}
    return sorted((old | kept).values(), key=lambda entry: entry.name)


def _keeping(entry: Entry, old: Entry | None) -> Entry:
    said = (
        (entry.new_name, old and old.new_name),
        (entry.new_tag, old and old.new_tag),
        (entry.digest, old and old.digest),
    )
    name, tag, digest = ((before or "") if text == "*" else text for text, before in said)
    return Entry(entry.name, name, tag, digest, "", entry.path, entry.line)


def _parents(path: str) -> Iterable[str]:
    while path := posixpath.dirname(path):
        yield path


def _is_manifest(path: str) -> bool:
    return path.endswith((".yaml", ".yml", ".json")) and not posixpath.basename(path).startswith(".")


def _leaves(node: Node) -> Iterable[Scalar]:
    if isinstance(node, Scalar):
        yield node
        return
    for child in node.entries.values() if isinstance(node, Table) else node.entries:
        yield from _leaves(child)


def _moved(node: Node, line: int) -> Node:
    """The node with every line that of the patch that holds its text: its own count begins there."""
    if isinstance(node, Scalar):
        return Scalar(node.text, node.kind, line)
    if isinstance(node, Items):
        return Items(tuple(_moved(item, line) for item in node.entries), line)
    return Table({key: _moved(item, line) for key, item in node.entries.items()}, line)
