"""As Four Keys counted: the commits of the one push whose head was deployed, again with every deployment of it."""

from collections import defaultdict

from app.measures.quantiles import quantile
from app.measures.told import Figures, Pushed, Told, Trouble, View

_HOUR = 3_600_000_000


def _look(told: Told) -> Figures:
    deployed = told.deployed()
    pushes: defaultdict[tuple[str, int], list[Pushed]] = defaultdict(list)
    heads: dict[tuple[str, str], int] = {}
    for commit in told.pushes:
        pushes[commit.repository, commit.pushed_at].append(commit)
        heads[commit.repository, commit.sha] = commit.pushed_at
    leads: list[float] = []
    lost = 0
    for each in deployed:
        pushed_at = heads.get((each.repository or "", each.sha or ""))
        if pushed_at is None:
            lost += 1
            continue
        commits = pushes[each.repository or "", pushed_at]
        leads += [(each.live_at - one.authored_at) / 1e6 for one in commits if one.authored_at is not None]
    leads = sorted(lead for lead in leads if lead > 0)
    typed = {each.deployment_id for each in told.troubles if each.link == "explicit"}
    known = {each.deployment_id for each in told.troubles if each.deployment_id is not None}
    ids = {each.id for each in deployed}
    return Figures(
        frequency=len(deployed),
        frequency_words=f"{len(deployed)} deployments",
        lead=quantile(leads, 0.5),
        fail_ratio=len(typed & ids) / len(deployed) if deployed else None,
        recovery=quantile(_hours(told), 0.5),
        otherwise={"fail_ratio_if_causes_were_typed": len(known & ids) / len(deployed) if deployed else None,
                   "longest_lead": leads[-1] if leads else None, "leads": float(len(leads))},
        notes=[f"{len(leads)} values of {len(deployed)} deployments",
               f"{lost} of them have no push that is known: where it joins the two, they vanish"],
    )  # fmt: skip


def _hours(told: Told) -> list[float]:
    """Whole hours in seconds from the causing deployment, or the incident's opening if that was before, to its end."""
    live = {each.id: each.live_at for each in told.rollouts}

    def began(one: Trouble) -> int:
        return min(one.opened_at, live.get(one.deployment_id or "", one.opened_at))

    ended = [
        (one.resolved_at - began(one)) // _HOUR
        for one in told.troubles
        if one.resolved_at is not None and told.start <= one.opened_at < told.end
    ]
    return sorted(hours * 3600.0 for hours in ended)


VIEW = View(
    name="fourkeys",
    title="Four Keys",
    read_at="https://github.com/dora-team/fourkeys",
    words={
        "deployment_frequency": "counts every successful deployment of any environment it is told of, rollbacks too",
        "change_lead_time": "the commits of the one push whose head was deployed, merges too, and again each time "
        "it is deployed: a rollback brings the age of what came back",
        "change_fail_rate": "needs somebody to type `root cause: <commit>` into the incident",
        "failed_deployment_recovery": "whole hours, rounded down, from the causing deployment to the incident's end; "
        "what is open is left out",
    },
    look=_look,
)
