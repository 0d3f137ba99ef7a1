"""Which commits lie between two: `git log INCLUDE ^EXCLUDE`, newest first."""

from collections.abc import Iterable

from app.standins.story.model import Commit, Service

LEAST_DIGITS = 7


class UnknownRevision(Exception):
    """No commit, branch or tag has this name."""


def resolve(service: Service, revision: str) -> str:
    """The SHA of a branch, a tag, a whole SHA or its beginning. Raises UnknownRevision."""
    named = service.branches.get(revision) or service.tags.get(revision)
    if named or revision in service.commits:
        return named or revision
    found = [sha for sha in service.commits if sha.startswith(revision)] if len(revision) >= LEAST_DIGITS else []
    if len(found) != 1:
        raise UnknownRevision(revision)
    return found[0]


def between(service: Service, include: Iterable[str], exclude: Iterable[str]) -> list[Commit]:
    """What the included revisions reach and the excluded ones do not. Raises UnknownRevision."""
    without = _reached(service, {resolve(service, each) for each in exclude}, set())
    found = _reached(service, {resolve(service, each) for each in include}, without)
    return sorted((service.commits[sha] for sha in found), key=lambda each: (each.at, each.sha), reverse=True)


def _reached(service: Service, heads: set[str], known: set[str]) -> set[str]:
    found: set[str] = set()
    waiting = [sha for sha in heads if sha not in known]
    while waiting:
        sha = waiting.pop()
        if sha not in found:
            found.add(sha)
            waiting += [parent for parent in service.commits[sha].parents if parent not in known]
    return found
