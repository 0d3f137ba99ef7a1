"""What a tree of a GitOps repository says is desired: a row for each service and environment."""

from collections.abc import Iterator, Mapping

from app.gitops.model import Desired, Image, Layout, Parts, Place, Tree, Unreadable
from app.gitops.overrides import Application, applications, overrides
from app.gitops.own import by_service, images, own_images
from app.gitops.places import places
from app.gitops.templates import Template
from app.gitops.walk import Walk
from app.kernel.errors import ConfigError


def read_desired(tree: Tree, layout: Layout, given: Parts | None = None) -> list[Desired]:
    """A row for each service's own image in each place, ordered by service, environment and cluster.

    `given` are the parts that the name of the branch told (`environment_branches`). What cannot be told is a row with
    a `problem`. Raises ConfigError for a layout that cannot work, and what `tree` raises.
    """
    paths = list(tree.paths())
    return _read(tree, layout, paths, places(paths, layout, given or {}))


def read_place(tree: Tree, layout: Layout, place: Place) -> list[Desired]:
    """The rows of one place alone: for its history, commit by commit. Raises as `read_desired` does."""
    return _read(tree, layout, list(tree.paths()), [place])


def check_layout(layout: Layout) -> None:
    """Raises ConfigError for a layout that cannot work."""
    for text in (layout.path, layout.applications, layout.branch):
        if text or text is layout.path:
            Template(text, layout.environments)
    if layout.mode == "branch-per-env" and "{env}" not in layout.branch:
        raise ConfigError("the branch of an environment is named without {env}")
    parts = {"service": "service", "env": "env", "cluster": "cluster"}
    own_images({}, layout.image, parts)


def _read(tree: Tree, layout: Layout, paths: list[str], found: list[Place]) -> list[Desired]:
    check_layout(layout)
    walk = Walk(tree, paths)
    deployed: Mapping[str, list[Application]] = {}
    if layout.applications:
        template = Template(layout.applications)
        deployed = applications(walk, sorted(path for path in paths if template.parts(path) is not None))
    rows = [row for place in found for row in _rows(walk, layout, place, deployed)]
    return sorted(_agreeing(rows), key=lambda row: (row.service, row.environment, row.cluster, row.image, row.path))


def _rows(walk: Walk, layout: Layout, place: Place, deployed: Mapping[str, list[Application]]) -> Iterator[Desired]:
    try:
        if walk.holds(place.path):
            containers, _ = walk.file(place.path)
        else:
            name = _filled(layout.application, place)
            put_over = overrides(walk, place.path, deployed.get(place.path, ()), name)
            containers, _ = walk.overlay(place.path, put_over)
    except Unreadable as problem:
        yield _problem(place, problem.message, problem.path, problem.line)
        return
    found = images(containers)
    if place.service:
        yield from _of_service(place, layout, found)
        return
    for service, own in by_service(found, layout.image).items():
        yield from _told(Place(service, place.environment, place.path, place.cluster), own, ())


def _of_service(place: Place, layout: Layout, found: dict[Image, tuple[str, ...]]) -> Iterator[Desired]:
    parts = {"service": place.service, "env": place.environment, "cluster": place.cluster}
    own = own_images(found, layout.image, parts)
    if not own:
        named = ", ".join(sorted({image.name for image in found})[:5])
        reason = f"none of the images is the service's own: {named}" if found else "there is no image"
        yield _problem(place, reason, place.path, 0)
        return
    yield from _told(place, own, tuple(image for image in found if image not in own))


def _told(place: Place, own: list[Image], sidecars: tuple[Image, ...]) -> Iterator[Desired]:
    """A row for each of the own images; one that comes in two versions, or in none, is a problem."""
    for name in sorted({image.name for image in own}):
        versions = [image for image in own if image.name == name]
        image = versions[0]
        where = (place.service, place.environment, place.cluster, image.name)
        if len(versions) > 1:
            told = " and ".join(sorted(version.tag or version.digest or "none" for version in versions)[:5])
            reason = f"{name} is wanted in {len(versions)} versions: {told}"
        elif not image.tag and not image.digest:
            reason = f"{name} has neither a tag nor a digest"
        else:
            yield Desired(*where, image.tag, image.digest, image.path, image.line, "", sidecars, place.path)
            continue
        yield Desired(*where, "", "", image.path, image.line, reason, sidecars, place.path)


def _problem(place: Place, reason: str, path: str, line: int) -> Desired:
    return Desired(
        place.service, place.environment, place.cluster, path=path, line=line, problem=reason, place=place.path
    )


def _filled(template: str, place: Place) -> str:
    filled = template.replace("{service}", place.service).replace("{env}", place.environment)
    return filled.replace("{cluster}", place.cluster)


def _agreeing(rows: list[Desired]) -> Iterator[Desired]:
    """The rows; where two places want another version of the same image at once, neither is believed."""
    wanted: dict[tuple[str, ...], set[tuple[str, str]]] = {}
    for row in rows:
        wanted.setdefault(_key(row), set()).add((row.tag, row.digest))
    for row in rows:
        if len(wanted[_key(row)]) > 1 and not row.problem:
            reason = f"several places want different versions of {row.image}"
            yield Desired(*_key(row), "", "", row.path, row.line, reason, row.sidecars, row.place)
        else:
            yield row


def _key(row: Desired) -> tuple[str, str, str, str]:
    return (row.service, row.environment, row.cluster, row.image)
