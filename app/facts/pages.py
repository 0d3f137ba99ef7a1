"""A page of stored events, taken apart: what they claim, what they tell of repositories, what is a fact by itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.events import EVENT_TYPES, UNMAPPED
from app.facts.claims import FAMILIES, Claim, View, read_claim, repository_key
from app.facts.history import Link, commits_of, links_of, names_of, together
from app.facts.model import Commit

ALONE = frozenset(
    {
        "security.scan_finished",
        "tests.finished",
        "gate.decided",
        *(name for name in EVENT_TYPES if name[:7] == "ticket."),
    }
)
"""Types of events that are a fact by themselves."""
_HISTORY = frozenset(
    {"change.pushed", "pipeline.finished", *(name for name, what in FAMILIES.items() if what == "pull")}
)
TELLING = frozenset(FAMILIES) | _HISTORY | ALONE
"""Types of events that facts are made of; the others need not be read."""


@dataclass(frozen=True, slots=True)
class Page:
    """What some events tell. Commits by (service, repository) and their ids, links by repository, names as
    (service, name, repository, commit).
    """

    claims: list[Claim] = field(default_factory=list)
    commits: dict[tuple[str, str], dict[str, Commit]] = field(default_factory=dict)
    links: dict[str, list[Link]] = field(default_factory=dict)
    names: list[tuple[str, str, str, str]] = field(default_factory=list)
    alone: list[View] = field(default_factory=list)


def read_page(views: Iterable[View]) -> Page:
    """Take events apart."""
    page = Page()
    for view in views:
        kind = view["type"]
        if kind in FAMILIES:
            claim = read_claim(view)
            if claim is not None:
                page.claims.append(claim)
        elif kind in ALONE:
            page.alone.append(view)
        if kind in _HISTORY and (repository := repository_key(view)) is not None:
            _history(page, view, repository)
    return page


def _history(page: Page, view: View, repository: str) -> None:
    service = view.get("service") or UNMAPPED
    commits = commits_of(view)
    if commits:
        told = page.commits.setdefault((service, repository), {})
        for commit in commits:
            there = told.get(commit.sha)
            told[commit.sha] = together(there, commit) if there else commit
    links = links_of(view)
    if links:
        page.links.setdefault(repository, []).extend(links)
    page.names.extend((service, name, repository, sha) for name, sha in names_of(view))
