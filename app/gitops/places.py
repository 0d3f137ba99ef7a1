"""Which folders and files of a tree say what is desired, of which service and where."""

import posixpath
from collections.abc import Iterable

from app.gitops.kustomization import NAMES
from app.gitops.model import Layout, Parts, Place
from app.gitops.templates import Template

_MANIFESTS = (".yaml", ".yml", ".json")
# By convention what overlays are made of, never a place to deploy.
_NO_ENVIRONMENTS = frozenset({"base", "bases", "components"})


def places(paths: Iterable[str], layout: Layout, given: Parts) -> list[Place]:
    """The places of a layout in a tree with these paths, explicit ones first; `given` are the parts of its branch.

    The service is empty where the template has none: then one folder holds the images of many.
    """
    template = Template(_target(layout.path), layout.environments)
    explicit = [
        Place(place.service, place.environment, _target(place.path), place.cluster) for place in layout.explicit
    ]
    spoken_for = {(place.service, place.environment) for place in explicit}
    found = []
    for path in sorted(_candidates(paths, layout.path)):
        parts = template.parts(path)
        if parts is None:
            continue
        named = {**given, **parts}
        place = Place(named.get("service", ""), named.get("env", ""), path, named.get("cluster", ""))
        if place.environment not in _NO_ENVIRONMENTS and (place.service, place.environment) not in spoken_for:
            found.append(place)
    return [*explicit, *found]


def _target(path: str) -> str:
    """A kustomization stands for its folder, so that a second one beside it is seen."""
    plain = path.strip("/").removeprefix("./")
    folder, name = posixpath.split(plain)
    return folder if name in NAMES else plain


def _candidates(paths: Iterable[str], template: str) -> set[str]:
    """What a template may fit: folders with a kustomization if it names one, files if it names one, else folders."""
    name = posixpath.basename(template)
    if name in NAMES:
        return {posixpath.dirname(path) for path in paths if posixpath.basename(path) in NAMES}
    manifests = {path for path in paths if path.endswith(_MANIFESTS) or posixpath.basename(path) in NAMES}
    return manifests if name.endswith(_MANIFESTS) else {posixpath.dirname(path) for path in manifests}
