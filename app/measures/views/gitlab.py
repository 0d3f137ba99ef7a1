"""As GitLab counts: from merge to deployment, medians of daily medians, incidents by the deployments of their day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from app.kernel.clock import DAY
from app.measures.quantiles import quantile
from app.measures.told import Figures, Told, View


def median(values: Iterable[float | None]) -> float | None:
    """The median of what is known, interpolated."""
    return quantile(sorted(value for value in values if value is not None), 0.5)


def lead_of_day(merged_at: Sequence[int], finished_at: int) -> float | None:
    """Seconds from merge to deployment, the median of a day's merge requests; negative ones count as 0."""
    return median(max(finished_at - each, 0) / 1e6 for each in merged_at)


def frequency(counts: Iterable[int | None]) -> int | None:
    """The sum of daily counts; None of nothing known."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _look(told: Told) -> Figures:
    deployed = told.deployed()
    leads = _leads(told)
    opened = [each for each in told.troubles if told.start <= each.opened_at < told.end]
    ended = [
        (each.resolved_at - each.opened_at) / 1e6
        for each in told.troubles
        if each.resolved_at is not None and told.start <= each.resolved_at < told.end
    ]
    return Figures(
        frequency=len(deployed),
        frequency_words=f"{len(deployed)} deployments",
        lead=median(median(values) for values in leads.values()),
        fail_ratio=len(opened) / max(len(deployed), 1),
        recovery=median(ended),
        otherwise={"lead_directly": median(value for values in leads.values() for value in values)},
        notes=[f"{len(opened)} incidents, whosever they are, over {len(deployed)} deployments"],
    )


def _leads(told: Told) -> dict[tuple[str, int], list[float]]:
    """By service and day of deployment: seconds from merge to live, once a merge request."""
    live = {each.id: each for each in told.deployed()}
    merged = {(each.repository, each.id): each.merged_at for each in told.pulls}
    leads: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    done = set()
    for change in told.changes:
        key = change.repository, change.pull_request
        if change.pull_request is None or key in done or change.deployment_id not in live:
            continue
        at = merged.get((change.repository, change.pull_request))
        done.add(key)
        if at is not None:
            where = live[change.deployment_id]
            leads[where.service, where.live_at // DAY].append(max(where.live_at - at, 0) / 1e6)
    return dict(leads)


VIEW = View(
    name="gitlab",
    title="GitLab",
    read_at="https://docs.gitlab.com/user/analytics/dora_metrics/",
    words={
        "deployment_frequency": "counts every successful deployment, rollbacks too",
        "change_lead_time": "begins at the merge: writing and review are not in it; the median of the daily medians; "
        "negative ones count as 0",
        "change_fail_rate": "incidents opened in the project over deployments, whatever caused them: three incidents "
        "and no deployment are 300 %",
        "failed_deployment_recovery": "from an incident's opening to its end, whatever caused it; open ones are not",
    },
    look=_look,
)
