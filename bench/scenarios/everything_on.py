"""Everything on: accept, process, 50 rules, card, delivery over HTTP; beside peers that do the same job."""

from bench.bench import Bench
from bench.figures import Figure, Must, ratios
from bench.saturate import Delivering, delivering
from bench.systems import System
from bench.systems.alertmanager import alertmanager, alertmanager_json
from bench.systems.node_red import node_red
from bench.systems.python_peers import baseline
from bench.systems.shipbell import shipbell

_PEERS = {
    "Node-RED 5": Must("≥", 1.0),
    "Alertmanager 0.25": Must("≥", 1.0),
    "Alertmanager 0.25, its own JSON": None,
    "FastAPI + ORM service": Must("≥", 5.0),
}


def run(bench: Bench) -> list[Figure]:
    """All of them in turn, round by round; a peer that is not set up is not run."""
    ours = shipbell()
    every = (ours, node_red(), alertmanager(), alertmanager_json(), baseline())
    systems = {system.name: system for system in every if system is not None}
    results: dict[str, list[Delivering]] = {name: [] for name in systems}
    for _ in range(bench.rounds):
        for name, system in systems.items():
            results[name].append(delivering(bench, system))
            bench.say(f"  {name}: {_told(results[name][-1])}")
    rates = {name: [sample.rate for sample in samples] for name, samples in results.items()}
    mine = results[ours.name]
    return [
        *(_beside(name, must, rates, ours, systems) for name, must in _PEERS.items()),
        Figure("CPU per event, all in, delivered", [one.cpu_us for one in mine], Must("≤", 600), "µs", ours.version),
        *(_information(systems[name], samples) for name, samples in results.items()),
        Figure("p99 of the 202 with everything on", [one.load.p99_ms for one in mine], None, "ms", ours.version),
    ]


def _beside(
    name: str, must: Must | None, rates: dict[str, list[float]], ours: System, systems: dict[str, System]
) -> Figure:
    label = f"everything on, sustained / {name}"
    if name not in rates:
        return Figure(label, [], must)
    return Figure(label, ratios(rates[ours.name], rates[name]), must, "", systems[name].version)


def _information(system: System, samples: list[Delivering]) -> Figure:
    lost = sum(sample.lost for sample in samples)
    accepted = sum(sample.load.accepted for sample in samples)
    note = f"{system.version}; {lost:,} of {accepted:,} accepted did not arrive"
    return Figure(f"accepted and delivered by {system.name}", [sample.rate for sample in samples], None, "/s", note)


def _told(sample: Delivering) -> str:
    return (
        f"{sample.rate:,.0f}/s through ({sample.load.rate:,.0f}/s accepted, {sample.in_window:,.0f}/s delivered in the "
        f"window), {sample.cpu_us:.0f} µs, {sample.pss:.0f} MB, {sample.lost} lost"
    )
