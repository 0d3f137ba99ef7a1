"""Samples as prometheus_client's families: one for each metric, its series together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, Exemplar, HistogramMetricFamily, Metric

from app import telemetry
from app.exporter.shown import SHOWN, Sample, Shown
from app.kernel.clock import SECOND
from app.store.lead_times import BOUNDS, BUCKET, NO_END, SUM, Example
from app.telemetry import Lasting

Counted = Mapping[tuple[str, tuple[str, ...]], int]
"""The counters of the store by name and label values."""
Examples = Mapping[tuple[str, str], Mapping[str, Example]]
"""By service and environment, the commit that stands for each bucket."""

LASTING: tuple[Lasting, ...] = tuple(each for each in vars(telemetry).values() if isinstance(each, Lasting))
"""All counters that the store keeps, in the order of the table."""
LEAD_TIME = "deployment_lead_time_seconds"
LEAD_TIME_TEXT = (
    "From commit to live: each commit once, ten minutes after its deployment went live; later corrections are in "
    "dora_change_lead_time_seconds."
)


def counters(values: Counted) -> Iterator[CounterMetricFamily]:
    """Each counter with the series that the configuration names; those that nothing was added to are 0."""
    for metric in LASTING:
        family = CounterMetricFamily(metric.name, metric.text, labels=metric.labels)
        for labels in sorted(metric.series):
            family.add_metric(labels, values.get((metric.name, labels), 0))
        yield family


def gauges(samples: Iterable[Sample]) -> Iterator[Metric]:
    """Every gauge, with its series if it has any."""
    found: defaultdict[Shown, list[tuple[tuple[str, ...], float]]] = defaultdict(list)
    for metric, labels, value in samples:
        found[metric].append((labels, value))
    for metric in SHOWN:
        family = Metric(metric.name, metric.text, metric.kind)
        for labels, value in found[metric]:
            family.add_sample(metric.name, dict(zip(metric.labels, labels, strict=True)), value)
        yield family


def lead_times(values: Counted, examples: Examples) -> HistogramMetricFamily:
    """The histogram of lead times: the chains in `examples`, from zero on."""
    family = HistogramMetricFamily(LEAD_TIME, LEAD_TIME_TEXT, labels=BUCKET.labels[:2])
    for (service, environment), shown in examples.items():
        below = 0
        buckets: list[tuple[str, float] | tuple[str, float, Exemplar]] = []
        for bound in (*(str(float(each)) for each in BOUNDS), NO_END):
            below += values.get((BUCKET.name, (service, environment, bound)), 0)
            example = shown.get(bound)
            buckets.append((bound, below, _exemplar(example)) if example else (bound, below))
        milliseconds = values.get((SUM.name, (service, environment)), 0)
        family.add_metric((service, environment), buckets=buckets, sum_value=milliseconds / 1000)
    return family


def _exemplar(example: Example) -> Exemplar:
    return Exemplar({"deployment_id": example.deployment_id}, example.lead, example.live_at / SECOND)
