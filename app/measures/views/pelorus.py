"""As Pelorus counts: images that appear for the first time, and the one commit that each was built from; means."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.measures.told import Figures, Told, View


class Image(NamedTuple):
    """An image of an application: by these a commit and a deployment are one."""

    app: str
    sha: str


def lead_times(committed: Mapping[Image, float], deployed: Mapping[Image, float]) -> dict[Image, float]:
    """Seconds from the commit that an image was built from to its deployment; of Unix times."""
    return {image: at - committed[image] for image, at in deployed.items() if image in committed}


def _look(told: Told) -> Figures:
    first: dict[Image, float] = {}
    for each in told.rollouts:  # also those before the window: an image that runs again is no new one
        if each.succeeded and each.kind != "heal":
            first.setdefault(Image(each.service, each.artifact), each.live_at / 1e6)
    start, end = told.start / 1e6, told.end / 1e6
    deployed = {image: at for image, at in first.items() if start <= at < end}
    leads = [*lead_times(_committed(told), deployed).values()]
    known = [each for each in told.troubles if told.start <= each.opened_at < told.end]
    mine = [each for each in known if each.service is not None]
    ended = [(each.resolved_at - each.opened_at) / 1e6 for each in mine if each.resolved_at is not None]
    return Figures(
        frequency=len(deployed),
        frequency_words=f"{len(deployed)} images",
        lead=_mean(leads),
        fail_ratio=len(mine) / len(leads) if leads else None,
        recovery=_mean(ended),
        otherwise={"fail_ratio_with_all_incidents": len(known) / len(leads) if leads else None},
        notes=[f"{len(deployed) - len(leads)} of {len(deployed)} images lead to no commit"],
    )


def _committed(told: Told) -> dict[Image, float]:
    """When the commit of each image was made; of a merge, that is when it was pushed."""
    pushed = {(each.repository, each.sha): each.authored_at for each in told.pushes}
    found = {}
    for each in told.rollouts:
        at = pushed.get((each.repository or "", each.sha or ""))
        if at is not None:
            found[Image(each.service, each.artifact)] = at / 1e6
    return found


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


VIEW = View(
    name="pelorus",
    title="Pelorus",
    read_at="https://github.com/dora-metrics/pelorus",
    words={
        "deployment_frequency": "counts images that were never seen before: a change of configuration or a rollback "
        "is none",
        "change_lead_time": "the mean over images, each by the one commit that it was built from: what lay before "
        "its merge is not in it",
        "change_fail_rate": "incidents of the application over images with a known commit, so it can exceed 100 %",
        "failed_deployment_recovery": "the mean from an incident's opening to its end, whatever caused it",
    },
    look=_look,
)
