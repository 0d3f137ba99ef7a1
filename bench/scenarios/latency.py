"""The 202 at half load, open loop: the server gets half of what it could take, whether it keeps up or not."""

from bench.bench import Bench
from bench.figures import Figure, Must, p99
from bench.open_loop import at_rate
from bench.saturate import WARM_UP, Unusable, accepting, delivering
from bench.systems import System
from bench.systems.python_peers import bare_echo
from bench.systems.shipbell import INGEST, shipbell
from bench.template import FIRST


def run(bench: Bench) -> list[Figure]:
    """Each round measures the full load first, then half of it on a fresh server; accept alone and everything on.

    A server that does nothing gets the same rate: what the machine and the sender of the requests take.
    """
    alone, everything, echo = shipbell(INGEST), shipbell(), bare_echo()
    alone_ms, echo_ms, everything_ms = [], [], []
    for _ in range(bench.rounds):
        rate = accepting(bench, alone).load.rate / 2
        alone_ms.append(_half(bench, alone, rate))
        echo_ms.append(_half(bench, echo, rate))
        everything_ms.append(_half(bench, everything, delivering(bench, everything).rate / 2))
    name = "p99 of the 202 at half load, open loop"
    return [
        Figure(name, alone_ms, Must("≤", 10), "ms", alone.version),
        Figure(f"{name}, {echo.name} at the same rate", echo_ms, None, "ms", echo.version),
        Figure(f"{name}, everything on", everything_ms, None, "ms", everything.version),
    ]


def _half(bench: Bench, system: System, rate: float) -> float:
    with bench.running(system) as running:
        first, port = FIRST + int(rate * WARM_UP), running.server.command.port
        at_rate(port, system.template, range(FIRST, first), rate)
        sent = at_rate(port, system.template, range(first, first + int(rate * bench.seconds)), rate)
    if any(one.status not in (200, 202) for one in sent):
        raise Unusable("not every request was accepted at half load")
    result = p99([one.took_ms for one in sent])
    bench.say(f"  {system.name}, {rate:,.0f}/s: p99 {result:.1f} ms")
    return result
