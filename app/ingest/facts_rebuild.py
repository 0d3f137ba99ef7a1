"""Facts derived anew from all events: first what the events claim, page by page, then chain by chain."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from app.events import UNMAPPED
from app.facts.claims import View, read_claim, repository_key
from app.facts.history import Link, commits_of, links_of, names_of, pull_request
from app.facts.incidents import incident
from app.facts.model import Commit
from app.facts.windows import UTC, Zones
from app.ingest.facts_chain import derive_chain
from app.store import (
    Connection,
    Database,
    fact_chains,
    fact_claims,
    fact_history,
    fact_rebuild,
    fact_single,
    fact_states,
)
from app.store.fact_library import Library
from app.store.fact_records import INCIDENTS

PAGE = 2_000
"""Events that are read in one transaction."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is: events read, services derived; `done` ends it."""

    events: int
    services: int
    done: bool = False


async def rebuild(
    database: Database, tell: Callable[[Progress], None], service: str | None = None, zones: Zones = UTC
) -> Progress:
    """Empty the facts and derive them again; of one service alone its chains, out of the claims that are kept.

    What events claimed that retention has deleted since stays, and is derived again with the rest.
    Safe to break off and to run again, and beside a service that runs (PostgreSQL): each service's chains are derived
    in one transaction, after all that the events claim.
    """
    read = 0
    outlived = service is not None or await database.read(fact_rebuild.outlived)
    await database.write(lambda connection: fact_rebuild.empty(connection, service, derived=outlived))
    if service is None:
        after: int | None = 0
        while after is not None:
            after, count = await database.write(partial(_page, after=after))
            read += count
            tell(Progress(read, 0))
    names = [service] if service else await database.read(lambda connection: list(fact_rebuild.services(connection)))
    for index, name in enumerate(names):
        await database.write(partial(_service, service=name, zones=zones))
        tell(Progress(read, index + 1))
    done = Progress(read, len(names), done=True)
    tell(done)
    return done


def _page(connection: Connection, after: int) -> tuple[int | None, int]:
    fact_rebuild.take_time(connection)
    last, views = fact_rebuild.page(connection, after, PAGE)
    fact_claims.remove(connection, [view["id"] for view in views])
    fact_claims.add(connection, [claim for view in views if (claim := read_claim(view))])
    _history(connection, views)
    fact_single.note(connection, views)
    return last, len(views)


def _history(connection: Connection, views: Iterable[View]) -> None:
    """Commits, links and names, a repository at a time."""
    commits: dict[tuple[str, str], list[Commit]] = {}
    links: dict[str, list[Link]] = {}
    for view in views:
        repository, service = repository_key(view), view.get("service") or UNMAPPED
        if repository is not None:
            commits.setdefault((service, repository), []).extend(commits_of(view))
            links.setdefault(repository, []).extend(links_of(view))
            fact_history.add_names(connection, service, repository, names_of(view))
    for (service, _), told in commits.items():
        fact_history.add_commits(connection, service, told)
    for repository, told_links in links.items():
        fact_history.add_links(connection, repository, told_links)


def _service(connection: Connection, service: str, zones: Zones) -> None:
    """The pull requests, incidents and chains of a service."""
    fact_rebuild.take_time(connection)
    fact_chains.lock(connection, [service])
    chains = fact_rebuild.chains(connection, service)
    for subject in fact_rebuild.subjects(connection, service, "pull"):
        request = pull_request(fact_claims.by_subjects(connection, [subject]))
        if request is not None:
            fact_history.put_request(connection, service, request)
    for subject in fact_rebuild.subjects(connection, service, "incident"):
        made = incident(fact_claims.by_subjects(connection, [subject]))
        if made is not None and made.service == service:
            INCIDENTS.become(connection, fact_chains.incidents(connection, [subject]), [INCIDENTS.row(made)])
    placed = [(name, families) for name, families in chains if service != UNMAPPED and name not in ("", UNMAPPED)]
    library = Library(connection)
    for name, families in placed:
        if families & {"deployment", "health"}:
            _derive(connection, service, name, zones, library)
    for name, _ in placed:
        fact_states.note_state(connection, service, name)


def _derive(connection: Connection, service: str, environment: str, zones: Zones, library: Library) -> None:
    todo = derive_chain(connection, service, environment, None, None, zones, library)
    while todo:
        where, what, at = todo.pop()
        todo += derive_chain(connection, where, what, at, None, zones)
