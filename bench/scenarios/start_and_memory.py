"""From the start of the process to `/readyz`, on a new database; and the memory under full load with everything on."""

from bench.bench import Bench
from bench.figures import Figure, Must
from bench.saturate import delivering
from bench.systems.shipbell import shipbell


def run(bench: Bench) -> list[Figure]:
    """Memory is the largest PSS seen while the load ran and was worked off."""
    ours = shipbell()
    starts, memories = [], []
    for _ in range(bench.rounds):
        with bench.running(ours) as running:
            starts.append(running.start_seconds)
        memories.append(delivering(bench, ours).pss)
        bench.say(f"  ready after {starts[-1]:.2f} s, {memories[-1]:.0f} MB")
    return [
        Figure("start to ready", starts, Must("≤", 2), "s", ours.version),
        Figure("memory under load (PSS)", memories, Must("≤", 150), "MB", ours.version),
    ]
