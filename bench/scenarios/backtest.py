"""How long a backtest of a changed rule book takes over a million stored events, and what it holds in memory."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson

from app.kernel.clock import DAY, iso, system_clock
from app.store.events import NewEvent, add
from app.store.migrate import upgrade
from app.store.opening import open_database
from bench import accounting
from bench.bench import Bench
from bench.figures import Figure, Must
from bench.many_rules import events
from bench.processes import inherited
from bench.saturate import Unusable

_EVENTS = 1_000_000
_DAYS = 300
_BATCH = 5_000
_RULES = Path(__file__).parent.parent.parent / "rules"
_COMMAND = [sys.executable, "-m", "app", "rules", "backtest", "--against", str(_RULES), "--json"]


@dataclass(frozen=True, slots=True)
class Ran:
    """How many events, in how much CPU time, with how much memory at most (MB, PSS)."""

    events: int
    seconds: float
    memory: float


def run(bench: Bench) -> list[Figure]:
    """Once over all events, and once over the last tenth of them. Reading, parsing and both rule books count."""
    count = _EVENTS if bench.seconds > 2 else _EVENTS // 20
    with bench.folder() as folder:
        url = f"sqlite:///{folder / 'shipbell.db'}"
        asyncio.run(_fill(url, count))
        tenth = _backtest(bench, url, _DAYS // 10)
        whole = _backtest(bench, url, _DAYS)
    bench.say(f"  {tenth.events:,} events: {tenth.seconds:.1f} s, {tenth.memory:.0f} MB")
    bench.say(f"  {whole.events:,} events: {whole.seconds:.1f} s, {whole.memory:.0f} MB")
    ran = f"the shipped rules against themselves, {whole.events:,} events on SQLite"
    # The start of the program is in both, so it is not in the difference.
    speed = (whole.events - tenth.events) / (whole.seconds - tenth.seconds)
    return [
        Figure("backtest of two rule books, one core", [speed], Must("≥", 20_000), "/s", ran),
        Figure("backtest: memory over ten times the events", [whole.memory / tenth.memory], Must("≤", 1.1), "", ran),
        Figure("backtest: memory (PSS)", [whole.memory], None, "MB", ran),
    ]


async def _fill(url: str, count: int) -> None:
    """Store the events, the last of them a minute ago, evenly spread over the days."""
    database = open_database(url, system_clock)
    await database.start()
    await database.write(upgrade)
    made = _made(count, system_clock() - _DAYS * DAY, _DAYS * DAY // count)
    for _ in range(0, count, _BATCH):
        batch = [event for event, _ in zip(made, range(_BATCH), strict=False)]
        await database.write(partial(add, batch=batch))
    await database.close()


def _made(count: int, first: int, step: int) -> Iterator[NewEvent]:
    """Views as a year has them: no two with the same id, version or time."""
    patterns = events(4_000)
    for number in range(count):
        at = first + number * step
        when = iso(at)
        view = dict(patterns[number % len(patterns)]) | {
            "id": f"{number:032x}", "version": f"1.{number}.0", "occurred_at": when, "received_at": when
        }  # fmt: skip
        yield NewEvent(
            view["id"], view["receipt"], view["type"], view.get("status"), view["source"], view["service"],
            view.get("environment"), view["subject"], at, at, orjson.dumps(view),
        )  # fmt: skip


def _backtest(bench: Bench, url: str, days: int) -> Ran:
    """The command over the last days, alone on the server's core."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            [*_COMMAND, "--since", f"{days}d"],
            stdout=out,
            env={**inherited(), "SHIPBELL_DATABASE_URL": url, "SHIPBELL_RULES_DIR": str(_RULES)},
            cwd=_RULES.parent,
            start_new_session=True,
            preexec_fn=lambda: os.sched_setaffinity(0, bench.server),
        )
        cpu, largest = 0.0, 0.0
        while process.poll() is None:
            cpu, largest = accounting.cpu_seconds(process.pid), max(largest, accounting.memory(process.pid).pss)
            time.sleep(0.1)
        if process.returncode:
            raise Unusable(f"the backtest ended with {process.returncode}")
        out.seek(0)
        return Ran(orjson.loads(out.read())["events"], cpu, largest)
