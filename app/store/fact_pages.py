"""Pages of events as rows: what a process that reads events hands to the one that writes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from app.facts.claims import View
from app.facts.pages import Page
from app.store import fact_claims, fact_history, fact_single
from app.store.ask import Row
from app.store.fact_records import COMMITS


@dataclass(frozen=True, slots=True)
class PageRows:
    """What some events tell: rows of claims, commits by repository, links by repository, names, and single facts.

    `events` is how many there were, `ids` those that facts are made of.
    """

    events: int
    ids: Sequence[str]
    claims: Sequence[Row]
    commits: Sequence[tuple[str, str, Sequence[Row]]]
    links: Sequence[tuple[str, Sequence[Row]]]
    names: Sequence[Row]
    alone: Sequence[View]


def rows_of(page: Page, events: int, ids: Sequence[str]) -> PageRows:
    """A page as rows."""
    return PageRows(
        events,
        ids,
        [fact_claims.row(claim) for claim in page.claims],
        [
            (service, repository, [COMMITS.row(each, service=service) for each in told.values()])
            for (service, repository), told in page.commits.items()
        ],
        [(name, [(name, each.child, each.parent, each.how) for each in links]) for name, links in page.links.items()],
        page.names,
        page.alone,
    )


def add(connection: Connection, page: PageRows, *, there: bool) -> None:
    """Keep what a page tells. `there`: some of it may be there already."""
    if there:
        fact_claims.remove(connection, page.ids)
    fact_claims.add_rows(connection, page.claims)
    for service, repository, commits in page.commits:
        fact_history.add_commit_rows(connection, service, repository, commits)
    for _, links in page.links:
        fact_history.add_link_rows(connection, links)
    fact_history.add_names(connection, page.names)
    fact_single.note(connection, page.alone)
