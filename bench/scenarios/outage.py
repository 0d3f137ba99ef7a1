"""The sink is down for the whole load, kill -9 meanwhile, restart, the sink comes back: what was accepted and lost?"""

from contextlib import ExitStack

from bench import ledger
from bench.bench import Bench
from bench.figures import Figure, Must
from bench.postgres import postgres
from bench.processes import Server, free_port
from bench.saturate import Unusable
from bench.sinks import RunningSink
from bench.systems import Place, System
from bench.systems.shipbell import shipbell
from bench.wrk import CONNECTIONS

_PATIENCE = 150.0
"""Seconds without any arrival after which the rest counts as lost: longer than two leases and the longest pause."""
_KILL_AT = 0.75


def run(bench: Bench) -> list[Figure]:
    """Once on each database: a loss is a fault, not a matter of medians."""
    figures = [_figure(bench, "SQLite", shipbell())]
    try:
        with postgres(bench) as server:
            figures.append(_figure(bench, server.version, shipbell(database=server.new_database())))
    except ImportError:
        figures.append(Figure(_NAME.format("PostgreSQL"), [], Must("≤", 0)))
    return figures


_NAME = "sink down, kill -9, restart, sink up: accepted and lost, {}"


def _figure(bench: Bench, engine: str, system: System) -> Figure:
    with bench.folder() as folder:
        place = Place(folder, free_port(), free_port())
        command = system.command(place)
        with Server(command, bench.server) as server:
            server.wait_ready()
            deed = ledger.Deed(bench.seconds * _KILL_AT, server.kill)
            book = ledger.run([place.port], system.template, bench.seconds, CONNECTIONS, deed)
        if not book.accepted:
            raise Unusable(f"nothing was accepted, {len(book.refused)} refused:\n{server.last_lines()}")
        with ExitStack() as stack:
            stack.enter_context(Server(command, bench.server)).wait_ready()
            sink = stack.enter_context(RunningSink(place.sink, folder, bench.load))
            lost = sink.missing(book.accepted, _PATIENCE)
            arrivals = sink.arrivals()
    twice = sum(len(times) - 1 for times in arrivals.values())
    told = f"{len(book.accepted):,} accepted, {len(book.unknown):,} cut off, {len(lost)} lost, {twice} sent twice"
    bench.say(f"  {engine}: {told}")
    return Figure(_NAME.format(engine), [len(lost)], Must("≤", 0), "", f"{system.version}; {told}")
