"""Lines of the exposition that are written once and told at every scrape: forty thousand take no time then.

They are the same in Prometheus' text format and in OpenMetrics, but for exemplars, which only the latter has.
https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from app.exporter.shown import SHOWN, Sample, Shown
from app.kernel.clock import SECOND
from app.store.lead_times import BUCKET, LES, SUM, Example

Lines = Mapping[Shown, str]
"""The lines of each gauge."""
Counted = Mapping[tuple[str, tuple[str, ...]], int]
"""The counters of the store by name and label values."""
Examples = Mapping[tuple[str, str], Mapping[str, Example]]
"""By service and environment, the commit that stands for each bucket."""

LEAD_TIME = "deployment_lead_time_seconds"
LEAD_TIME_TEXT = (
    "From commit to live: the commits of each deployment, counted once, ten minutes after it went live or as soon as "
    "any is known; those told later than that, and later corrections, are in dora_change_lead_time_seconds alone."
)


def written(samples: Iterable[Sample]) -> Lines:
    """Samples as lines."""
    lines: defaultdict[Shown, list[str]] = defaultdict(list)
    for metric, labels, value in samples:
        lines[metric].append(f"{metric.name}{_labels(metric.labels, labels)} {float(value)}\n")
    return {metric: "".join(some) for metric, some in lines.items()}


def gauges(parts: Sequence[Lines], *, openmetrics: bool) -> Iterator[str]:
    """Every gauge with what it is, and its lines if it has any."""
    for metric in SHOWN:
        kind = metric.kind if openmetrics or metric.kind != "unknown" else "untyped"
        yield f"# HELP {metric.name} {metric.text}\n# TYPE {metric.name} {kind}\n"
        yield from (lines[metric] for lines in parts if metric in lines)


def lead_times(counted: Counted, examples: Examples, *, openmetrics: bool) -> Iterator[str]:
    """The histogram of lead times: the chains in `examples`, from zero on."""
    yield f"# HELP {LEAD_TIME} {LEAD_TIME_TEXT}\n# TYPE {LEAD_TIME} histogram\n"
    for chain, shown in examples.items():
        labels, below = _labels(BUCKET.labels[:2], chain)[:-1], 0
        for le in LES:
            below += counted.get((BUCKET.name, (*chain, le)), 0)
            exemplar = _exemplar(shown[le]) if openmetrics and le in shown else ""
            yield f'{LEAD_TIME}_bucket{labels},le="{le}"}} {below}.0{exemplar}\n'
        yield f"{LEAD_TIME}_count{labels}}} {below}.0\n"
        yield f"{LEAD_TIME}_sum{labels}}} {counted.get((SUM.name, chain), 0) / 1000}\n"


def _exemplar(example: Example) -> str:
    return f' # {{deployment_id="{example.deployment_id}"}} {example.lead} {example.live_at / SECOND}'


def _labels(names: Sequence[str], values: Sequence[str]) -> str:
    if not names:
        return ""
    pairs = ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True))
    return f"{{{pairs}}}"


@lru_cache(10_000)
def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
