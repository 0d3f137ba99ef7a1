"""The page of metrics: what `/metrics` answers."""

from collections.abc import Iterator

from prometheus_client import Counter, Gauge, Histogram

from app import telemetry
from app.telemetry import Lasting
from docs.pages.markdown import code, codes, table

ORIGIN = "app/telemetry.py"

_INTRO = """# Metrics

`GET /metrics` answers these in Prometheus' text format or OpenMetrics, as the scraper asks. Names and labels are a
contract: a change is a [CHANGE] in the changelog. Label values come from the configuration, never from a payload,
and their series exist from the start: a graph shows zero, not nothing. What to watch:
[monitoring](../how-to/monitor.md).
"""

_HTTP = """## HTTP

The API's own requests are counted by
[prometheus-fastapi-instrumentator](https://github.com/trallnag/prometheus-fastapi-instrumentator) under its usual
names (`http_requests_total`, `http_request_duration_seconds`, `http_request_size_bytes`,
`http_response_size_bytes`, …). Webhooks are not among them: their door stands in front, and `webhook_events_*` and
`ingest_ack_seconds` count it.
"""


def metrics() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """(name, kind, labels, text) of every metric of the table, in its order."""
    for metric in vars(telemetry).values():
        if isinstance(metric, Lasting):
            yield metric.name, "counter, kept", metric.labels, metric.text
        if isinstance(metric, Counter | Gauge | Histogram):
            (described,) = metric.describe()
            name = described.name + ("_total" if described.type == "counter" else "")
            yield name, described.type, tuple(metric._labelnames), described.documentation


def pages() -> dict[str, str]:
    """`metrics.md`."""
    rows = [(code(name), kind, codes(labels), text) for name, kind, labels, text in metrics()]
    whole = [_INTRO, table(["metric", "kind", "labels", "meaning"], rows), _HTTP]
    return {"metrics.md": "\n\n".join(part.rstrip() for part in whole) + "\n"}
