"""How long it takes to derive all facts anew from stored events, in time and CPU, and what that holds in memory."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from app.kernel.clock import system_clock
from app.store.events import add
from app.store.migrate import upgrade
from app.store.opening import open_database
from bench import accounting
from bench.bench import Bench
from bench.event_world import SERVICES, STAGES, stored
from bench.figures import Figure, Must
from bench.processes import inherited
from bench.saturate import Unusable

_LARGE, _SMALL = 480_000, 120_000
_BATCH = 5_000
_RULES = Path(__file__).parent.parent.parent / "rules"
_COMMAND = [sys.executable, "-m", "app", "facts", "rebuild"]


@dataclass(frozen=True, slots=True)
class Ran:
    """How many events, in how many seconds of the clock and of CPU, with how much memory at most (MB, PSS)."""

    events: int
    seconds: float
    cpu: float
    memory: float


def run(bench: Bench) -> list[Figure]:
    """The command over two worlds, its processes on both cores. Its start is in both, so not in the difference."""
    part = 1 if bench.seconds > 2 else 8
    with bench.folder() as folder:
        small = _rebuilt(bench, folder, _SMALL // part)
        large = _rebuilt(bench, folder, _LARGE // part)
    events, cpu = large.events - small.events, large.cpu - small.cpu
    where = f"{SERVICES} services in {len(STAGES)} environments"
    ran = f"{large.events:,} events of {where} on SQLite, {len(bench.both)} cores"
    return [
        Figure("rebuild of all facts", [events / (large.seconds - small.seconds)], Must("≥", 20_000), "/s", ran),
        Figure("rebuild of all facts: a CPU second", [events / cpu], None, "/s", ran),
        Figure("rebuild: memory over four times the events", [large.memory / small.memory], Must("≤", 1.1), "", ran),
        Figure("rebuild: memory (PSS)", [large.memory], None, "MB", ran),
    ]


def _rebuilt(bench: Bench, folder: Path, count: int) -> Ran:
    place = folder / str(count)
    place.mkdir()
    url = f"sqlite:///{place / 'shipbell.db'}"
    asyncio.run(_fill(url, count))
    ran = _rebuild(bench, url, count)
    bench.say(f"  {count:,} events: {ran.seconds:.1f} s, {ran.cpu:.1f} s of CPU, {ran.memory:.0f} MB")
    shutil.rmtree(place)
    return ran


async def _fill(url: str, count: int) -> None:
    database = open_database(url, system_clock)
    await database.start()
    await database.write(upgrade)
    made = stored(count)
    while batch := list(islice(made, _BATCH)):
        await database.write(partial(add, batch=batch))
    await database.close()


def _rebuild(bench: Bench, url: str, count: int) -> Ran:
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(
            _COMMAND,
            stdout=out,
            env={**inherited(), "SHIPBELL_DATABASE_URL": url, "SHIPBELL_RULES_DIR": str(_RULES)},
            cwd=_RULES.parent,
            start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, bench.both),
        )
        cpu, largest = 0.0, 0.0
        while process.poll() is None:
            cpu, largest = accounting.cpu_seconds(process.pid), max(largest, accounting.memory(process.pid).pss)
            time.sleep(0.1)
        took = time.perf_counter() - began
        if process.returncode:
            raise Unusable(f"the rebuild ended with {process.returncode}")
        out.seek(0)
        if f"out of {count} events" not in out.read().decode():
            raise Unusable("the rebuild did not read all events")
        return Ran(count, took, cpu, largest)
