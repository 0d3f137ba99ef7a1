"""From a request that was due to its card at the sink, at 50 events a second."""

from bench.bench import PATIENCE, Bench
from bench.figures import Figure, Must, p99
from bench.open_loop import at_rate
from bench.saturate import Unusable
from bench.systems import System
from bench.systems.shipbell import shipbell
from bench.template import FIRST

_RATE = 50.0


def run(bench: Bench) -> list[Figure]:
    """p99 over all events of a round."""
    ours = shipbell()
    samples = [_round(bench, ours) for _ in range(bench.rounds)]
    return [Figure("request to card at the sink, 50 events/s, p99", samples, Must("≤", 250), "ms", ours.version)]


def _round(bench: Bench, system: System) -> float:
    with bench.running(system) as running:
        numbers = range(FIRST, FIRST + int(2 * _RATE * bench.seconds))
        sent = at_rate(running.server.command.port, system.template, numbers, _RATE)
        if missing := running.sink.missing(set(numbers), PATIENCE):
            raise Unusable(f"{len(missing)} of {len(numbers)} cards never came")
        arrivals = running.sink.arrivals()
    result = p99([(arrivals[one.number][0] - one.due) * 1e3 for one in sent])
    bench.say(f"  p99 {result:.0f} ms")
    return result
