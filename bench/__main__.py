"""`python -m bench [scenario …]`: measures and prints; a whole run writes the page. Fails when a must is missed."""

import argparse
import importlib
import sys
from pathlib import Path

from bench import machine, report
from bench.bench import Bench, prepare
from bench.figures import Figure
from bench.processes import NotStarted
from bench.saturate import Unusable
from bench.wrk import NotSetUp

SCENARIOS = (
    "accept",
    "everything_on",
    "latency",
    "card_latency",
    "start_and_memory",
    "reporter",
    "outage",
    "replicas",
    "matching",
    "backtest",
    "dora",
    "freshness",
    "scrape",
    "rebuild",
    "collect",
    "gate",
)
PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "performance-results.md"
_QUICK_SECONDS = 2.0


def main() -> int:
    """The exit code: 1 when a figure did not reach what it must, or a scenario could not be run."""
    asked = _arguments()
    bench = prepare(1 if asked.quick else asked.rounds, _QUICK_SECONDS if asked.quick else asked.seconds)
    scenarios = asked.scenarios or SCENARIOS
    figures, faults = measure(bench, scenarios)
    if asked.quick or (asked.scenarios and not asked.page):
        print("the page is left as it is: --page writes one of these scenarios alone")
    else:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(report.render(figures, faults, machine.lines(bench), bench.rounds, bench.seconds, scenarios))
    return 1 if faults or any(figure.missed for figure in figures) else 0


def measure(bench: Bench, scenarios: list[str] | tuple[str, ...]) -> tuple[list[Figure], list[str]]:
    """The figures of these scenarios, printed as they come; and which gave none, and why."""
    figures: list[Figure] = []
    faults: list[str] = []
    for name in scenarios:
        bench.say(name)
        try:
            found: list[Figure] = importlib.import_module(f"bench.scenarios.{name}").run(bench)
        except (NotSetUp, NotStarted, Unusable) as error:
            faults.append(f"{name}: {str(error).splitlines()[0]}")
            bench.say(f"  not run: {error}")
            continue
        figures += found
        for figure in found:
            bench.say(report.line(figure))
    return figures, faults


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "scenarios", nargs="*", metavar="scenario", help=f"all of them when none is named: {', '.join(SCENARIOS)}"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how many rounds (3)")
    parser.add_argument("--seconds", type=float, default=6.0, help="how long a load lasts (6)")
    parser.add_argument("--quick", action="store_true", help="one round of 2 s, to see that everything runs")
    parser.add_argument("--page", action="store_true", help="write the page of these scenarios alone; it names them")
    asked = parser.parse_args()
    unknown = set(asked.scenarios) - set(SCENARIOS)
    if unknown:  # `choices` would refuse an empty list, too
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}; there are: {', '.join(SCENARIOS)}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
