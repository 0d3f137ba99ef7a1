"""Which Argo CD shows which environment, so that one that does not answer makes stale what is its own, and no more."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.collector.environments import Place
from app.collector.standing import Heard
from app.collector.summary import ALL
from app.collector.work import Work
from app.store.collected import LOOKED, UNSEEN, Seen

SHOWN = "shown"
"""The kind of what is remembered: that an Argo CD shows an environment, or no more."""
_YES, _NO = "yes", "no"

Places = Mapping[tuple[str, str], Place]


@dataclass(frozen=True, slots=True)
class Unseen:
    """Environments (`service/environment`), each with the Argo CDs of its own that did not answer.

    `blind`: those of which this process has never read what runs; what was told last stays.
    """

    lost: Mapping[str, frozenset[str]]
    blind: frozenset[str]


def unseen(work: Work, here: Places, heard: Heard, told: Collection[str]) -> Unseen:
    """Which environments nobody could look at in full; `told` are those that were told of earlier."""
    keys = {f"{service}/{environment}" for service, environment in here} | set(told)
    found = {key: frozenset(name for name in heard.lost if _shows(work, name, key, heard.asked)) for key in keys}
    lost = {key: names for key, names in found.items() if names}
    return Unseen(lost, frozenset(key for key, names in lost.items() if names & heard.blind))


def remember(work: Work, here: Places, heard: Heard) -> None:
    """Note which Argo CD shows what, where that has changed."""
    for (service, environment), place in here.items():
        names = {each.instance for each in place.running}
        for name in heard.asked - heard.lost.keys():
            key = f"{name}/{service}/{environment}"
            now, before = name in names, work.before(SHOWN, key)
            if now != (before is not None and before.digest == _YES):
                work.note(Seen(SHOWN, key, _YES if now else _NO, work.now))


def showed(work: Work) -> frozenset[str]:
    """The Argo CDs that showed an environment when they were last asked."""
    keys = (key for (kind, key), seen in work.seen.items() if kind == SHOWN and seen.digest == _YES)
    return frozenset(key.rsplit("/", 2)[0] for key in keys)


def note_unseen(work: Work, seen: Unseen) -> None:
    """Note since when an environment has not been seen in full, and that it is again."""
    for key, names in seen.lost.items():
        before = work.before(UNSEEN, key)
        if before is None or not before.digest:
            last = work.before(LOOKED, "environments") or work.before("environment", key)
            work.note(Seen(UNSEEN, key, min(names)[:64], last.at if last else work.now))
    for kind, key in list(work.seen):
        if kind == UNSEEN and work.seen[kind, key].digest and key not in seen.lost:
            work.note(Seen(UNSEEN, key, "", work.now))


def say_lost(work: Work, heard: Heard, seen: Unseen) -> None:
    """Say which services keep their last state: all of them where no Argo CD answers, or where nobody knows whose."""
    for name, why in heard.lost.items():
        services = sorted({key.partition("/")[0] for key, names in seen.lost.items() if name in names})
        everyone = len(heard.lost) == len(heard.asked) or not services
        for service in (ALL,) if everyone else services:
            work.summary.left(service, f"argocd.{name}", why)


def _shows(work: Work, name: str, key: str, asked: Collection[str]) -> bool:
    """Whether an Argo CD shows an environment: as it was last; where nobody knows, each that may."""
    before = work.before(SHOWN, f"{name}/{key}")
    if before is not None:
        return before.digest == _YES
    known = (work.before(SHOWN, f"{other}/{key}") for other in asked)
    return work.before("environment", key) is not None and not any(each and each.digest == _YES for each in known)
