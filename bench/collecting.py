"""`python -m bench.collecting FOLDER CONTROL ROUNDS`: rounds of a collector, five minutes apart by its own clock.

FOLDER holds `rules`; the database is made in it. CONTROL is the stand-ins' address of that name. Prints a JSON line a
round: seconds, calls, news, what was stale, MB. Facts are derived between two rounds.
"""

import asyncio
import os
import resource
import secrets
import sys
import time
from pathlib import Path

import httpx
import orjson

from app.collector.collector import Collector
from app.collector.summary import Summary
from app.config.settings import read_settings
from app.ingest.committer import Committer
from app.ingest.inside import inside_door
from app.ingest.process import Processor
from app.kernel import logs
from app.kernel.clock import MINUTE, monotonic, system_clock
from app.main import Building, prepare
from app.store.migrate import upgrade


class Done:
    """When each service was done, in seconds since the round began."""

    def __init__(self) -> None:
        self.began, self.at = monotonic(), list[float]()

    def __call__(self, summary: Summary) -> None:
        if summary.done:
            self.at.append(monotonic() - self.began)


def main() -> None:
    """As the command line says; `BENCH_HANGS` names a service that does."""
    logs.configure("ERROR")
    asyncio.run(_rounds(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))


async def _rounds(folder: Path, control: str, rounds: int) -> None:
    late = 0
    environ = {**os.environ, "SHIPBELL_RULES_DIR": str(folder / "rules")}
    environ["SHIPBELL_DATABASE_URL"] = f"sqlite:///{folder / 'shipbell.db'}"
    building = prepare(read_settings(environ), environ, clock=lambda: system_clock() + late, write=lambda _: None)
    await building.database.start()
    await building.database.write(upgrade)
    collector, clients = _collector(building), building.rules.asking.clients
    assert clients is not None
    processor = Processor(building.database, building.sources, lambda: building.rules.now.book, lambda _: None)
    hangs = os.environ.get("BENCH_HANGS", "")
    for number in range(rounds):
        late = number * 5 * MINUTE
        await _post(control, {"hanging": hangs})
        done = Done()
        async with asyncio.timeout(150):
            summary = await collector.once(clients, tell=done)
        calls, began = await _calls(control), monotonic()
        while number + 1 < rounds and (await processor.once() or await processor.suspect()):
            pass
        told = _told(summary, calls, done.at) | {"facts": monotonic() - began}
        print(orjson.dumps(told).decode(), flush=True)
    await building.rules.close()
    await building.database.close()


def _collector(building: Building) -> Collector:
    rules = building.rules
    return Collector(
        building.database,
        clients=lambda: rules.asking.clients,
        collect=lambda: rules.now.collect,
        estate=lambda: rules.now.book.estate,
        send=inside_door(building.sources, Committer(building.database, lambda: None), building.clock),
        owner=secrets.token_hex(8),
        jitter=lambda: 0.5,
    )


def _told(summary: Summary, calls: dict[str, int], done: list[float]) -> dict[str, object]:
    """`others`: seconds until all services but one were done."""
    return {
        "seconds": summary.seconds,
        "others": done[-2] if len(done) > 1 else summary.seconds,
        "calls": calls,
        "services": summary.services,
        "news": sum(summary.told.values()),
        "stale": summary.stale,
        "cpu": time.process_time(),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


async def _post(control: str, switches: dict[str, str]) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        (await client.post(control, json=switches)).raise_for_status()


async def _calls(control: str) -> dict[str, int]:
    async with httpx.AsyncClient(trust_env=False) as client:
        told = (await client.get(control)).json()
    return {name: upstream["total"] for name, upstream in told["calls"].items()}


if __name__ == "__main__":
    main()
