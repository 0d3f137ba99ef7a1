"""The counters that the store keeps, as Prometheus wants them."""

from collections.abc import Iterator, Mapping

from prometheus_client.core import CounterMetricFamily

from app import telemetry
from app.telemetry import Lasting

LASTING: tuple[Lasting, ...] = tuple(each for each in vars(telemetry).values() if isinstance(each, Lasting))
"""All of them, in the order of the table."""


def lasting(values: Mapping[tuple[str, tuple[str, ...]], int]) -> Iterator[CounterMetricFamily]:
    """Each counter with the series that the configuration names; those that nothing was added to are 0."""
    for metric in LASTING:
        family = CounterMetricFamily(metric.name, metric.text, labels=metric.labels)
        for labels in sorted(metric.series):
            family.add_metric(labels, values.get((metric.name, labels), 0))
        yield family
