"""How much differs between what runs in two environments: the size of a promotion, and the migrations in it."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from app.clients.faults import ApiFault
from app.collector.environments import Place
from app.collector.news import digest
from app.collector.reading import Reading
from app.estate import Estate
from app.kernel.clock import HOUR
from app.store.collected import MISSING, Seen
from app.store.differences import Difference

COMPARED = "compared"
"""The kind of what is remembered: that two versions were compared, or cannot be."""
MOST_FILES = 1_000
"""Files that are counted: two pages."""
MOST_MIGRATIONS = 50
AGAIN = 6 * HOUR
"""After how long two versions that could not be compared are compared again, µs."""

_PROMOTED = ("testing", "staging", "production")
_MIGRATION = re.compile(
    r"(^|/)(migrations?|migrate|flyway|liquibase|alembic)/.*[^/]$|(^|/)[vu][0-9][0-9._]*__[^/]*$"
    r"|(^|/)(db\.)?(changelog|schema)[^/]*\.(sql|rb|prisma|xml|ya?ml|json)$",
    re.IGNORECASE,
)


def pairs(here: Sequence[Place], estate: Estate) -> Iterator[tuple[str, str]]:
    """(new, old) versions that are worth comparing: before each production all that waits, the nearest first; then
    what comes after one another before it. Development and short-lived environments promote nothing."""
    runs = {place.environment: version for place in here if (version := place.actual or place.wanted)}
    ladder = [name for name in estate.environments if name in runs and estate.tiers[name] in _PROMOTED]
    before = [name for name in ladder if estate.tiers[name] != "production"]
    found = [(name, last) for last in ladder if last not in before for name in reversed(before)]
    for source, target in dict.fromkeys([*found, *pairwise(before)]):
        if runs[source] != runs[target]:
            yield runs[source], runs[target]


async def compare(here: Reading, wanted: Sequence[tuple[str, str]], commits: Mapping[str, str]) -> None:
    """Keep what differs between versions that were not compared yet, if there are calls left for it.

    `commits` are their commits, or whatever they are called in the repository. Raises ApiFault.
    """
    due = [pair for pair in dict.fromkeys(wanted) if _is_due(here, _key(here, *pair))] if here.may_spend() else []
    told = await asyncio.gather(*(_difference(here, *pair, commits) for pair in due))
    here.work.summary.looked["difference"] += len(due)
    if found := [difference for difference in told if difference is not None]:
        await here.work.compared(found)
    for pair, difference in zip(due, told, strict=True):
        here.work.note(Seen(COMPARED, _key(here, *pair), "known" if difference else MISSING, here.work.now))


def _key(here: Reading, new: str, old: str) -> str:
    return f"{here.service}:{digest(new, old)}"


def _is_due(here: Reading, key: str) -> bool:
    before = here.work.before(COMPARED, key)
    return before is None or (before.digest == MISSING and before.at <= here.work.now - AGAIN)


async def _difference(here: Reading, new: str, old: str, commits: Mapping[str, str]) -> Difference | None:
    """None where the repository does not know one of them."""
    try:
        listed = await here.bitbucket.changed(here.name, commits.get(new, new), commits.get(old, old), MOST_FILES)
    except ApiFault as fault:
        if fault.kind != "not_found":
            raise
        return None
    paths = [path for each in listed.items if (path := each.path or each.before)]
    return Difference(
        here.service,
        old,
        new,
        len(listed.items),
        sum(each.lines_added for each in listed.items),
        sum(each.lines_removed for each in listed.items),
        tuple(path[:300] for path in paths if _MIGRATION.search(path))[:MOST_MIGRATIONS],
        listed.complete,
    )
