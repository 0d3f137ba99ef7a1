"""What the process knows of itself and the counters of the store, as prometheus_client's families."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, Metric

from app import telemetry
from app.exporter.text import Counted
from app.telemetry import Lasting

LASTING: tuple[Lasting, ...] = tuple(each for each in vars(telemetry).values() if isinstance(each, Lasting))
"""All counters that the store keeps, in the order of the table."""


class Operational:
    """Everything operational that a scrape is told, as prometheus_client's encoders ask for it."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def collect(self) -> Iterator[Metric]:
        yield from telemetry.REGISTRY.collect()
        yield from counters(self._counted)


def counters(values: Counted) -> Iterator[CounterMetricFamily]:
    """Each counter with the series that the configuration names; those that nothing was added to are 0."""
    for metric in LASTING:
        family = CounterMetricFamily(metric.name, metric.text, labels=metric.labels)
        for labels in sorted(metric.series):
            family.add_metric(labels, values.get((metric.name, labels), 0))
        yield family
