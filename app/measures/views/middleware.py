"""As Middleware counts: whole numbers of deployments a day, mean times, incidents by the team's last deployment."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from app.kernel.clock import to_datetime
from app.measures.told import Figures, Told, View


def frequency(deployed: Iterable[int], start: int, end: int) -> tuple[int, int, int, int]:
    """In all, and by day, week and month, of the calendar days, weeks and months that the span touches; rounded down.

    Times in µs UTC; what ends the span still belongs to it.
    """
    count = sum(start <= at <= end for at in deployed)
    first, last = to_datetime(start).date(), to_datetime(end).date()
    days = (last - first).days + 1
    weeks = (_monday(last) - _monday(first)).days // 7 + 1
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    return count, count // days, count // weeks, count // months


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def blamed(deployed: Sequence[int], opened: Iterable[int]) -> list[list[int]]:
    """For each deployment, by its time, the places of the incidents after it and before the next one."""
    found: list[list[int]] = [[] for _ in deployed]
    order = sorted(range(len(deployed)), key=lambda place: deployed[place])
    for number, at in enumerate(opened):
        before = [place for place in order if deployed[place] <= at]
        if before:
            found[before[-1]].append(number)
    return found


def fail_percent(blame: Sequence[Sequence[int]]) -> float:
    """The share of deployments with an incident, in per cent; 0 of none."""
    return 100 * sum(map(bool, blame)) / len(blame) if blame else 0.0


def _look(told: Told) -> Figures:
    deployed = told.deployed()
    times = [each.live_at for each in deployed]
    troubles = [each for each in told.troubles if told.start <= each.opened_at < told.end]
    blame = blamed(times, [each.opened_at for each in troubles])
    ended = [(each.resolved_at - each.opened_at) / 1e6 for each in troubles if each.resolved_at is not None]
    count, day, week, month = frequency(times, told.start, told.end - 1)
    return Figures(
        frequency=count,
        frequency_words=f"{day} a day, {week} a week, {month} a month",
        lead=_mean(_leads(told)),
        fail_ratio=fail_percent(blame) / 100 if deployed else None,
        recovery=_mean(ended),
        notes=[
            f"{troubles[number].id} is put down to {each.id} of {each.service}"
            for each, some in zip(deployed, blame, strict=True)
            for number in some
        ],
    )


def _leads(told: Told) -> list[float]:
    """Seconds from a pull request's first commit to live, once a pull request."""
    live = {each.id: each.live_at for each in told.deployed()}
    first = {(each.repository, each.id): each.first_commit_at for each in told.pulls}
    found: dict[tuple[str, int], float] = {}
    for change in told.changes:
        if change.pull_request is not None and change.deployment_id in live:
            began = first.get((change.repository, change.pull_request))
            if began is not None:
                found.setdefault((change.repository, change.pull_request), (live[change.deployment_id] - began) / 1e6)
    return list(found.values())


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


VIEW = View(
    name="middleware",
    title="Middleware",
    read_at="https://github.com/middlewarehq/middleware",
    words={
        "deployment_frequency": "counts every successful deployment (or merge), rollbacks too; by day, week and month "
        "in whole numbers, rounded down",
        "change_lead_time": "the mean over pull requests, from the first commit",
        "change_fail_rate": "an incident is put down to the team's last deployment before it, whatever was deployed",
        "failed_deployment_recovery": "the mean from an incident's opening to its end; what is open is left out",
    },
    look=_look,
)
