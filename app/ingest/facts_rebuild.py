"""Facts derived anew from all events: first what the events claim, page by page, then chain by chain."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from app.events import UNMAPPED
from app.facts.history import pull_request
from app.facts.incidents import incident
from app.facts.windows import UTC, Zones
from app.ingest.facts_chain import FAMILIES, derive_chain
from app.ingest.facts_crew import Crew, whole_or_none
from app.store import (
    Connection,
    Database,
    fact_chains,
    fact_history,
    fact_pages,
    fact_rebuild,
    fact_states,
    fact_weeks,
    fact_whole,
)
from app.store.fact_library import Library
from app.store.fact_records import INCIDENTS

PAGE = 2_500
"""Events that are read at once."""
MANY = 100_000
"""Events from which processes are worth their start."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is: events read, services derived; `done` ends it."""

    events: int
    services: int
    done: bool = False


Tell = Callable[[Progress], None]
"""Is called from the thread that writes, too."""


async def rebuild(
    database: Database, tell: Tell, service: str | None = None, zones: Zones = UTC, crew: Crew | None = None
) -> Progress:
    """Empty the facts and derive them again; of one service alone its chains, out of the claims that are kept.

    What events claimed that retention has deleted since stays, and is derived again with the rest.
    Safe to break off and to run again. SQLite takes a transaction for all that the events claim, and one for all that
    this comes to; a `crew` reads and derives meanwhile where there is much of it. PostgreSQL, beside a service that
    runs, takes one for each page of events and for each service.
    """
    alone, read = database.dialect == "sqlite", 0
    numbers = [] if service else await database.read(lambda connection: fact_rebuild.numbers(connection, PAGE))
    crew = crew if len(numbers) * PAGE >= MANY else None
    if service is None:
        read = await (_read_at_once if alone else _read_in_pages)(database, numbers, tell, crew)
    elif not alone:
        await database.write(partial(fact_rebuild.empty_chains, service=service))
    names = [service] if service else await database.read(lambda connection: list(fact_rebuild.services(connection)))
    if alone:
        work = partial(_derive_at_once, names=names, zones=zones, read=read, tell=tell, crew=crew, only=service)
        await database.write(work)
    else:
        await _derive_in_turns(database, names, zones, read, tell)
        await database.write(fact_weeks.keep_all)
    done = Progress(read, len(names), done=True)
    tell(done)
    return done


async def _read_at_once(database: Database, numbers: list[range], tell: Tell, crew: Crew | None) -> int:
    """Read all events in one transaction; returns how many."""
    outlived = await database.read(fact_rebuild.outlived)

    def all_of_it(connection: Connection) -> int:
        read = 0
        with fact_rebuild.bare(connection, fact_rebuild.SOURCES):
            if not outlived:
                fact_rebuild.empty_sources(connection)
            pages = crew.pages(numbers) if crew else (fact_rebuild.page(connection, each) for each in numbers)
            for page in pages:
                fact_pages.add(connection, page, there=outlived)
                read += page.events
                tell(Progress(read, 0))
        for name in list(fact_rebuild.services(connection)):
            _requests(connection, name)
        return read

    return await database.write(all_of_it)


async def _read_in_pages(database: Database, numbers: list[range], tell: Tell, _: Crew | None) -> int:
    """Read all events in one transaction a page; returns how many."""
    outlived = await database.read(fact_rebuild.outlived)
    await database.write(fact_rebuild.empty_chains if outlived else fact_rebuild.empty)
    read = 0
    for each in numbers:
        read += await database.write(partial(_page, numbers=each))
        tell(Progress(read, 0))
    return read


def _page(connection: Connection, numbers: range) -> int:
    fact_rebuild.take_time(connection)
    page = fact_rebuild.page(connection, numbers)
    fact_pages.add(connection, page, there=True)
    return page.events


def _derive_at_once(
    connection: Connection,
    names: list[str],
    zones: Zones,
    read: int,
    tell: Tell,
    crew: Crew | None,
    only: str | None,
) -> None:
    """Everything that claims and pull requests come to."""
    if only is not None:
        _requests(connection, only)
    library = Library(connection)
    with fact_rebuild.bare(connection, fact_rebuild.DERIVED):
        fact_rebuild.empty_chains(connection, only)
        found = crew.services(names) if crew else (whole_or_none(connection, name, zones, library) for name in names)
        for index, rows in enumerate(found):
            if rows is not None:
                fact_whole.add(connection, rows)
            else:
                _service(connection, names[index], zones, library)
            tell(Progress(read, index + 1))
    fact_weeks.keep_all(connection)


async def _derive_in_turns(database: Database, names: list[str], zones: Zones, read: int, tell: Tell) -> None:
    for name in names:
        await database.write(partial(_requests, service=name))
    for index, name in enumerate(names):
        await database.write(partial(_one_service, service=name, zones=zones))
        tell(Progress(read, index + 1))


def _requests(connection: Connection, service: str) -> None:
    """The pull requests of a service; before all chains, as a service may be deployed out of another's repository."""
    fact_rebuild.take_time(connection)
    made = [pull_request(claims) for claims in fact_rebuild.told(connection, service, "pull")]
    fact_history.put_requests(connection, service, [each for each in made if each is not None])


def _one_service(connection: Connection, service: str, zones: Zones) -> None:
    fact_rebuild.take_time(connection)
    fact_chains.lock(connection, [service])
    _service(connection, service, zones, Library(connection))


def _service(connection: Connection, service: str, zones: Zones, library: Library) -> None:
    """The incidents and chains of a service, beside what is there."""
    made = [incident(claims) for claims in fact_rebuild.told(connection, service, "incident")]
    mine = [each for each in made if each is not None and each.service == service]
    old = fact_chains.incidents(connection, [each.id for each in mine])
    INCIDENTS.become(connection, old, [INCIDENTS.row(each) for each in mine])
    chains = fact_rebuild.chains(connection, service)
    placed = [(name, families) for name, families in chains if service != UNMAPPED and name not in ("", UNMAPPED)]
    for name, families in placed:
        if families & {*FAMILIES}:
            _derive(connection, service, name, zones, library)
    for name, _ in placed:
        fact_states.note_state(connection, service, name)


def _derive(connection: Connection, service: str, environment: str, zones: Zones, library: Library) -> None:
    todo = derive_chain(connection, service, environment, None, None, zones, library)
    while todo:
        where, what, at = todo.pop()
        todo += derive_chain(connection, where, what, at, None, zones)
