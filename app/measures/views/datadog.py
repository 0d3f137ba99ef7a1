"""As Datadog counts: averages by deployment, failures by rollback and by what follows a hotfix."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean

from app.measures.quantiles import quantile
from app.measures.told import Change, Figures, Rollout, Told, View


def carried(chain: Sequence[Rollout], changes: Sequence[Change]) -> dict[str, list[Change]]:
    """The commits between each rollout of a chain and the one before it: those that come back after a rollback, too."""
    new: defaultdict[str, list[Change]] = defaultdict(list)
    for change in changes:
        new[change.deployment_id].append(change)
    live: frozenset[str] = frozenset()
    ever: list[Change] = []
    of_artifact: dict[str, frozenset[str]] = {}
    found: dict[str, list[Change]] = {}
    for each in chain:
        if each.kind == "rollback":
            found[each.id], live = [], of_artifact.get(each.artifact, frozenset())
        else:
            gone = [change for change in ever if change.sha not in live] if each.re_arrivals else []
            found[each.id] = [*gone[-each.re_arrivals :], *new[each.id]]
            ever += new[each.id]
            live |= {change.sha for change in found[each.id]}
        of_artifact[each.artifact] = live
    return found


def remedies(chain: Sequence[Rollout]) -> dict[str, Rollout]:
    """Failed rollout → the one that remedied it: a rollback or a hotfix marks what ran before it."""
    found: dict[str, Rollout] = {}
    for before, each in pairwise(chain):
        if each.kind in ("rollback", "hotfix"):
            found.setdefault(before.id, each)
    return found


def _look(told: Told) -> Figures:
    deployed = told.deployed()
    ids = {each.id for each in deployed}
    chains: defaultdict[str, list[Rollout]] = defaultdict(list)
    for each in told.rollouts:
        if each.succeeded and each.kind != "heal":
            chains[each.service].append(each)
    averages: list[float] = []
    failed: dict[str, Rollout] = {}
    for service, chain in chains.items():
        commits = carried(chain, [change for change in told.changes if change.service == service])
        leads = [_average(each, commits[each.id]) for each in chain if each.id in ids]
        averages += [lead for lead in leads if lead is not None]
        failed |= {name: by for name, by in remedies(chain).items() if name in ids}
    kinds = {each.id: each for each in deployed}
    recovered = [
        (by.live_at - kinds[name].live_at) / 1e6 for name, by in failed.items() if kinds[name].kind != "rollback"
    ]
    forward = sum(each.kind != "rollback" for each in deployed)
    return Figures(
        frequency=len(deployed),
        frequency_words=f"{len(deployed)} deployments",
        lead=quantile(sorted(averages), 0.5),
        fail_ratio=len(failed) / len(deployed) if deployed else None,
        recovery=quantile(sorted(recovered), 0.5),
        otherwise={"fail_ratio_without_rollbacks": len(failed) / forward if forward else None},
        notes=[f"{name} failed by the {by.kind} {by.id}" for name, by in failed.items()],
    )


def _average(each: Rollout, commits: Sequence[Change]) -> float | None:
    leads = [(each.live_at - one.authored_at) / 1e6 for one in commits if one.authored_at is not None]
    return fmean(leads) if leads else None


VIEW = View(
    name="datadog",
    title="Datadog",
    read_at="https://docs.datadoghq.com/dora_metrics/",
    words={
        "deployment_frequency": "counts every deployment, rollbacks too",
        "change_lead_time": "the median over deployments of the average over their commits; commits that come back "
        "after a rollback are counted again",
        "change_fail_rate": "a rollback marks what ran before it, and a hotfix marks what ran before that, so that a "
        "rollback itself may fail; over all deployments, or (older page) over all but rollbacks",
        "failed_deployment_recovery": "from the failed deployment to its remedy; incidents are not looked at",
    },
    look=_look,
)
