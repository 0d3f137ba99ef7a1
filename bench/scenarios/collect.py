"""How long rounds of the collector take against stand-ins of what it asks: 150 ms a call, 2 % of the answers faults."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import orjson

from bench.bench import Bench
from bench.figures import Figure, Must
from bench.processes import Command, Server, free_port, inherited
from bench.saturate import Unusable

_RULES = Path(__file__).parent.parent.parent / "rules"
_TOKENS = ("GITOPS", "BITBUCKET", "JIRA", "ARGOCD", "REGISTRY", "JSM", "PAGERDUTY", "INCIDENTIO")
_PATIENCE = 300.0

Round = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ran:
    """The first round and those after it."""

    first: Round
    later: list[Round]


def run(bench: Bench) -> list[Figure]:
    """20 services several times, 200 once, and 20 of which one hangs."""
    rounds = bench.rounds if bench.seconds > 2 else 1
    few = [_rounds(bench, 20, 3) for _ in range(rounds)]
    many = _rounds(bench, 200, 1)
    hung = _rounds(bench, 20, 1, hangs="basket").first
    if set(hung["stale"]) != {"basket"}:
        raise Unusable(f"one service hung, and these were stale: {sorted(hung['stale'])}")
    ran = "150 ms a call, 2 % faults, 4 environments and 40 tickets a service"
    calls = [sum(each["calls"].values()) for one in few for each in one.later]
    return [
        Figure("collect: first round, 20 services", [one.first["seconds"] for one in few], Must("≤", 6), "s", ran),
        Figure("collect: round without news", [fmean(_seconds(one)) for one in few], Must("≤", 1.5), "s", ran),
        Figure("collect: calls of a round without news", calls, Must("≤", 30), "", ran),
        Figure("collect: first round, 200 services", [many.first["seconds"]], Must("≤", 45), "s", ran),
        Figure("collect: memory with 200 services (RSS)", [many.first["megabytes"]], Must("≤", 300), "MB", ran),
        Figure("collect: calls a service, 20 services", [_each(one.first) for one in few], None, "", ran),
        Figure("collect: calls a service, 200 services", [_each(many.first)], None, "", ran),
        Figure(
            "collect: calls to Bitbucket, 200 services", [many.first["calls"]["bitbucket"]], Must("≤", 1000), "", ran
        ),
        Figure("collect: 19 services beside one that hangs", [hung["others"]], Must("≤", 6), "s", ran),
    ]


def _seconds(ran: Ran) -> list[float]:
    return [each["seconds"] for each in ran.later]


def _each(told: Round) -> float:
    return float(sum(told["calls"].values()) / told["services"])


def _rounds(bench: Bench, services: int, rounds: int, hangs: str = "") -> Ran:
    """Rounds on the server's core; the stand-ins have the other one."""
    with bench.folder() as folder:
        port = free_port()
        argv = [sys.executable, "-m", "app", "demo", "--upstreams", "--port", str(port), "--services", str(services)]
        argv += ["--latency", "150ms", "--error-rate", "0.02"]
        command = Command(argv, port, "/control", {"PYTHONUNBUFFERED": "1"}, folder)
        with Server(command, bench.load) as standins:
            standins.wait_ready()
            shutil.copytree(_RULES, folder / "rules")
            (folder / "rules" / "upstreams.yaml").write_text(_section(standins.log.read_text("utf-8")), "utf-8")
            told = _collect(bench, folder, [f"{standins.url}/control", str(rounds)], hangs)
    for each in told:
        bench.say(f"  {services} services: {each['seconds']:.2f} s, {each['calls']}, {each['megabytes']:.0f} MB")
        if each["stale"] and not hangs:
            bench.say(f"  stale: {each['stale']}")
    if any(each["news"] for each in told[1:]):
        raise Unusable("a round without news had some")
    return Ran(told[0], told[1:])


def _section(printed: str) -> str:
    """The sections of the rules in what the stand-ins print: up to the sentence about how many there are."""
    lines = printed.splitlines()
    start = next(number for number, line in enumerate(lines) if line == "upstreams:")
    end = next((number for number, line in enumerate(lines) if line and " services, " in line), len(lines))
    return "\n".join(lines[start:end]) + "\n"


def _collect(bench: Bench, folder: Path, told: list[str], hangs: str) -> list[Round]:
    environ = {**inherited(), "BENCH_HANGS": hangs, **{f"SHIPBELL_{name}_TOKEN": "bench" for name in _TOKENS}}
    done = subprocess.run(
        [sys.executable, "-m", "bench.collecting", str(folder), *told],
        env=environ,
        cwd=_RULES.parent,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        preexec_fn=lambda: os.sched_setaffinity(0, bench.server),
    )
    if done.returncode:
        raise Unusable(f"the collector ended with {done.returncode}: {done.stderr[-500:]}")
    return [orjson.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
