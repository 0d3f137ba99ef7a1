"""What is desired and what runs, service by service: told when it differs from what was told last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.collector.applications import Running, status_of
from app.collector.news import digest, report
from app.collector.work import Work
from app.gitops import Desired, joined
from app.kernel.clock import iso
from app.sources.argocd.health import STATUSES
from app.store.collected import Seen


@dataclass(slots=True)
class Place:
    """One service in one environment: what its overlays want, and what its applications run."""

    service: str
    environment: str
    desired: list[Desired] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)

    @property
    def problem(self) -> Desired | None:
        """The first overlay that cannot be read."""
        return next((each for each in self.desired if each.problem), None)

    @property
    def wanted(self) -> str | None:
        """The version that is desired; None when it is not known, or when clusters want different ones."""
        versions = {each.tag or each.digest for each in self.desired}
        names = {each.image for each in self.desired}
        put_over = [image for each in self.running for image in each.overrides]
        own = [set_to for name, set_to in map(_override, put_over) if {name, _name(set_to)} & names]
        if own:  # the Application has the last word
            versions = {_version(image) for image in own}
        return versions.pop() or None if len(versions) == 1 and not self.problem else None

    @property
    def actual(self) -> str | None:
        """The version that runs; None when it is not known, or when it is not the same everywhere."""
        versions = {_version(image) for each in self.running for image in self._own(each.images)}
        return versions.pop() or None if len(versions) == 1 else None

    def _own(self, images: Iterable[str]) -> list[str]:
        names = {each.image for each in self.desired if each.image}
        return [image for image in images if _name(image) in names] if names else _named(images, self.service)

    @property
    def images(self) -> Mapping[str, str]:
        """The service's own images that are wanted or run, whole, by the version that they are called."""
        run = {_version(image): image for each in self.running for image in self._own(each.images)}
        wanted = [each for each in self.desired if each.image and (each.tag or each.digest)]
        return run | {each.tag or each.digest: joined(each.image, each.tag, each.digest) for each in wanted}

    @property
    def status(self) -> str:
        """`in_sync`, `out_of_sync`, or `unknown`."""
        said = {status_of(each) for each in self.running}
        if self.problem or not said or "unknown" in said:
            return "unknown"
        if self.wanted and self.actual and self.wanted != self.actual:
            return "out_of_sync"
        return "out_of_sync" if "out_of_sync" in said else "in_sync"

    @property
    def health(self) -> str | None:
        """The one health of all applications, else the first that is not healthy; in the words of Argo CD's room."""
        said = [STATUSES.get(each.health, each.health) for each in self.running if each.health]
        return next((each for each in said if each != "healthy"), said[0] if said else None)


def places(desired: Iterable[tuple[str, str, Desired]], found: Sequence[Running]) -> dict[tuple[str, str], Place]:
    """Every place that anybody speaks of. `desired` come with our names of service and environment.

    An application belongs to the overlay whose folder it syncs, whatever it is called; else to what its names say.
    """
    here: dict[tuple[str, str], Place] = {}
    by_path: dict[str, tuple[str, str]] = {}
    for service, environment, each in desired:
        here.setdefault((service, environment), Place(service, environment)).desired.append(each)
        by_path.setdefault(each.place, (service, environment))
    for one in found:
        key = by_path.get(one.path) or ((one.service, one.environment) if one.service and one.environment else None)
        if key is not None:
            here.setdefault(key, Place(*key)).running.append(one)
    return here


async def tell_environments(work: Work, here: Mapping[tuple[str, str], Place], told: Iterable[str]) -> None:
    """Tell what differs from what was told last; of those `told` before also that nobody speaks of them any more."""
    known = {f"{service}/{environment}" for service, environment in here}
    names = (key.rpartition("/") for key in told if key not in known)
    nowhere = [Place(service, environment) for service, _, environment in names]
    for place in [*here.values(), *nowhere]:
        event = _observed(place)
        key, state = f"{place.service}/{place.environment}", digest(event)
        before = work.before("environment", key)
        work.summary.looked["environment"] += 1
        if (problem := place.problem) is not None:
            where = f"{problem.path}:{problem.line}" if problem.line else problem.path
            work.summary.not_known(f"{key}: {where}: {problem.problem}")
        if before is None or before.digest != state:
            voiced = work.voiced(event | {"occurred_at": iso(work.now)}, work.now, first=before is None)
            seen = Seen("environment", key, state, work.now)
            await work.tell(report("environment", [voiced], [seen], before=str(before.at) if before else ""))


def _observed(place: Place) -> dict[str, Any]:
    problem = place.problem
    shown = problem or (place.desired[0] if place.desired else None)
    manifest: Mapping[str, Any] = {
        "path": shown.path or None if shown else None,
        "line": shown.line or None if shown else None,
        "problem": problem.problem if problem else None,
    }
    return {
        "type": "environment.observed",
        "status": place.status,
        "subject": f"environment:{place.service}:{place.environment}",
        "service": place.service,
        "environment": place.environment,
        "desired_version": place.wanted,
        "actual_version": place.actual,
        "images": sorted({image for each in place.running for image in each.images})[:100],
        "health": place.health,
        "manifest": {name: value for name, value in manifest.items() if value is not None} or None,
    }


def _override(image: str) -> tuple[str, str]:
    """The name of the image that is meant, and what becomes of it."""
    name, is_other, other = image.rpartition("=")
    return (name, other) if is_other else (_name(image), image)


def _name(image: str) -> str:
    """The name of an image without tag and digest."""
    name = image.partition("@")[0]
    head, colon, tag = name.rpartition(":")
    return head if colon and "/" not in tag else name


def _version(image: str) -> str:
    """The tag of an image, else its digest."""
    name, _, sha = image.partition("@")
    head, colon, tag = name.rpartition(":")
    return tag if colon and head and "/" not in tag else sha


def _named(images: Iterable[str], service: str) -> list[str]:
    """The images whose last part is the service's name."""
    return [image for image in images if _name(image).rpartition("/")[2] == service]
