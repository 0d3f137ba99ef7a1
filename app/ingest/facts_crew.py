"""Processes that read events and derive chains out of a SQLite file, while the one that called them writes."""

import gc
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from app.facts.windows import Zones
from app.ingest.facts_whole import Entangled, whole_service
from app.store import Connection, fact_rebuild
from app.store.beside import open_beside
from app.store.fact_library import Library
from app.store.fact_pages import PageRows
from app.store.fact_whole import ServiceRows

A = TypeVar("A")
B = TypeVar("B")


class Crew:
    """So many processes, started by the first work that they are given."""

    def __init__(self, path: Path, zones: Zones, size: int) -> None:
        self._size = size
        self._pool = ProcessPoolExecutor(size, get_context("spawn"), _open, (path, zones))

    def pages(self, numbers: Iterable[range]) -> Iterator[PageRows]:
        """What the events of these numbers tell, in their order."""
        return self._each(_page, numbers)

    def services(self, names: Iterable[str]) -> Iterator[ServiceRows | None]:
        """The facts of services, in their order; None for those whose chains are derived in turns."""
        return self._each(_service, names)

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)

    def _each(self, work: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """The answers in the order of the items; few at a time, so that none pile up before the one that writes."""
        waiting: deque[Future[B]] = deque()
        for item in items:
            waiting.append(self._pool.submit(work, item))
            if len(waiting) > self._size:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@dataclass(slots=True)
class _Desk:
    """What one of the processes works with."""

    connection: Connection
    zones: Zones
    library: Library


_desks: list[_Desk] = []


def _open(path: Path, zones: Zones) -> None:
    gc.set_threshold(200_000)  # what is made here has no cycles, and looking for some takes a sixth of the time
    connection = open_beside(path)
    _desks.append(_Desk(connection, zones, Library(connection)))


def _page(numbers: range) -> PageRows:
    return fact_rebuild.page(_desks[0].connection, numbers)


def _service(name: str) -> ServiceRows | None:
    desk = _desks[0]
    return whole_or_none(desk.connection, name, desk.zones, desk.library)


def whole_or_none(connection: Connection, name: str, zones: Zones, library: Library) -> ServiceRows | None:
    """The facts of a service; None where its chains must be derived in turns."""
    try:
        return whole_service(connection, name, zones, library)
    except Entangled:
        return None
