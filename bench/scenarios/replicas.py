"""Three replicas on one PostgreSQL, one of them killed under load; and what the three accept beside SQLite's one.

The replicas share the server's core, as SQLite's one process has it; PostgreSQL itself runs on all cores. What they
accept when they, too, may use all cores stands beside it: the nearest that this machine has to a machine each.
"""

import asyncio
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import asyncpg
import httpx

from bench import ledger
from bench.bench import SETTLE, Bench
from bench.figures import Figure, Must, ratios
from bench.postgres import Postgres, asyncpg_arguments, postgres
from bench.processes import Server, free_port
from bench.saturate import WARM_UP, Unusable, accepting
from bench.sinks import RunningSink
from bench.systems import Place, System
from bench.systems.shipbell import EVERYTHING, INGEST, shipbell
from bench.wrk import CONNECTIONS, Load

_REPLICAS = 3
_PATIENCE = 150.0
_ALL_DONE_WITHIN = 400.0
_NUMBER = re.compile(rb"results/(\d{9})")
_NAMES = (
    f"{_REPLICAS} replicas on PostgreSQL, one killed: accepted and lost",
    f"{_REPLICAS} replicas on PostgreSQL, one killed: sent beyond their ambiguous re-sends",
    f"durable accept, {_REPLICAS} replicas on PostgreSQL / one on SQLite",
)
_MUSTS = (Must("≤", 0), Must("≤", 0), Must("≥", 0.8))


def run(bench: Bench) -> list[Figure]:
    """The kill once, the ratio in rounds."""
    try:
        with postgres(bench) as server:
            return [*_kill_one(bench, server), *_beside_sqlite(bench, server)]
    except ImportError:
        return [Figure(name, [], must) for name, must in zip(_NAMES, _MUSTS, strict=True)]


def _kill_one(bench: Bench, server: Postgres) -> list[Figure]:
    url = server.new_database()
    system = shipbell(EVERYTHING, url)
    with bench.folder() as folder, bench.sink(folder) as sink, _replicas(bench, system, sink, bench.server) as replicas:
        ports = [replica.command.port for replica in replicas]
        deed = ledger.Deed(bench.seconds / 2, lambda: _courier(bench, replicas).kill())
        book = ledger.run(ports, system.template, bench.seconds, CONNECTIONS, deed)
        if not book.accepted:
            raise Unusable(f"nothing was accepted:\n{replicas[0].last_lines()}")
        lost = sink.missing(book.accepted, _PATIENCE)
        allowed = asyncio.run(_ambiguous_when_done(url))
        arrivals = sink.arrivals()
    beyond = sum(max(0, len(times) - 1 - allowed.get(number, 0)) for number, times in arrivals.items())
    twice = sum(len(times) - 1 for times in arrivals.values())
    told = f"{len(book.accepted):,} accepted, {len(lost)} lost, {twice} re-sent of {sum(allowed.values())} ambiguous"
    bench.say(f"  {told}")
    ran = f"{system.version}; {server.version}; {told}"
    counts = (len(lost), beyond)
    return [
        Figure(name, [value], must, "", ran) for name, value, must in zip(_NAMES[:2], counts, _MUSTS[:2], strict=True)
    ]


def _courier(bench: Bench, replicas: list[Server]) -> Server:
    """The replica that sends most: killing another would leave nothing on its way."""
    sent = [_attempts(httpx.get(f"{replica.url}/metrics", trust_env=False).text) for replica in replicas]
    bench.say(f"  killed is the replica with the most attempts of {sent}")
    return replicas[sent.index(max(sent))]


def _attempts(metrics: str) -> float:
    lines = (line for line in metrics.splitlines() if line.startswith("notification_delivery_duration_seconds_count{"))
    return sum(float(line.rpartition(" ")[2]) for line in lines)


async def _ambiguous_when_done(url: str) -> dict[int, int]:
    """Wait until nothing is owed any more; by number, how often nobody knew whether the card had arrived."""
    connection = await asyncpg.connect(**asyncpg_arguments(url))
    try:
        until = time.monotonic() + _ALL_DONE_WITHIN
        while await connection.fetchval("SELECT count(*) FROM deliveries WHERE state IN ('pending', 'inflight')"):
            if time.monotonic() > until:
                raise Unusable("deliveries were still owed when the time was up")
            await asyncio.sleep(1)
        rows = await connection.fetch(
            "SELECT events.data, deliveries.ambiguous FROM deliveries JOIN events ON events.id = deliveries.event_id "
            "WHERE deliveries.ambiguous > 0"
        )
    finally:
        await connection.close()
    return {int(found[1]): row["ambiguous"] for row in rows if (found := _NUMBER.search(row["data"]))}


def _beside_sqlite(bench: Bench, server: Postgres) -> list[Figure]:
    sqlite = shipbell(INGEST)
    one, three, free = [], [], []
    for _ in range(bench.rounds):
        one.append(accepting(bench, sqlite).load.rate)
        three.append(_accept_rate(bench, shipbell(INGEST, server.new_database()), bench.server))
        free.append(_accept_rate(bench, shipbell(INGEST, server.new_database()), bench.both))
        bench.say(f"  SQLite {one[-1]:,.0f}/s, PostgreSQL {three[-1]:,.0f}/s, on all cores {free[-1]:,.0f}/s")
    ran = f"{server.version} on all cores"
    return [
        Figure(_NAMES[2], ratios(three, one), _MUSTS[2], "", ran),
        Figure(f"{_NAMES[2]}, the replicas on all cores, too", ratios(free, one), None, "", ran),
    ]


def _accept_rate(bench: Bench, system: System, cores: frozenset[int]) -> float:
    """The sum of what wrk gets from all replicas, a third of the connections and of the numbers each."""
    with bench.folder() as folder, bench.sink(folder) as sink, _replicas(bench, system, sink, cores) as replicas:
        load = Load(system.template, bench.seconds + WARM_UP, folder)
        share = load.count // _REPLICAS

        def post(index: int) -> float:
            port = replicas[index].command.port
            result = load.run(port, bench.seconds, index * share, CONNECTIONS // _REPLICAS)
            if result.refused or result.broken or result.requests > share:
                raise Unusable(f"replica {index}: {result}")
            return result.rate

        with ThreadPoolExecutor(_REPLICAS) as threads:
            return sum(threads.map(post, range(_REPLICAS)))


@contextmanager
def _replicas(bench: Bench, system: System, sink: RunningSink, cores: frozenset[int]) -> Iterator[list[Server]]:
    """The replicas, ready, each with a folder of its own, all on these cores."""
    with ExitStack() as stack:
        servers = []
        for _ in range(_REPLICAS):
            place = Place(stack.enter_context(bench.folder()), free_port(), sink.command.port)
            servers.append(stack.enter_context(Server(system.command(place), cores)))
        for server in servers:
            server.wait_ready()
        time.sleep(SETTLE)
        yield servers
