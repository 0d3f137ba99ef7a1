"""Facts derived anew from all events: first what the events claim, page by page, then chain by chain."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from app.events import UNMAPPED
from app.facts.history import pull_request
from app.facts.incidents import incident
from app.facts.pages import Page, read_page
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
    fact_weeks,
)
from app.store.fact_library import Library
from app.store.fact_records import INCIDENTS

PAGE = 5_000
"""Events that are read at once."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is: events read, services derived; `done` ends it."""

    events: int
    services: int
    done: bool = False


Tell = Callable[[Progress], None]
"""Is called from the thread that writes, too."""


async def rebuild(database: Database, tell: Tell, service: str | None = None, zones: Zones = UTC) -> Progress:
    """Empty the facts and derive them again; of one service alone its chains, out of the claims that are kept.

    What events claimed that retention has deleted since stays, and is derived again with the rest.
    Safe to break off and to run again. SQLite does it in two transactions: all that the events claim, then all that
    this comes to. PostgreSQL, beside a service that runs, in one for each page of events and for each service.
    """
    read = 0
    if service is None:
        read = await _read_all(database, tell)
    else:
        await database.write(lambda connection: fact_rebuild.empty(connection, service))
    names = [service] if service else await database.read(lambda connection: list(fact_rebuild.services(connection)))
    if database.dialect == "sqlite":
        await database.write(partial(_derive_all, names=names, zones=zones, read=read, tell=tell))
    else:
        for name in names:
            await database.write(partial(_requests, service=name))
        for index, name in enumerate(names):
            await database.write(partial(_service, service=name, zones=zones))
            tell(Progress(read, index + 1))
    await database.write(fact_weeks.keep_all)
    done = Progress(read, len(names), done=True)
    tell(done)
    return done


async def _read_all(database: Database, tell: Tell) -> int:
    """Read all events; returns how many."""
    outlived = await database.read(fact_rebuild.outlived)
    if database.dialect == "sqlite":
        return await database.write(partial(_read_at_once, outlived=outlived, tell=tell))
    await database.write(lambda connection: fact_rebuild.empty(connection, derived=outlived))
    read, after = 0, 0
    while True:
        after, count = await database.write(partial(_page, after=after, there=True))
        if not count:
            return read
        read += count
        tell(Progress(read, 0))


def _read_at_once(connection: Connection, outlived: bool, tell: Tell) -> int:
    read, after = 0, 0
    with fact_rebuild.bare(connection, fact_rebuild.SOURCES):
        fact_rebuild.empty(connection, derived=outlived)
        while True:
            after, count = _page(connection, after, there=outlived)
            if not count:
                return read
            read += count
            tell(Progress(read, 0))


def _page(connection: Connection, after: int, *, there: bool) -> tuple[int, int]:
    """Keep what the next events tell; returns the number of the last one, and how many there were.

    `there`: some of it may be there already.
    """
    fact_rebuild.take_time(connection)
    last, count, views = fact_rebuild.page(connection, after, PAGE)
    page = read_page(views)
    if there:
        fact_claims.remove(connection, [view["id"] for view in views])
    fact_claims.add(connection, page.claims)
    _history(connection, page)
    fact_single.note(connection, page.alone)
    return last, count


def _history(connection: Connection, page: Page) -> None:
    for (service, _), commits in page.commits.items():
        fact_history.add_commits(connection, service, list(commits.values()))
    for repository, links in page.links.items():
        fact_history.add_links(connection, repository, links)
    fact_history.add_names(connection, page.names)


def _derive_all(connection: Connection, names: list[str], zones: Zones, read: int, tell: Tell) -> None:
    """Everything that the claims come to, with SQLite's indexes made at the end."""
    library = Library(connection, alone=True)
    with fact_rebuild.bare(connection, fact_rebuild.DERIVED):
        for name in names:
            _requests(connection, name)
        for index, name in enumerate(names):
            _service(connection, name, zones, library)
            tell(Progress(read, index + 1))


def _requests(connection: Connection, service: str) -> None:
    """The pull requests of a service; before all chains, as a service may be deployed out of another's repository."""
    fact_rebuild.take_time(connection)
    made = [pull_request(claims) for claims in fact_rebuild.told(connection, service, "pull")]
    fact_history.put_requests(connection, service, [each for each in made if each is not None])


def _service(connection: Connection, service: str, zones: Zones, library: Library | None = None) -> None:
    """The incidents and chains of a service."""
    fact_rebuild.take_time(connection)
    fact_chains.lock(connection, [service])
    made = [incident(claims) for claims in fact_rebuild.told(connection, service, "incident")]
    mine = [each for each in made if each is not None and each.service == service]
    old = fact_chains.incidents(connection, [each.id for each in mine])
    INCIDENTS.become(connection, old, [INCIDENTS.row(each) for each in mine])
    chains = fact_rebuild.chains(connection, service)
    library = library or Library(connection)
    placed = [(name, families) for name, families in chains if service != UNMAPPED and name not in ("", UNMAPPED)]
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
