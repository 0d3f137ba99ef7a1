"""Argo CD's applications: what runs where, and the deployments and health that a lost message would have told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.clients.argocd import ArgoCD
from app.collector.argocd_state import news_of, overrides_of, state_of
from app.collector.news import JSON, News, digest
from app.collector.work import Work
from app.estate import Estate
from app.events import Hints
from app.events.reports import QUIET
from app.kernel.clock import to_us
from app.kernel.json import dumps
from app.kernel.timestamps import parse_timestamp
from app.store.collected import Seen

_SYNC = {"Synced": "in_sync", "OutOfSync": "out_of_sync"}


@dataclass(frozen=True, slots=True)
class Running:
    """What one application says of a service in an environment. `images` with their tags; `path` of its manifests.

    `overrides` are images of its own, which go before those in the repository: `name:tag`, `name=other:tag`.
    """

    service: str | None
    environment: str | None
    instance: str
    name: str
    path: str
    sync: str
    health: str
    images: tuple[str, ...]
    overrides: tuple[str, ...]
    state: Mapping[str, Any]


async def running(argocd: ArgoCD, url: str, instance: str, estate: Estate, **which: Any) -> list[Running]:
    """All applications of one Argo CD. Raises ApiFault."""

    def make(item: Any) -> Running:
        return _running(state_of(item, url, instance), instance, estate, overrides=overrides_of(item))

    return [each for each in await argocd.each(make, **which) if each.name]


async def tell_applications(work: Work, found: Iterable[Running], *, known_only: bool) -> None:
    """Tell each application whose state differs from what was told last, as its notification would have.

    `known_only`: the repository cannot tell what their past deployments were, so none is told for the first time.
    """
    for each in found:
        key = f"{each.instance}/{each.state['app'].get('uid') or each.name}"
        state = digest(news_of(dict(each.state)))
        before = work.before("application", key)
        work.summary.looked["application"] += 1
        if known_only and before is None:
            continue
        if before is None or before.digest != state:
            quiet = work.is_quiet(_moment(each.state), first=before is None)
            headers = {"content-type": JSON} | ({QUIET: "1"} if quiet else {})
            seen = Seen("application", key, state, work.now)
            await work.tell(News("argocd", headers, dumps(each.state), (seen,), {"application": 1}))


def status_of(found: Running) -> str:
    """Whether it is in sync, in our words."""
    return _SYNC.get(found.sync, "unknown")


def _running(state: Mapping[str, Any], instance: str, estate: Estate, *, overrides: tuple[str, ...]) -> Running:
    app, place = state["app"], state["app"].get("destination") or {}
    paths = [str(origin["path"]) for origin in app["sources"] if origin.get("path")]
    said = [
        ("application", app.get("name")),
        *(("path", path) for path in paths),
        ("namespace", place.get("namespace")),
    ]
    service = tuple((kind, value) for kind, value in said if value)
    cluster = tuple(("cluster", place[key]) for key in ("name", "server") if place.get(key))
    ours, stage = estate.place(Hints(service, (*service, *cluster), dict(app.get("labels") or {})))
    return Running(
        service=ours,
        environment=stage,
        instance=instance,
        name=str(app.get("name") or ""),
        path=paths[0].strip("/") if paths else "",
        sync=str(state["sync"].get("status") or ""),
        health=str(state["health"].get("status") or ""),
        images=tuple(str(image) for image in state["images"]),
        overrides=overrides,
        state=state,
    )


def _moment(state: Mapping[str, Any]) -> int | None:
    """The newest thing that the state tells, µs: an operation's end, or a change of health."""
    said = (
        state["operation"].get("finishedAt") or state["operation"].get("startedAt"),
        state["health"]["lastTransitionTime"],
    )
    moments = [to_us(moment) for each in said if (moment := parse_timestamp(each)) is not None]
    return max(moments, default=None)
