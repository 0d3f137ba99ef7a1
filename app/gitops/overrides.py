"""What Argo CD puts over the images of an overlay: the Application's own list, and files beside the overlay.

https://argo-cd.readthedocs.io/en/stable/user-guide/parameters/#store-overrides-in-git
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.gitops.images import Entry
from app.gitops.model import Unreadable
from app.gitops.nodes import Items, Node, Scalar, Table
from app.gitops.reading import documents
from app.gitops.walk import Walk
from app.gitops.workloads import objects

_BY_TAG = re.compile(r"(.*):([a-zA-Z0-9._-]*|\*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Application:
    """An Application that deploys a folder; `images` is None when it sets none."""

    name: str
    folder: str
    images: tuple[Entry, ...] | None
    path: str


def applications(walk: Walk, paths: Iterable[str]) -> Mapping[str, list[Application]]:
    """Folder → the Applications that deploy it. Files that cannot be read say nothing."""
    found: dict[str, list[Application]] = {}
    for path in paths:
        try:
            nodes = documents(walk.bytes(path), path)
            read = [each for node in nodes for manifest in objects(node) for each in _application(manifest, path)]
        except Unreadable:
            continue
        for application in read:
            found.setdefault(application.folder, []).append(application)
    return found


def _application(manifest: Table, path: str) -> Iterator[Application]:
    if manifest.text("kind") != "Application" or not manifest.text("apiVersion").startswith("argoproj.io/"):
        return
    spec = manifest.table("spec")
    name = manifest.table("metadata").text("name")
    for source in (spec.entries.get("source"), *spec.items("sources")):
        if isinstance(source, Table) and source.text("path"):
            yield Application(name, posixpath.normpath(source.text("path")).lstrip("/"), _images(source, path), path)


def overrides(walk: Walk, folder: str, deployed: Iterable[Application], name: str = "") -> tuple[Entry, ...]:
    """What is put over the images of a folder. Raises Unreadable when nobody can tell which of several it is.

    A later list takes the place of an earlier one: the Application's, `.argocd-source.yaml`, then the file for the
    Application by its name (`name` where no Application is known).
    """
    known = list(deployed)
    names = {application.name for application in known} | ({name} if name else set())
    lists = {application.images for application in known}
    if len(lists) > 1:
        raise Unreadable("several Applications deploy this folder with different images", known[0].path)
    found = next(iter(lists), None)
    for path in _files(walk, folder, names):
        nodes = documents(walk.bytes(path), path)
        for node in nodes[:1]:
            said = _images(node, path) if isinstance(node, Table) else None
            found = found if said is None else said
    return found or ()


def _files(walk: Walk, folder: str, names: Iterable[str]) -> Iterator[str]:
    """The files with overrides, in Argo CD's order."""
    plain = posixpath.join(folder, ".argocd-source.yaml")
    if walk.holds(plain):
        yield plain
    start = posixpath.join(folder, ".argocd-source-")
    stems = {path: path[len(start) : -len(".yaml")] for path in walk.beside(plain) if path.startswith(start)}
    # An Application outside of Argo CD's own namespace has a file `<namespace>_<name>`.
    named = [path for path, stem in stems.items() if any(stem == name or stem.endswith(f"_{name}") for name in names)]
    fitting = sorted(named or stems)
    if len(fitting) > 1:
        raise Unreadable("several files of overrides, and no telling whose they are", fitting[0])
    yield from fitting


def _images(source: Table, path: str) -> tuple[Entry, ...] | None:
    """`kustomize.images`; None when it is not there, empty when it was taken away (null)."""
    kustomize = source.table("kustomize")
    images: Node | None = kustomize.entries.get("images")
    if images is None:
        return None
    if not isinstance(images, Items):
        return ()
    return tuple(_entry(item, path) for item in images.entries)


def _entry(item: Node, path: str) -> Entry:
    """`name:tag`, `name@digest`, or `name=other:tag` and so on, as `kustomize edit set image` takes it."""
    if not isinstance(item, Scalar) or item.kind != "text":
        raise Unreadable("an image of the overrides is no text", path, item.line)
    name, renamed, value = item.text.partition("=")
    new, at, digest = (value if renamed else name).partition("@")
    tagged = _BY_TAG.fullmatch(new)
    new, tag = (tagged[1], tagged[2]) if tagged else (new, "")
    if not name or not (renamed or at or tagged):
        raise Unreadable(f"{item.text[:100]!r} sets no image", path, item.line)
    return Entry(name if renamed else new, new if renamed else "", tag, digest, "", path, item.line)
