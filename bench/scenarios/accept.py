"""Durable accept alone, beside echoes that keep nothing."""

from bench.bench import Bench
from bench.figures import Figure, Must, ratios
from bench.saturate import Accepting, accepting
from bench.systems.python_peers import bare_echo, fastapi_echo
from bench.systems.shipbell import INGEST, shipbell


def run(bench: Bench) -> list[Figure]:
    """The three in turn, round by round."""
    systems = [shipbell(INGEST), bare_echo(), fastapi_echo()]
    results: list[list[Accepting]] = [[] for _ in systems]
    for _ in range(bench.rounds):
        for system, samples in zip(systems, results, strict=True):
            samples.append(accepting(bench, system))
            bench.say(f"  {system.name}: {samples[-1].load.rate:,.0f}/s, {samples[-1].cpu_us:.0f} µs")
    rates = [[sample.load.rate for sample in samples] for samples in results]
    ours, ran = results[0], [system.version for system in systems]
    return [
        Figure("durable accept / bare uvicorn echo", ratios(rates[0], rates[1]), Must("≥", 0.20), "", ran[0]),
        Figure("durable accept / FastAPI raw-request echo", ratios(rates[0], rates[2]), Must("≥", 0.65), "", ran[0]),
        Figure("CPU per accepted event", [sample.cpu_us for sample in ours], Must("≤", 150), "µs", ran[0]),
        Figure("p99 of the 202 at saturation", [sample.load.p99_ms for sample in ours], Must("≤", 50), "ms", ran[0]),
        *(
            Figure(f"accepted by {system.name}", rate, None, "/s", system.version)
            for system, rate in zip(systems, rates, strict=True)
        ),
    ]
