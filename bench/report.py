"""The figures as a page of the documentation."""

from collections.abc import Sequence

from bench.figures import Figure

_HEAD = """# Performance: what was measured

Written by `make bench`; do not edit. How it is measured, and what is not, stands in `bench/`, short enough to read.

All systems ran side by side in one run, in turn, {rounds} rounds of {seconds:g} s each. A server has one core for
itself; the load and the sink have the other. Requests are signed webhooks of about 6 KB, each one new, over 64
connections. A ratio is taken within its round; every figure is the median of the rounds, with the least and the largest
behind it. CPU is user and system time of the server's whole process group.

"Sustained" counts events from the first request to the last arrival at the sink, the backlog worked off. Node-RED and
Alertmanager keep everything in memory and check no signature. They have 50 rules as Shipbell has, and make a message of
the event: Node-RED a small card by code, Alertmanager Slack's by templates, as its receiver for webhooks makes none
(with that receiver, which sends what it has as JSON, it stands in the second table). The FastAPI + ORM service has one
rule, checks the signature, stores the request without waiting for the disk (`synchronous=NORMAL`), and sends from a
background task.

What ran, in this order: {scenarios}.
"""


def render(
    figures: Sequence[Figure],
    faults: Sequence[str],
    machine: Sequence[str],
    rounds: int,
    seconds: float,
    scenarios: Sequence[str],
) -> str:
    """The page in Markdown; `faults` are the scenarios that gave no figures, with the reason."""
    musts = [figure for figure in figures if figure.must is not None]
    others = [figure for figure in figures if figure.must is None]
    parts = [
        _HEAD.format(rounds=rounds, seconds=seconds, scenarios=", ".join(scenarios)),
        "## What must be reached\n\n" + _table(musts),
        "## What else was seen\n\n" + _table(others),
        *(["## What could not be run\n\n" + "".join(f"- {fault}\n" for fault in faults)] if faults else []),
        "## The machine\n\n" + "\n".join(machine) + "\n",
    ]
    return "\n".join(parts)


def line(figure: Figure) -> str:
    """One figure for a terminal."""
    return " · ".join(cell for cell in _cells(figure)[:4] if cell)


def _table(figures: Sequence[Figure]) -> str:
    rows = [["figure", "must", "reached (median, min–max)", "", "what ran"], ["---"] * 5, *map(_cells, figures)]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def _cells(figure: Figure) -> list[str]:
    must = f"{figure.must.sign} {_number(figure.must.bound)} {figure.unit}".strip() if figure.must else ""
    if not figure.samples:
        return [figure.name, must, "not run", "", figure.ran]
    reached = f"{_number(figure.median)} {figure.unit}".strip()
    if len(figure.samples) > 1:
        reached += f" ({_number(min(figure.samples))}–{_number(max(figure.samples))})"
    verdict = "" if figure.must is None else "missed" if figure.missed else "reached"
    return [figure.name, must, reached, verdict, figure.ran]


def _number(value: float) -> str:
    if value == int(value) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
