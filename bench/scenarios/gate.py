"""How long the gate `fix-version` takes over 200 commits and 60 tickets, with Jira 150 ms away, and over 5,000."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from app.kernel.clock import system_clock
from app.standins.serving import listen, server_of, url_of
from app.standins.standins import Standins, create_standins
from app.standins.story.tell import tell
from app.standins.switches import Switches
from bench.bench import Bench
from bench.figures import Figure, Must
from bench.processes import inherited
from bench.saturate import Unusable

_LATENCY = 0.15
_TICKETS = 60
_RULES = """
environments: {{qa: {{tier: testing}}}}
services: {{{service}: {{}}}}
tickets: {{projects: [SHOP, PAY, OPS]}}
upstreams: {{jira: {{url: "{url}/jira", token_env: JIRA_TOKEN}}}}
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """Seconds of the process from its start to its end, memory at most (MB), and calls to Jira."""

    seconds: float
    memory: float
    calls: int


def run(bench: Bench) -> list[Figure]:
    """A process of its own each time, as in a pipeline: its start counts."""
    with bench.folder() as folder, _standins(folder) as (standins, url):
        few, many = (_clone(folder / str(number), standins, number) for number in (200, 5_000))
        rules = folder / "gate.yaml"
        rules.write_text(_RULES.format(service=next(iter(standins.story.services)), url=url), encoding="utf-8")
        ran = [_ask(standins, rules, few) for _ in range(bench.rounds)]
        long = _ask(standins, rules, many)
    what = f"200 commits, {_TICKETS} tickets, {_LATENCY * 1000:.0f} ms a call; local clone"
    return [
        Figure("gate fix-version, start included", [each.seconds for each in ran], Must("≤", 2), "s", what),
        Figure("gate fix-version: calls to Jira", [each.calls for each in ran], Must("≤", 6), "", what),
        Figure(
            "gate fix-version: memory, 5,000 commits / 200", [long.memory / ran[0].memory], Must("≤", 1.05), "", what
        ),
        Figure("gate fix-version: 5,000 commits, start included", [long.seconds], None, "s", what),
    ]


@contextmanager
def _standins(folder: Path) -> Iterator[tuple[Standins, str]]:
    """On a port, in a thread: it only waits."""
    story = tell(system_clock(), services=1, tickets=2 * _TICKETS)
    standins = create_standins(story, folder / "standins", Switches(latency=_LATENCY))
    server = server_of(standins)
    with listen(0) as sock:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([sock])), daemon=True)
        thread.start()
        try:
            yield standins, url_of(sock)
        finally:
            server.should_exit = True
            thread.join(5)


def _clone(folder: Path, standins: Standins, commits: int) -> tuple[Path, str]:
    """A repository whose commits name tickets that can be seen under their own keys, and the commit that runs."""
    keys = [key for key, each in standins.story.tickets.items() if not each.hidden and each.key == key][:_TICKETS]
    if len(keys) < _TICKETS:
        raise Unusable(f"the story has {len(keys)} tickets of {_TICKETS}")
    folder.mkdir()
    lines = []
    for number in range(commits + 1):
        message = f"{keys[number % _TICKETS]}: change {number}\n\n{'What was done, and why. ' * 20}".encode()
        lines += [b"commit refs/heads/main", b"committer Ada <ada@acme.io> %d +0000" % (1_790_000_000 + number)]
        lines += [b"data %d" % len(message), message]
    subprocess.run(["git", "-C", folder, "init", "--quiet", "--initial-branch=main"], check=True)
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input=b"\n".join(lines) + b"\n", check=True)
    named = subprocess.run(["git", "-C", folder, "rev-list", "main"], capture_output=True, check=True, text=True)
    return folder, named.stdout.split()[-1]


def _ask(standins: Standins, rules: Path, clone: tuple[Path, str]) -> Ran:
    words = ["fix-version", "--service", next(iter(standins.story.services)), "--environment", "qa", "--json"]
    words += ["--rules", str(rules), "--repo-dir", str(clone[0]), "--baseline", clone[1]]
    standins.standing.reset()
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "gate", *words], stdout=subprocess.PIPE, env={**inherited(), "JIRA_TOKEN": "-"}
    )
    said = process.stdout.read() if process.stdout else b""
    _, _, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    checked = len(orjson.loads(said)["decisions"][0]["checked"]) if said else 0
    if checked != _TICKETS:
        raise Unusable(f"the gate looked at {checked} tickets")
    return Ran(seconds, usage.ru_maxrss / 1024, standins.standing.total("jira"))
